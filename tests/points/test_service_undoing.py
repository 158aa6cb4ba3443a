"""A line of balances from before that was wrong is undone by two, once, and never below zero."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from kernel.access import Actor
from kernel.grants import Role
from people.models import Kin, Person
from points import queries, service
from points.errors import (
    CannotUndo,
    NoSuchOpening,
    NoSuchUndo,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Opening, Posting, Undo
from points.rules import Line, PostingKind, System
from points.rules.undoing import OPENING, UndoState
from points.service import Owner
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, make_staff
from tests.points.claims import Village
from tests.points.test_queries_verify import past_the_guards
from tests.points.test_service_opening import Book

LAST = 61  # the line of the last household, which has sixty coins


@pytest.fixture
def book(village: Village) -> Book:
    return Book(village)


@pytest.fixture
def posted(book: Book) -> Opening:
    one = book.sent()
    book.sign(one)
    book.post(one)
    return one


def propose(book: Book, one: Opening, line: int = LAST, by: Actor | None = None) -> Undo:
    by = by or book.village.district
    return service.propose_undo(book.work, one.id, line, reason="多写了一个零", by=by)


def sign(book: Book, undo: Undo, by: Actor | None = None, **more: object) -> Undo:
    known = {"agree": True} | more
    by = by or book.second
    return service.decide_undo(book.work, undo.id, by=by, **known)  # type: ignore[arg-type]


def spend(book: Book, coins: int) -> None:
    owners = [Owner.household(book.homes[59].id), Owner.system(System.REDEEMED)]
    home, far = service.account_ids(book.work, owners).values()
    lines = [Line(debit=home, credit=far, amount=coins)]
    service.hold(book.work, key="h", lines=lines, effective_on=date(2026, 12, 1))


def test_the_district_proposes_another_signs_and_both_lines_stand_in_the_book(
    book: Book, posted: Opening
) -> None:
    session, home = book.work.session, book.homes[59]
    undo = propose(book, posted)
    assert book.has(home) == 60
    assert [one.one for one in queries.undos_waiting(session, OPENING, by=book.second)] == [undo]

    sign(book, undo)

    assert (undo.state, book.has(home)) == (UndoState.POSTED, 0)
    posting = session.get_one(Posting, undo.posting_id)
    assert (posting.kind, posting.actor_id, posting.second_actor_id) == (
        "reversal",
        book.village.district.id,
        book.second.id,
    )
    head = session.query(Person).filter_by(household_id=home.id, is_head=True).one()
    day = book.work.now().date()
    read = queries.own_passbook(session, head.id, year=day.year, today=day)
    assert read is not None
    assert sorted((one.amount, one.kind, len(one.reviewers)) for one in read.lines) == [
        (-60, PostingKind.REVERSAL, 2),
        (60, PostingKind.OPENING, 2),
    ]
    with pytest.raises(WrongMoment):
        sign(book, undo)
    with pytest.raises(WrongMoment):
        propose(book, posted)
    assert queries.undos_waiting(session, OPENING, by=book.second) == []
    assert book.faults() == []


def test_what_was_spent_is_not_undone_below_zero(book: Book, posted: Opening) -> None:
    undo = propose(book, posted)
    spend(book, 1)

    with pytest.raises(CannotUndo, match="还差 1 个"), book.work.session.begin_nested():
        sign(book, undo)

    book.work.session.refresh(undo)
    assert (undo.state, book.has(book.homes[59])) == (UndoState.PROPOSED, 59)
    assert book.faults() == []


def test_who_proposes_and_who_signs_are_two_of_whom_it_is_neither(
    book: Book, posted: Opening
) -> None:
    session, district = book.work.session, book.village.district
    [head] = session.scalars(
        select(Person.id).where(Person.household_id == book.homes[59].id, Person.is_head)
    )
    kin = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    session.add(Kin(person_id=head, other_id=kin.id, noted_at=book.work.now()))
    session.flush()
    for by in (book.second, kin):
        with pytest.raises(NotYoursToReview):
            propose(book, posted, by=by)
    undo = propose(book, posted)
    for by in (district, kin):
        with pytest.raises(NotYoursToReview):
            sign(book, undo, by=by)
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (away, book.village.village):
        with pytest.raises(NoSuchUndo):
            sign(book, undo, by=by)
        with pytest.raises(NoSuchOpening):
            propose(book, posted, line=2, by=by)
        with pytest.raises(NoSuchOpening):
            queries.opening_line(session, posted.id, LAST, by=by)
        assert queries.undos_waiting(session, OPENING, by=by) == []


def test_a_no_has_its_reason_and_only_who_proposed_it_takes_it_back(
    book: Book, posted: Opening
) -> None:
    session, district = book.work.session, book.village.district
    undo = propose(book, posted)
    with pytest.raises(Unsaid):
        sign(book, undo, agree=False)
    assert sign(book, undo, agree=False, reason="台账上就是这样").state is UndoState.REFUSED

    again = propose(book, posted)
    with pytest.raises(NotYoursToReview):
        service.withdraw_undo(book.work, again.id, by=book.second)
    service.withdraw_undo(book.work, again.id, by=district)
    seen = queries.opening_line(session, posted.id, LAST, by=book.second)
    assert [one.one.state for one in seen.undos] == [UndoState.WITHDRAWN, UndoState.REFUSED]
    assert (book.has(book.homes[59]), book.faults()) == (60, [])


def test_what_is_not_in_the_books_is_not_undone(book: Book) -> None:
    one = book.sent()
    for line, refused in ((LAST, WrongMoment), (62, NoSuchOpening)):
        with pytest.raises(refused):
            propose(book, one, line=line)


TAMPERED = {
    "another line": ("UPDATE points_undo SET source_id = '1:2'", "opening undo {id}"),
    "another signer": ("UPDATE points_undo SET decided_by = {other}", "opening undo {id}"),
    "never proposed": ("DELETE FROM points_undo", "posting {posting}"),
}


def test_nobody_changes_it_and_what_was_edited_is_named(book: Book, posted: Opening) -> None:
    session = book.work.session
    undo = sign(book, propose(book, posted))
    other = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    known = {"id": undo.id, "other": other.id, "posting": undo.posting_id}
    for statement, named in TAMPERED.values():
        nested = session.begin_nested()
        with pytest.raises(DatabaseError, match="only ever added"):
            session.execute(text(statement.format(**known)))
        nested.rollback()
        nested = session.begin_nested()
        with past_the_guards(session):
            session.execute(text(statement.format(**known)))
        found = book.faults()
        nested.rollback()
        assert any(fault.startswith(named.format(**known)) for fault in found), (statement, found)
