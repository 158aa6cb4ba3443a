"""Balances from before are signed by two, and come into the books once or not at all."""

from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DatabaseError

from kernel.grants import Role
from people.models import Household, Kin, Person
from points import jobs, queries, service
from points.errors import NoSuchOpening, NotYoursToReview, WrongMoment
from points.models import Opening, OpeningRow, Posting
from points.rules.openings import OpeningState
from points.service import Owner
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, make_staff
from tests.people.homes import make_home
from tests.points.claims import Village
from tests.points.test_queries_verify import past_the_guards

S = OpeningState


class Book:
    """An old book of sixty households, and two of the town."""

    def __init__(self, village: Village) -> None:
        self.village, self.work = village, village.work
        self.homes = [village.home, *[make_home(village.work.session) for _ in range(59)]]
        self.second = make_staff(village.work.session, Role.TOWN_ADMIN, area=TOWN)

    def table(self, **coins: str) -> bytes:
        lines = [f"{home.number},{coins.get(f'n{n}', n + 1)}" for n, home in enumerate(self.homes)]
        return "\n".join(["户号,绿币", *lines]).encode()

    def send(self, content: bytes | None = None, **more: Any) -> Opening | None:  # noqa: ANN401
        by = more.get("by", self.village.town)
        return service.send_opening(self.work, content or self.table(), by=by)[0]

    def sent(self) -> Opening:
        made = self.send()
        assert made is not None
        return made

    def sign(self, one: Opening, *, agree: bool = True, **more: Any) -> Opening:  # noqa: ANN401
        by = more.get("by", self.second)
        return service.decide_opening(self.work, one.id, agree=agree, by=by)

    def post(self, one: Opening) -> None:
        for _ in range(3):
            jobs.post_openings(self.work, opening_id=one.id)

    def postings(self) -> int:
        found = select(func.count(Posting.id)).where(Posting.kind == "opening")
        return self.work.session.scalar(found) or 0

    def has(self, home: Household) -> int:
        account = service.account_id(self.work, Owner.household(home.id))
        return queries.balance(self.work.session, account).free

    def faults(self) -> list[str]:
        return [str(one) for one in queries.verify(self.work.session)]


@pytest.fixture
def book(village: Village) -> Book:
    return Book(village)


def test_a_table_is_posted_after_two_signatures_with_its_file_and_line(book: Book) -> None:
    one = book.sent()
    book.post(one)
    assert (one.state, one.lines, one.coins, book.postings()) == (S.WAITING, 60, 1830, 0)
    assert book.send() is one

    book.sign(one)
    service.post_opening(book.work, one.id)
    assert (one.state, book.postings()) == (S.POSTING, 50)
    book.post(one)

    assert (one.state, book.postings(), book.has(book.homes[59])) == (S.POSTED, 60, 60)
    [first] = book.work.session.scalars(
        select(Posting).where(Posting.idem_key == f"opening:household:{book.homes[0].id}")
    )
    assert (first.actor_id, first.second_actor_id) == (book.village.town.id, book.second.id)
    assert (first.source_type, first.source_id) == ("opening", f"{one.id}:2")
    assert first.evidence is not None
    assert first.evidence.hex() == one.digest
    assert book.faults() == []


def test_each_go_reads_its_own_lines_and_one_more(book: Book) -> None:
    one = book.sent()
    book.sign(one)
    session = book.work.session
    session.expunge_all()  # so that what is read is loaded, and seen here
    loaded: list[int] = []
    count = lambda row, _: loaded.append(row.line)  # noqa: E731
    event.listen(OpeningRow, "load", count)
    try:
        last = service.post_opening(book.work, one.id)
        first = len(loaded)
        assert last is not None
        assert (last, first) == (51, 51)  # the first line is the second of the file
        session.expunge_all()
        assert service.post_opening(book.work, one.id, after=last) is None
        assert len(loaded) - first == 10
    finally:
        event.remove(OpeningRow, "load", count)
    assert book.postings() == 60
    assert service.post_opening(book.work, one.id) is None  # a job that comes late posts nothing
    assert book.postings() == 60


def test_the_same_file_and_the_same_households_come_in_once(book: Book) -> None:
    one = book.sent()
    book.sign(one)
    book.post(one)

    assert book.send() is one
    made, problems = service.send_opening(book.work, book.table(n0="9"), by=book.village.town)

    assert made is None
    assert len(problems) == 60
    assert "已经导入过" in str(problems[0])
    assert book.postings() == 60


def test_with_one_bad_line_nothing_is_taken_in(book: Book) -> None:
    closed = book.homes[7]
    closed.closed_at = book.work.now()
    away = make_staff(book.work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    made, problems = service.send_opening(
        book.work, book.table(n1="-5", n2="0", n3="1.5", n4="9999999"), by=book.village.town
    )
    assert made is None
    assert [one.line for one in problems] == [3, 4, 5, 6, 9]
    made, problems = service.send_opening(book.work, book.table(), by=away)
    assert (made, len(problems)) == (None, 60)
    assert book.work.session.scalars(select(Opening)).all() == []


def test_a_table_of_many_households_costs_no_more_than_a_short_one(
    book: Book, statements: list[str]
) -> None:
    session = book.work.session
    statements.clear()
    one = book.sent()
    assert len(statements) <= 20
    most = []

    def count(*said: Any) -> None:  # noqa: ANN401
        most.append(len(said[3]))

    event.listen(session.connection(), "before_cursor_execute", count)
    book.sign(one)

    assert max(most) < 60  # a database takes 65,535 at most, a table 10,000 households
    assert one.state is S.POSTING


def test_the_kin_of_a_household_in_it_do_not_sign_it(book: Book) -> None:
    session = book.work.session
    one = book.sent()
    [head] = session.scalars(
        select(Person.id).where(Person.household_id == book.homes[3].id, Person.is_head)
    )
    kin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.add(Kin(person_id=head, other_id=kin.id, noted_at=book.work.now()))
    session.flush()

    with pytest.raises(NotYoursToReview):
        book.sign(one, by=kin)


def test_who_sends_and_signs_are_two_and_neither_is_in_it(book: Book) -> None:
    session = book.work.session
    one = book.sent()
    mate = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.get_one(Person, mate.id).household_id = book.homes[3].id
    session.flush()
    for by in (book.village.town, mate):
        with pytest.raises(NotYoursToReview):
            book.sign(one, by=by)
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (away, book.village.village):
        with pytest.raises(NoSuchOpening):
            book.sign(one, by=by)
        with pytest.raises(NoSuchOpening):
            queries.opening_detail(session, one.id, by=by)
        assert queries.openings_listed(session, by=by) == []
    assert len(queries.opening_detail(session, one.id, by=book.second).rows) == 60
    book.sign(one, agree=False, by=book.village.town)
    with pytest.raises(WrongMoment):
        book.sign(one)
    made, problems = service.send_opening(book.work, book.table(), by=mate)
    assert made is None
    assert [found.line for found in problems] == [5]
    assert "您自己家" in str(problems[0])


def test_what_was_refused_can_be_sent_again_and_the_district_signs_too(book: Book) -> None:
    book.sign(book.sent(), agree=False)
    again = book.sent()
    district = make_staff(book.work.session, Role.DISTRICT_CMD, area=DISTRICT)

    book.sign(again, by=district)
    book.post(again)

    assert (again.state, book.postings()) == (S.POSTED, 60)
    assert book.faults() == []


def test_nobody_changes_a_line_after_the_first_signature(book: Book) -> None:
    session = book.work.session
    one = book.sent()
    for change in (
        "UPDATE points_opening_row SET coins = coins + 1",
        "DELETE FROM points_opening_row",
        "UPDATE points_opening SET coins = coins + 1",
        "DELETE FROM points_opening",
    ):
        nested = session.begin_nested()
        with pytest.raises(DatabaseError, match="only ever added"):
            session.execute(text(change))
        nested.rollback()
    book.sign(one)
    nested = session.begin_nested()
    with pytest.raises(DatabaseError, match="only ever added"):
        session.execute(text("UPDATE points_opening SET state = 'waiting', decided_by = NULL"))
    nested.rollback()


TAMPERED = {
    "more coins": ("UPDATE points_opening_row SET coins = 9 WHERE line = 2", "opening {id}:2"),
    "another household": (
        "UPDATE points_opening_row SET household_id = {stranger} WHERE line = 2",
        "opening {id}:2",
    ),
    "a line is gone": ("DELETE FROM points_opening_row WHERE line = 2", "posting "),
    "another file": ("UPDATE points_opening SET digest = '{zeros}'", "opening {id}:2"),
    "another signer": ("UPDATE points_opening SET decided_by = {district}", "opening {id}:2"),
    "another sender": ("UPDATE points_opening SET asked_by = {district}", "opening {id}:2"),
    "another sum": ("UPDATE points_opening SET coins = coins + 1", "opening {id}"),
    "never signed": (
        "UPDATE points_opening SET state = 'waiting', decided_by = NULL",
        "opening {id}:2",
    ),
}


def test_what_was_edited_afterwards_is_named(book: Book) -> None:
    session = book.work.session
    one = book.sent()
    book.sign(one)
    book.post(one)
    known = {
        "id": one.id,
        "stranger": make_home(session).id,
        "district": book.village.district.id,
        "zeros": "0" * 64,
    }
    assert book.faults() == []

    for what, (statement, named) in TAMPERED.items():
        nested = session.begin_nested()
        with past_the_guards(session):
            session.execute(text(statement.format(**known)))
        found = book.faults()
        nested.rollback()
        assert any(fault.startswith(named.format(**known)) for fault in found), (what, found)
