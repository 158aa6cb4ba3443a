"""What is posted, what is refused, and that a refusal changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from kernel.db import Base
from points import queries, service
from points.errors import AccountClosed, BadPosting, KeyReused, NoSuchAccount, NotEnough
from points.models import Entry, LedgerAccount, Posting, Transfer
from points.rules import Line, Phase, PostingKind
from points.service import Owner, portable
from points.service.written import Written
from tests.fakes import FixedClock
from tests.points.books import RESIDENT, TOWN_CLERK, VILLAGE_CLERK, Books

KINDS = (LedgerAccount, Posting, Transfer, Entry)


def state(session: Session) -> list[Any]:
    """Return all that the books hold."""
    session.expire_all()
    tables = [Base.metadata.tables[one.__tablename__] for one in KINDS]
    return [
        session.execute(select(table).order_by(*list(table.primary_key))).all() for table in tables
    ]


def test_an_award_comes_from_nowhere_and_stays(books: Books) -> None:
    posted = books.award("a", 5)

    held = queries.balance(books.work.session, books.ids["a"])
    entry = books.work.session.scalars(select(Entry)).one()
    assert (held.in_total, held.out_total, held.free, held.version) == (5, 0, 5, 1)
    assert (entry.posting_id, entry.amount, entry.in_total) == (posted.id, 5, 5)
    assert not list(queries.verify(books.work.session))


def test_system_accounts_keep_no_total_and_no_entry(books: Books) -> None:
    books.award("a", 5)

    issuance = books.work.session.get(LedgerAccount, books.ids["issuance"])
    assert issuance is not None
    assert (issuance.in_total, issuance.out_total, issuance.version) == (0, 0, 0)


def test_the_same_request_posts_once(books: Books) -> None:
    request = books.request([books.move("issuance", "a", 5)])
    first = service.post(books.work, request)
    before = state(books.work.session)

    again = service.post(books.work, request)

    assert (again.id, first.replayed, again.replayed) == (first.id, False, True)
    assert state(books.work.session) == before


@pytest.mark.parametrize(
    "other",
    [
        {"lines": (("issuance", "a", 6),)},
        {"lines": (("issuance", "b", 5),)},
        {"actor_id": 77},
        {"rule": ("P01", 2)},
        {"source": ("claim", "2")},
        {"evidence": b"x" * 32},
    ],
)
def test_the_same_key_with_other_content_is_refused(books: Books, other: dict[str, Any]) -> None:
    request = books.request([books.move("issuance", "a", 5)])
    service.post(books.work, request)
    if "lines" in other:
        other = {"lines": [books.move(*line) for line in other["lines"]]}

    with pytest.raises(KeyReused), books.work.session.begin_nested():
        service.post(books.work, replace(request, **other))


def test_nobody_spends_more_than_is_there(books: Books) -> None:
    books.award("a", 5)
    spend = books.request([books.move("a", "redeemed", 8)], kind=PostingKind.REDEMPTION)
    before = state(books.work.session)

    with pytest.raises(NotEnough) as refused, books.work.session.begin_nested():
        service.post(books.work, spend)

    assert (refused.value.account_id, refused.value.missing) == (books.ids["a"], 3)
    assert state(books.work.session) == before


def test_what_is_refused_for_want_of_coins_may_be_tried_again(books: Books) -> None:
    spend = books.request([books.move("a", "redeemed", 5)], kind=PostingKind.REDEMPTION)
    with pytest.raises(NotEnough), books.work.session.begin_nested():
        service.post(books.work, spend)
    books.award("a", 5)

    posted = service.post(books.work, spend)

    assert not posted.replayed
    assert queries.balance(books.work.session, books.ids["a"]).free == 0


def test_an_account_that_gives_and_takes_in_one_posting_is_never_short_between(
    books: Books,
) -> None:
    lines = [
        books.move("a", "b", 5),
        books.move("issuance", "a", 5),
        books.move("b", "redeemed", 5),
    ]

    service.post(books.work, books.request(lines, actor_id=1, second_actor_id=2))

    held = {name: queries.balance(books.work.session, books.ids[name]) for name in "ab"}
    assert [(one.in_total, one.out_total, one.version) for one in held.values()] == [(5, 5, 1)] * 2


def test_coins_and_goods_move_together_or_not_at_all(books: Books) -> None:
    books.award("a", 10)
    stock = books.request([books.move("supplied", "soap", 1)], kind=PostingKind.STOCK_IN)
    service.post(books.work, stock)
    hand_out = [books.move("a", "redeemed", 4), books.move("soap", "handed_out", 1)]
    service.post(books.work, books.request(hand_out, kind=PostingKind.REDEMPTION))
    before = state(books.work.session)

    with pytest.raises(NotEnough) as refused, books.work.session.begin_nested():
        service.post(books.work, books.request(hand_out, kind=PostingKind.REDEMPTION))

    assert refused.value.account_id == books.ids["soap"]
    assert state(books.work.session) == before


def test_coins_are_not_turned_into_soap(books: Books) -> None:
    books.award("a", 10)

    with pytest.raises(BadPosting), books.work.session.begin_nested():
        service.post(books.work, books.request([books.move("a", "soap", 1)]))
    with pytest.raises(BadPosting), books.work.session.begin_nested():
        service.post(
            books.work, books.request([Line(debit=books.ids["a"], credit=10**9, amount=1)])
        )

    assert not list(queries.verify(books.work.session))


@pytest.mark.parametrize("amount", [0, -1, 10**9 + 1, 1.0, 2.5, True, "3", None])
def test_an_amount_is_a_whole_number_above_zero(books: Books, amount: Any) -> None:  # noqa: ANN401
    with pytest.raises(BadPosting):
        service.post(books.work, books.request([books.move("issuance", "a", amount)]))


WRONG: list[tuple[str, Callable[[Books], dict[str, Any]]]] = [
    ("nobody signed", lambda _: {"actor_id": None, "second_actor_id": None}),
    ("one signed", lambda _: {"second_actor_id": None}),
    ("the same signed twice", lambda _: {"second_actor_id": VILLAGE_CLERK}),
    ("only the second signed", lambda _: {"actor_id": None}),
    ("the earner reviewed", lambda _: {"actor_id": RESIDENT}),
    ("no rule", lambda _: {"rule": None}),
    ("no lines", lambda _: {"lines": []}),
    ("to itself", lambda books: {"lines": [books.move("a", "a", 1)]}),
    ("no key", lambda _: {"key": ""}),
    ("a long key", lambda _: {"key": "k" * 121}),
    ("half a fingerprint", lambda _: {"evidence": b"x"}),
    ("undoes without being a reversal", lambda _: {"reverses_id": 1}),
    ("ends a hold without being one", lambda _: {"pending_id": 1}),
    ("a phase of a hold", lambda b: {"lines": [b.move("a", "b", 1, phase=Phase.PENDING)]}),
    ("expires", lambda b: {"expires_at": b.work.now()}),
    (
        "a system award without source",
        lambda _: {"kind": PostingKind.AWARD_SYSTEM, "second_actor_id": None, "source": None},
    ),
    ("a system award with two", lambda _: {"kind": PostingKind.AWARD_SYSTEM}),
    ("an expiry that somebody signed", lambda _: {"kind": PostingKind.EXPIRY}),
]


@pytest.mark.parametrize(("what", "more"), WRONG, ids=[one for one, _ in WRONG])
def test_what_breaks_a_rule_is_refused_before_the_books_are_opened(
    books: Books, what: str, more: Callable[[Books], dict[str, Any]]
) -> None:
    lines = [books.move("issuance", "a", 5, person_id=RESIDENT)]
    before = state(books.work.session)

    with pytest.raises(BadPosting):
        service.post(books.work, books.request(**{"lines": lines} | more(books)))

    assert state(books.work.session) == before


def test_a_closed_account_takes_nothing_and_gives_nothing(books: Books) -> None:
    service.close_account(books.work, books.ids["a"])
    books.work.session.flush()

    with pytest.raises(AccountClosed), books.work.session.begin_nested():
        books.award("a", 5)


def test_an_account_with_coins_is_not_closed(books: Books) -> None:
    books.award("a", 5)

    with pytest.raises(NotEnough):
        service.close_account(books.work, books.ids["a"])
    with pytest.raises(NoSuchAccount):
        service.close_account(books.work, 10**9)


def test_an_account_is_opened_once(books: Books) -> None:
    again = service.account_ids(books.work, [Owner.household(1), Owner.household(4)])

    assert again[Owner.household(1)] == books.ids["a"]
    assert len(set(books.ids.values()) | set(again.values())) == len(books.ids) + 1


def test_a_moment_before_is_found_again(books: Books, clock: FixedClock) -> None:
    moments = []
    for amount in (5, 7, 1):
        books.award("a", amount)
        moments.append(clock.now())
        clock.advance(hours=1)

    found = [queries.balance_at(books.work.session, books.ids["a"], one) for one in moments]

    assert [one.total for one in found] == [5, 12, 13]
    before = moments[0] - timedelta(microseconds=1)
    assert queries.balance_at(books.work.session, books.ids["a"], before).total == 0


def test_a_clock_that_steps_back_does_not_turn_the_order_round(
    books: Books, clock: FixedClock
) -> None:
    books.award("a", 5)
    clock.advance(hours=-3)
    books.award("a", 7)

    session = books.work.session
    posted = session.scalars(select(Entry.posted_at).order_by(Entry.version)).all()
    assert posted == sorted(posted)
    assert not list(queries.verify(session))


def test_fifty_are_posted_at_once_and_each_is_answered(books: Books) -> None:
    requests = [books.request([books.move("issuance", "abc"[n % 3], n + 1)]) for n in range(48)]
    known = service.post(books.work, requests[7])

    posted = service.post_many(books.work, [*requests, requests[3], requests[5]])

    assert posted[7].id == known.id
    assert [n for n, one in enumerate(posted[:48]) if one.replayed and n not in {3, 5}] == [7]
    assert (posted[48].id, posted[49].id) == (posted[3].id, posted[5].id)
    assert queries.balance(books.work.session, books.ids["a"]).total == sum(range(1, 49, 3))
    assert books.work.session.scalar(select(func.count()).select_from(Posting)) == 48
    assert not list(queries.verify(books.work.session))


def test_of_many_all_are_posted_or_none(books: Books) -> None:
    good = books.request([books.move("issuance", "a", 5)])
    short = books.request([books.move("b", "redeemed", 5)], kind=PostingKind.REDEMPTION)
    before = state(books.work.session)

    with pytest.raises(NotEnough), books.work.session.begin_nested():
        service.post_many(books.work, [good, short])

    assert state(books.work.session) == before
    with pytest.raises(ValueError, match="51"):
        service.post_many(books.work, [good] * 51)


def test_both_ways_into_the_books_write_the_same(books: Books) -> None:
    """On PostgreSQL the stored function against portable statements; on SQLite the same twice."""
    session, now = books.work.session, books.work.now()
    requests = [
        books.request(
            [books.move("issuance", "a", 9, person_id=5, place_id=6)], evidence=b"e" * 32
        ),
        books.request([books.move("a", "redeemed", 2)], kind=PostingKind.REDEMPTION),
        books.request(
            [books.move("a", "redeemed", 3, phase=Phase.PENDING)],
            kind=PostingKind.HOLD,
            rule=None,
            expires_at=now,
        ),
    ]

    def written(way: Callable[[Any], object]) -> list[Any]:
        with session.begin_nested() as nested:
            for request in requests:
                way(request)
            found = state(session)
            nested.rollback()
        return [[[*row] for row in table] for table in found]

    by_service = written(lambda request: service.post(books.work, request))
    by_hand = written(lambda request: portable.post(session, Written.of(request, now)))
    first, other = (
        [min(row[0] for row in one[1]), *[len(table) for table in one]]
        for one in (by_service, by_hand)
    )
    shift = other[0] - first[0]  # numbers are not given twice
    assert first[1:] == other[1:]
    assert [row[1:16] for row in by_service[1]] == [row[1:16] for row in by_hand[1]]
    assert [[row[0] + shift, *row[1:]] for row in by_service[2]] == by_hand[2]
    assert [row[3:8] for row in by_service[3]] == [row[3:8] for row in by_hand[3]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_transfer SET amount = 6",
        "UPDATE points_posting SET actor_id = 5",
        "UPDATE points_entry SET in_total = 6",
        "DELETE FROM points_entry",
        "DELETE FROM points_transfer",
        "DELETE FROM points_account",
        "UPDATE points_account SET owner_ref = '9' WHERE version = 1",
        "UPDATE points_account SET in_total = in_total - 1 WHERE version = 1",
        "UPDATE points_account SET version = version - 1 WHERE version = 1",
    ],
)
def test_the_database_refuses_change(books: Books, statement: str) -> None:
    books.award("a", 5)

    with pytest.raises(DBAPIError, match="only ever added"), books.work.session.begin_nested():
        books.work.session.execute(text(statement))


def test_the_database_refuses_what_the_service_should_have(books: Books) -> None:
    """The second wall: constraints, should the first have a hole."""
    books.award("a", 5)
    session, account = books.work.session, books.ids["a"]

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text("UPDATE points_account SET out_total = 6 WHERE id = :id"), {"id": account}
        )
    by_one = {
        "idem_key": "by hand",
        "fingerprint": b"f" * 32,
        "kind": "award_reviewed",
        "actor_id": TOWN_CLERK,
        "second_actor_id": TOWN_CLERK,
        "rule_code": "P01",
        "rule_version": 1,
        "effective_on": "2026-03-02",
        "created_at": 0,
    }
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Posting), by_one)
