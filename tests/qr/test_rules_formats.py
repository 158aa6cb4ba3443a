"""Pieces stand beside each other on the sheet, and none is left out or cut off."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.rules import CodeKind
from qr.rules.formats import LAYOUTS, MOST_PAGES, Box, Format, fits, parts


def overlap(one: Box, other: Box) -> bool:
    hair = 1e-6
    return (
        one.left + one.width > other.left + hair
        and other.left + other.width > one.left + hair
        and one.top + one.height > other.top + hair
        and other.top + other.height > one.top + hair
    )


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("back", [False, True])
def test_pieces_stand_on_the_page_and_not_on_each_other(form: Format, *, back: bool) -> None:
    layout = LAYOUTS[form]
    boxes = [layout.box(at, back=back) for at in range(layout.per_page)]

    for box in boxes:
        assert box.left >= -1e-6
        assert box.top >= -1e-6
        assert box.left + box.width <= layout.page[0] + 1e-6
        assert box.top + box.height <= layout.page[1] + 1e-6
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


def test_the_sizes_are_the_ones_that_are_sold_and_cut() -> None:
    sizes = {form: (layout.piece, layout.per_page) for form, layout in LAYOUTS.items()}

    assert sizes[Format.LABELS_24] == ((70, 37), 24)
    assert sizes[Format.LABELS_10] == ((105, 57), 10)
    assert sizes[Format.PLATE] == ((80, 120), 1)
    assert sizes[Format.CARDS] == ((85.6, 54), 10)
    assert LAYOUTS[Format.PLATE].bleed == 3


@pytest.mark.parametrize("at", range(10))
def test_a_card_and_its_back_meet_when_the_sheet_is_turned_over(at: int) -> None:
    layout = LAYOUTS[Format.CARDS]
    front, back = layout.box(at), layout.box(at, back=True)

    assert back.left == pytest.approx(layout.page[0] - front.left - front.width)
    assert back.top == front.top


@pytest.mark.parametrize("index", [-1, 24])
def test_a_page_holds_no_more_than_it_holds(index: int) -> None:
    with pytest.raises(IndexError):
        LAYOUTS[Format.LABELS_24].box(index)


@given(form=st.sampled_from(Format), count=st.integers(0, 100_000))
def test_an_order_is_split_without_losing_or_doubling_a_piece(form: Format, count: int) -> None:
    split, layout = parts(form, count), LAYOUTS[form]

    assert [at for part in split for at in part] == list(range(count))
    assert all(part and layout.pages(len(part)) <= MOST_PAGES for part in split)


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("kind", CodeKind)
def test_cards_are_for_households_and_posters_for_what_leads_to_a_report(
    form: Format, kind: CodeKind
) -> None:
    poster = form in {Format.POSTER_A3, Format.POSTER_A4}
    card = form is Format.CARDS

    expected = {
        CodeKind.HOUSEHOLD: card,
        CodeKind.SIGN_IN: False,  # it moves
        CodeKind.DESK: not card and not poster,
    }.get(kind, not card)

    assert fits(form, kind) == expected
