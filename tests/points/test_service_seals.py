"""The day's seal: one root, chained, once a day."""

from datetime import date, timedelta

from sqlalchemy import select

from points import queries, rules, service
from points.models import LedgerAccount, Seal, SealLeaf
from points.rules import merkle
from tests.points.books import Books

FIRST = date(2026, 3, 1)


def test_a_day_is_sealed_once_and_no_earlier_one_after_it(books: Books) -> None:
    books.award("a", 5)
    sealed = service.seal_day(books.work, FIRST)

    again = service.seal_day(books.work, FIRST)
    earlier = service.seal_day(books.work, FIRST - timedelta(days=1))

    assert sealed is not None
    assert (again, earlier) == (None, None)


def test_a_seal_takes_in_the_one_before_and_only_writes_what_moved(books: Books) -> None:
    books.award("a", 5)
    books.award("b", 5)
    first = service.seal_day(books.work, FIRST)
    books.award("a", 1)

    second = service.seal_day(books.work, FIRST + timedelta(days=1))
    third = service.seal_day(books.work, FIRST + timedelta(days=2))

    leaves = books.work.session.execute(select(SealLeaf.number, SealLeaf.account_id)).all()
    a, b = books.ids["a"], books.ids["b"]
    assert first is not None
    assert second is not None
    assert third is not None
    assert {tuple(row) for row in leaves} == {(1, a), (1, b), (2, a)}
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert (second.root != first.root, third.root == second.root) == (True, True)
    assert not list(queries.verify(books.work.session))


def test_books_without_a_posting_are_sealed_too(books: Books) -> None:
    sealed = service.seal_day(books.work, FIRST)

    assert sealed is not None
    assert (sealed.leaves, sealed.number) == (0, 1)
    assert not list(queries.verify(books.work.session))


def test_a_household_can_prove_what_it_holds_by_the_root(books: Books) -> None:
    for name in ("a", "b", "c", "budget", "a"):
        books.award(name, 5)
    sealed = service.seal_day(books.work, FIRST)
    account = books.work.session.get_one(LedgerAccount, books.ids["b"])
    leaves = [row.hash for row in books.work.session.execute(queries.leaves_at(1))]
    place = sorted(books.ids[one] for one in ("a", "b", "c", "budget")).index(account.id)

    held = (account.id, 1, 5, 0, 0, account.head_hash)
    own = merkle.leaf_hash(rules.pack(*held, queries.salt(account.id)))
    path = merkle.proof(leaves, place)

    assert sealed is not None
    assert merkle.proves(own, path, sealed.root)
    more = merkle.leaf_hash(rules.pack(*held[:2], 6, *held[3:], queries.salt(account.id)))
    assert not merkle.proves(more, path, sealed.root)


def test_seals_come_in_the_order_of_days(books: Books) -> None:
    for day in range(3):
        service.seal_day(books.work, FIRST + timedelta(days=day))

    found = books.work.session.execute(select(Seal.number, Seal.day).order_by(Seal.number)).all()
    assert [tuple(row) for row in found] == [
        (1, "2026-03-01"),
        (2, "2026-03-02"),
        (3, "2026-03-03"),
    ]
