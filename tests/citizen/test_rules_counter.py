"""One line for who it is; and who may write down what a caller thinks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen import rules
from citizen.rules import Caller, Wish
from people.errors import BadField


@pytest.mark.parametrize(
    ("typed", "caller"),
    [
        ("", Caller()),
        ("张奶奶", Caller("张奶奶")),
        ("3号楼的张奶奶", Caller("3号楼的张奶奶")),
        ("张奶奶 13812345678", Caller("张奶奶", "13812345678")),
        ("138 1234 5678，张奶奶", Caller("张奶奶", "13812345678")),
        ("+86 138-1234-5678", Caller("", "13812345678")),
        ("１３８１２３４５６７８", Caller("", "13812345678")),
        ("李阿姨：0571-8765 4321", Caller("李阿姨", "057187654321")),
        ("(0571)87654321", Caller("", "057187654321")),
        ("87654321", Caller("", "87654321")),
    ],
)
def test_name_and_number_are_told_apart(typed: str, caller: Caller) -> None:
    assert rules.read_caller(typed) == caller


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("张奶奶 138123456", "号码对不上"),
        ("12345", "号码对不上"),
        ("13812345678 13912345678 都行", "号码对不上"),
        ("13812345678、13912345678", "只写一个"),
        ("长" * 21, "最多 20 个字"),
    ],
)
def test_what_is_no_number_or_no_name_is_said(typed: str, why: str) -> None:
    with pytest.raises(BadField, match=why):
        rules.read_caller(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        caller = rules.read_caller(typed)
    except BadField:
        return
    assert len(caller.name) <= rules.LONGEST_NAME
    assert caller.phone is None or (caller.phone.isascii() and caller.phone.isdigit())


def test_only_a_mobile_number_gets_texts() -> None:
    assert rules.gets_texts("13812345678")
    assert not rules.gets_texts("057187654321")
    assert not rules.gets_texts("87654321")


@given(wish=st.sampled_from(Wish), contact=st.booleans(), is_helper=st.booleans())
def test_who_had_it_in_hand_writes_down_no_judgement(
    wish: Wish, *, contact: bool, is_helper: bool
) -> None:
    helper = 7 if is_helper else 8
    may = rules.may_take_down(wish, by=7, at_it={7}, helper=helper, contact_given=contact)

    assert may is (wish in {Wish.ADD, Wish.URGE})


def test_who_took_down_for_nobody_does_not_say_how_content_nobody_is() -> None:
    for wish, contact, may in (
        (Wish.RATE, False, False),
        (Wish.CONFIRM, False, False),
        (Wish.REOPEN, False, True),
        (Wish.RATE, True, True),
        (Wish.CONFIRM, True, True),
    ):
        found = rules.may_take_down(wish, by=7, at_it=(), helper=7, contact_given=contact)
        assert found is may
    assert rules.may_take_down(Wish.RATE, by=9, at_it=(), helper=7, contact_given=False)
