"""Reads of claims: from the next village, and what helps to judge one."""

import pytest
from sqlalchemy.orm import Session

from grid.rules import Privacy
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as FileState
from people.models import Person
from points import queries
from points.errors import NoSuchClaim
from points.models import ClaimPicture
from points.queries import twins
from points.rules.table import Period
from tests.factories import NEXT_TOWN, TOWN, make_staff
from tests.fakes import NOON
from tests.people.homes import make_resident
from tests.points.claims import DAY, Village


def waiting(session: Session, by: Actor) -> int:
    """Return how many claims wait for somebody."""
    return len(queries.claims_listed(session, by=by, today=DAY)[0])


def test_whoever_sits_elsewhere_meets_no_claim(village: Village) -> None:
    session, claim = village.work.session, village.written()
    elsewhere = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)

    for by in (village.next_village, elsewhere, make_staff(session), make_resident(session)):
        for part in ("mine", "all", "done"):
            assert queries.claims_listed(session, by=by, today=DAY, part=part) == ([], False)
        assert queries.claims_chosen(session, [claim.id], by=by, today=DAY) == []
        assert waiting(session, by) == 0
        with pytest.raises(NoSuchClaim):
            queries.claim_detail(session, claim.id, by=by, today=DAY)


def test_it_waits_for_one_level_at_a_time(village: Village) -> None:
    session, claim = village.work.session, village.written()

    counts = [waiting(session, by) for by in (village.village, village.town)]
    assert counts == [1, 0]
    village.approve(claim, village.village)
    counts = [waiting(session, by) for by in (village.village, village.town)]
    assert counts == [0, 1]
    assert not queries.claim_detail(session, claim.id, by=village.village, today=DAY).may_review


def test_what_somebody_filed_for_another_is_not_offered_to_them(village: Village) -> None:
    session, claim, by = village.work.session, village.written(), village.village
    claim.filed_by = by.id
    session.flush()

    assert waiting(session, by) == 0
    assert queries.claims_chosen(session, [claim.id], by=by, today=DAY) == []
    assert not queries.claim_detail(session, claim.id, by=by, today=DAY).may_review
    assert waiting(session, make_staff(session, Role.VILLAGE_ADMIN)) == 1


def test_the_same_picture_shows_as_a_possible_double(village: Village) -> None:
    session = village.work.session
    first, second = village.written(), village.written("P13", key="2")
    files = [picture(village, number) for number in (1, 2)]
    for claim, file in zip((first, second), files, strict=True):
        session.add(ClaimPicture(claim_id=claim.id, attachment_id=file.id, digest="d" * 64))
    session.flush()

    found = queries.claim_detail(session, second.id, by=village.village, today=DAY)

    assert [(one.claim_id, one.why) for one in found.twins] == [(first.id, "照片一模一样")]
    assert [one.claim.id for one in found.history] == [first.id]
    elsewhere = twins.twins_of(session, second, None, village.next_village)
    assert [one.claim_id for one in elsewhere] == [None]
    shown = queries.claim_file(session, second.id, files[1].id, by=village.village)
    assert shown.id == files[1].id
    for claim, by in ((first, village.village), (second, village.next_village)):
        with pytest.raises(NotFound):
            queries.claim_file(session, claim.id, files[1].id, by=by)


def picture(village: Village, number: int) -> Attachment:
    row = Attachment(
        key=f"k{number}",
        owner="test",
        kind=Kind.PICTURE,
        state=FileState.READY,
        mime="image/jpeg",
        size=1,
        digest="d" * 64,
        stored="x",
        received_at=NOON,
    )
    village.work.session.add(row)
    village.work.session.flush()
    return row


def test_funds_are_the_towns_to_see(village: Village) -> None:
    session, claim = village.work.session, village.claimed()
    village.approve(claim, village.town)
    village.fund(3)

    here = {one.code: one for one in queries.funds(session, by=village.town, today=DAY)}
    found = here[claim.area_code[:12]]

    assert (found.left, found.given, found.waiting) == (3, 0, 5)
    assert all(code.startswith(TOWN) for code in here)
    assert queries.funds(session, by=village.village, today=DAY) == []


def test_a_household_reads_what_for_when_and_by_whom(village: Village) -> None:
    village.fund()
    session, claim = village.work.session, village.written()
    village.approve(claim, village.village)
    village.approve(claim, village.town)

    book = queries.own_book(session, village.resident.id, today=DAY)

    assert book is not None
    assert (book.free, book.expiring, len(book.lines)) == (5, 0, 1)
    assert (book.lines[0].rule, book.lines[0].amount) == ("参加平安宣传或反诈宣讲", 5)
    assert len(book.lines[0].reviewers) == 2
    next_year = DAY.replace(year=DAY.year + 1)
    later = queries.own_book(session, village.resident.id, today=next_year)
    assert later is not None
    assert (later.expiring, later.expires.isoformat()) == (5, "2027-12-31")
    left = {one.rule.code: one.periods for one in book.left.rules}
    assert left["P04"] == ((Period.MONTH, 4, 3),)
    assert (book.left.person_day, book.left.household_month, book.left.coins) == (10, 145, 10)
    assert [one.coins for one in book.members if one.is_self] == [5]
    paper = queries.own_passbook(session, village.resident.id, year=2026, today=DAY)
    assert paper is not None
    assert (paper.opening, paper.closing, len(paper.fingerprint)) == (0, 5, 64)
    assert [(one.amount, one.after) for one in paper.lines] == [(5, 5)]
    stranger = make_resident(session)
    assert queries.own_passbook(session, stranger.id, year=2026, today=DAY) is None
    assert queries.own_book(session, stranger.id, today=DAY) is None
    assert queries.own_claims(session, stranger.id) == []


def test_the_counter_prints_a_households_book_and_nobody_elsewhere_does(village: Village) -> None:
    village.fund()
    session = village.work.session
    village.approve(village.claimed(), village.town)
    village.approve(village.claimed(category="0501", privacy=Privacy.SENSITIVE), village.town)

    book = queries.household_passbook(
        session, village.home.id, by=village.village, year=2026, today=DAY
    )

    assert [bool(one.rule) for one in book.lines] == [True, False]
    for by in (village.next_village, village.resident, make_staff(session)):
        with pytest.raises(NotFound):
            queries.household_passbook(session, village.home.id, by=by, year=2026, today=DAY)


def test_at_home_nobody_reads_who_reported_something_sensitive(village: Village) -> None:
    village.fund()
    session = village.work.session
    mate = make_resident(session)
    session.get_one(Person, mate.id).household_id = village.home.id
    village.approve(village.claimed(category="0501", privacy=Privacy.SENSITIVE), village.town)

    for reader, shown, earned in ((village.resident.id, True, 10), (mate.id, False, 0)):
        book = queries.own_book(session, reader, today=DAY)
        assert book is not None
        (line,) = book.lines
        assert (line.amount, bool(line.rule), bool(line.reviewers)) == (line.amount, shown, shown)
        assert line.who == ""
        assert sum(one.coins for one in book.members) == (line.amount if earned else 0)
