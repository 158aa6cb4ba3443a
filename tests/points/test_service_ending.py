"""Holds end once and free exactly what they held; a posting is undone once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from points import queries, service
from points.errors import (
    AlreadyEnded,
    AlreadyReversed,
    BadPosting,
    KeyReused,
    NoSuchPosting,
    NotEnough,
)
from points.models import Posting, Transfer
from points.rules import Phase, PostingKind
from tests.fakes import FixedClock
from tests.points.books import DAY, TOWN_CLERK, VILLAGE_CLERK, Books


def free(books: Books, name: str = "a") -> tuple[int, int, int]:
    """Return in, out and held of an account."""
    held = queries.balance(books.work.session, books.ids[name])
    return held.in_total, held.out_total, held.held


def hold(books: Books, amount: int = 6, key: str = "hold:1") -> int:
    books.award("a", 10)
    line = books.move("a", "redeemed", amount)
    return service.hold(books.work, key=key, lines=[line], effective_on=DAY).id


def test_what_is_held_cannot_be_spent(books: Books) -> None:
    hold(books, 6)
    spend = books.request([books.move("a", "redeemed", 5)], kind=PostingKind.REDEMPTION)

    with pytest.raises(NotEnough) as refused, books.work.session.begin_nested():
        service.post(books.work, spend)

    assert refused.value.missing == 1
    assert free(books) == (10, 0, 6)


@pytest.mark.parametrize(("amounts", "left"), [(None, (10, 6, 0)), ([4], (10, 4, 0))])
def test_a_hold_is_handed_out_whole_or_in_part(
    books: Books, amounts: list[int] | None, left: tuple[int, int, int]
) -> None:
    held = hold(books)

    service.capture(books.work, held, effective_on=DAY, actor_id=1, amounts=amounts)

    assert free(books) == left
    assert not list(queries.verify(books.work.session))


def test_a_released_hold_gives_everything_back(books: Books) -> None:
    held = hold(books)

    service.release(books.work, held, effective_on=DAY)

    assert free(books) == (10, 0, 0)
    assert not list(queries.verify(books.work.session))


def test_a_hold_ends_once(books: Books) -> None:
    held = hold(books)
    first = service.capture(books.work, held, effective_on=DAY, actor_id=1)
    again = service.capture(books.work, held, effective_on=DAY, actor_id=1)

    with pytest.raises(AlreadyEnded), books.work.session.begin_nested():
        service.release(books.work, held, effective_on=DAY)
    with pytest.raises(AlreadyEnded), books.work.session.begin_nested():
        service.capture(books.work, held, effective_on=DAY, actor_id=1, amounts=[1])

    assert (again.id, again.replayed) == (first.id, True)
    assert free(books) == (10, 6, 0)


@pytest.mark.parametrize("amounts", [[7], [0], [-1], [], [3, 3]])
def test_no_more_is_handed_out_than_was_held(books: Books, amounts: list[int]) -> None:
    held = hold(books)

    with pytest.raises(BadPosting):
        service.capture(books.work, held, effective_on=DAY, actor_id=1, amounts=amounts)

    assert free(books) == (10, 0, 6)


def test_goods_that_were_not_held_go_along_with_coins_that_were(books: Books) -> None:
    held = hold(books)
    stock = books.request([books.move("supplied", "soap", 1)], kind=PostingKind.STOCK_IN)
    service.post(books.work, stock)
    soap = [books.move("soap", "handed_out", 1)]

    service.capture(books.work, held, effective_on=DAY, actor_id=1, second_actor_id=2, more=soap)

    assert (free(books), free(books, "soap")) == ((10, 6, 0), (1, 1, 0))
    assert not list(queries.verify(books.work.session))


def test_an_award_is_not_taken_for_a_hold(books: Books) -> None:
    award = books.award("a", 5).id

    with pytest.raises(NoSuchPosting):
        service.release(books.work, award, effective_on=DAY)
    with pytest.raises(NoSuchPosting):
        service.capture(books.work, 10**9, effective_on=DAY, actor_id=1)


def test_a_hold_that_ran_out_is_given_back_by_nobody(books: Books, clock: FixedClock) -> None:
    books.award("a", 10)
    lines = [books.move("a", "redeemed", 6)]
    until = clock.now() + timedelta(minutes=30)
    service.hold(books.work, key="h", lines=lines, effective_on=DAY, expires_at=until)
    service.release_expired(books.work)
    before = free(books)
    clock.advance(minutes=30)

    more = service.release_expired(books.work)
    more |= service.release_expired(books.work)

    last = books.work.session.scalars(select(Posting).order_by(Posting.id.desc())).first()
    assert (before, free(books), more) == ((10, 0, 6), (10, 0, 0), False)
    assert last is not None
    assert (last.kind, last.actor_id) == ("release", None)


def test_a_reversal_moves_back_what_was_moved(books: Books) -> None:
    award = books.award("a", 5).id

    service.reverse(
        books.work,
        award,
        effective_on=DAY,
        actor_id=VILLAGE_CLERK,
        second_actor_id=TOWN_CLERK,
    )

    assert free(books) == (5, 5, 0)
    assert not list(queries.verify(books.work.session))


def test_a_posting_is_undone_once_whoever_tries(books: Books) -> None:
    award = books.award("a", 5).id
    books.award("a", 50)
    first = service.reverse(books.work, award, effective_on=DAY, actor_id=1)
    again = service.reverse(books.work, award, effective_on=DAY, actor_id=1)

    with pytest.raises(AlreadyReversed), books.work.session.begin_nested():
        service.reverse(books.work, award, effective_on=DAY, actor_id=2)
    with pytest.raises(NoSuchPosting):
        service.reverse(books.work, first.id, effective_on=DAY, actor_id=1)

    assert again.id == first.id
    assert free(books) == (55, 5, 0)


@pytest.mark.parametrize("kind", [PostingKind.REVERSAL, PostingKind.RELEASE])
def test_what_is_undone_or_ended_is_not_once_more_under_another_key(
    books: Books, kind: PostingKind
) -> None:
    is_reversal, held = kind is PostingKind.REVERSAL, hold(books, 6)
    award = books.award("a", 6).id
    line = books.move("a", "redeemed", 6, phase=Phase.POSTED if is_reversal else Phase.RELEASED)
    known: dict[str, Any] = {"kind": kind, "rule": None, "second_actor_id": None}
    known |= {"reverses_id": award} if is_reversal else {"pending_id": held}
    service.post(books.work, books.request([line], **known))

    with pytest.raises(KeyReused), books.work.session.begin_nested():
        service.post(books.work, books.request([line], **known))


def test_what_is_spent_is_not_taken_back_below_zero(books: Books) -> None:
    award = books.award("a", 5).id
    spend = books.request([books.move("a", "redeemed", 3)], kind=PostingKind.REDEMPTION)
    service.post(books.work, spend)

    with pytest.raises(NotEnough) as refused, books.work.session.begin_nested():
        service.reverse(books.work, award, effective_on=DAY, actor_id=1)

    assert refused.value.missing == 3


def test_what_was_handed_out_of_a_hold_can_be_undone(books: Books) -> None:
    given = service.capture(books.work, hold(books), effective_on=DAY, actor_id=1, amounts=[4])

    service.reverse(books.work, given.id, effective_on=DAY, actor_id=1)

    assert free(books) == (14, 4, 0)
    assert not list(queries.verify(books.work.session))


def test_every_line_says_whose_it_is(books: Books, session: Session) -> None:
    award = books.award("a", 5, person_id=42).id
    service.reverse(books.work, award, effective_on=DAY, actor_id=1)

    assert set(session.scalars(select(Transfer.person_id))) == {42}
