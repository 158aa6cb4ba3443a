"""Coins that a claim was paid wrongly are taken back by two, once, and never below zero."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people.models import Kin
from points import jobs, queries, service
from points.errors import CannotUndo, NoSuchClaim, NoSuchUndo, NotYoursToReview, WrongMoment
from points.models import Claim, Close, Posting, Undo
from points.queries.earned import awards_around
from points.rules import Line, PostingKind, System
from points.rules.months import cut_of
from points.rules.undoing import CLAIM, UndoState
from points.service import Owner
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import Desk
from tests.points.claims import Village, make_village
from tests.points.test_queries_verify import past_the_guards


@pytest.fixture
def paid(village: Village) -> Claim:
    return pay(village)


@pytest.fixture
def other(village: Village) -> Actor:
    """Somebody of the town who did not pass it."""
    return make_staff(village.work.session, Role.TOWN_ADMIN, area=TOWN)


def pay(village: Village) -> Claim:
    village.fund()
    claim = village.approve(village.written(), village.village)
    return village.approve(claim, village.town)


def propose(village: Village, claim: Claim, by: Actor | None = None) -> Undo:
    by = by or village.town
    return service.propose_return(village.work, claim.id, reason="那天没有来", by=by)


def sign(village: Village, undo: Undo, by: Actor) -> Undo:
    return service.decide_undo(village.work, undo.id, agree=True, by=by)


def test_two_take_it_back_once_and_the_household_reads_of_what(  # noqa: PLR0915 - a journey
    village: Village, paid: Claim, other: Actor, statements: list[str]
) -> None:
    session, coins = village.work.session, village.balance()
    undo = propose(village, paid)
    with pytest.raises(WrongMoment):
        propose(village, paid, by=other)
    assert [one.one for one in queries.undos_waiting(session, CLAIM, by=other)] == [undo]

    sign(village, undo, other)

    posting = session.get_one(Posting, undo.posting_id)
    assert (posting.reverses_id, posting.kind) == (paid.posting_id, PostingKind.REVERSAL)
    assert (posting.actor_id, posting.second_actor_id) == (village.town.id, other.id)
    assert village.balance() == 0
    with pytest.raises(WrongMoment):
        sign(village, undo, other)
    with pytest.raises(WrongMoment):
        propose(village, paid)
    session.expire_all()
    assert (paid.returned, paid.standing) == (True, "退回了")
    assert awards_around(session, [paid.earner]) == []  # no cap counts it any longer
    statements.clear()
    book = queries.own_book(session, village.resident.id, today=village.work.now().date())
    assert len(statements) <= 24
    assert book is not None
    assert [one.amount for one in book.lines] == [-coins, coins]
    assert all(len(one.reviewers) == 2 for one in book.lines)
    back, given = book.lines
    assert (back.wrong, back.wrong_day) == (PostingKind.AWARD_REVIEWED, given.day)
    assert (back.rule, back.late, back.cut) == (given.rule, False, 0)
    [told] = queries.returns_published(session)
    assert (told.coins, told.rule) == (coins, given.rule)
    assert book.members[0].coins == 0
    assert list(queries.verify(session)) == []


def test_of_the_two_one_did_not_pass_it_and_neither_is_concerned(
    village: Village, paid: Claim, other: Actor
) -> None:
    session = village.work.session
    kin = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    session.add(Kin(person_id=village.resident.id, other_id=kin.id, noted_at=village.work.now()))
    session.flush()
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    with pytest.raises(NotYoursToReview):
        propose(village, paid, by=kin)
    for by in (away, village.village):
        with pytest.raises(NoSuchClaim):
            propose(village, paid, by=by)
    undo = propose(village, paid)
    for by in (village.town, kin):
        with pytest.raises(NotYoursToReview):
            sign(village, undo, by)
    with pytest.raises(NoSuchUndo):
        sign(village, undo, away)
    assert queries.undos_waiting(session, CLAIM, by=away) == []
    for by, seen in ((away, []), (village.next_village, []), (village.village, [undo])):
        found = queries.claim_undoing(session, paid.id, by=by)
        assert ([one.one for one in found.undos], found.free > 0) == (seen, bool(seen))
    # Whoever passed it for the village is of the town by now.
    session.execute(
        text("UPDATE points_undo SET state = 'withdrawn', decided_by = proposed_by"), {}
    )
    session.expire_all()
    again = propose(village, paid)
    both = Actor(id=village.village.id, hats=other.hats)
    with pytest.raises(NotYoursToReview, match="没有审过"):
        sign(village, again, both)
    assert sign(village, again, other).state is UndoState.POSTED


def test_what_is_spent_waits_and_says_how_much_is_missing(
    village: Village, paid: Claim, other: Actor
) -> None:
    undo = propose(village, paid)
    owners = [Owner.household(village.home.id), Owner.system(System.REDEEMED)]
    home, far = service.account_ids(village.work, owners).values()
    held = service.hold(
        village.work,
        key="h",
        lines=[Line(debit=home, credit=far, amount=1)],
        effective_on=date(2026, 12, 1),
    )
    with pytest.raises(CannotUndo, match="还差 1 个"), village.work.session.begin_nested():
        sign(village, undo, other)
    village.work.session.refresh(undo)
    assert undo.state is UndoState.PROPOSED

    service.release(village.work, held.id, effective_on=date(2026, 12, 1))
    assert sign(village, undo, other).state is UndoState.POSTED


def test_what_was_not_paid_is_not_taken_back(village: Village) -> None:
    claim = village.written()
    with pytest.raises(WrongMoment):
        propose(village, claim)


def test_a_reversal_without_an_undo_and_an_undo_without_a_reversal_are_named(
    village: Village, paid: Claim, other: Actor
) -> None:
    session = village.work.session
    undo = sign(village, propose(village, paid), other)
    for change, named in (
        ("DELETE FROM points_undo", f"posting {undo.posting_id}:"),
        ("UPDATE points_undo SET source_id = '999'", f"claim undo {undo.id}:"),
        ("UPDATE points_undo SET posting_id = 1", f"claim undo {undo.id}:"),
    ):
        nested = session.begin_nested()
        with past_the_guards(session):
            session.execute(text(change))
        found = [str(fault) for fault in queries.verify(session)]
        nested.rollback()
        assert any(one.startswith(named) for one in found), (change, found)


def test_the_page_of_a_claim_takes_it_back(  # noqa: PLR0915 - a journey
    client: FlaskClient, session: Session
) -> None:
    with transaction() as work:
        village = make_village(work)
        claim_id = pay(village).id
    other = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    session.commit()
    desk, page = Desk(client, session), f"/staff/claims/{claim_id}"
    desk.sits(away)
    assert desk.post(f"{page}/undo", reason="错了").status_code == 404
    desk.sits(village.village)
    assert "退回这笔币" not in desk.read(page)
    assert desk.post(f"{page}/undo", reason="错了").status_code == 403
    desk.sits(village.town)
    assert desk.post(f"{page}/undo", reason="").status_code == 422
    assert desk.post(f"{page}/undo", reason="那天没有来").status_code == 303
    number = session.scalars(select(Undo.id)).one()
    sign_at = f"{page}/undo/{number}"
    assert desk.post(sign_at, agree="yes").status_code == 403
    desk.sits(away)
    assert desk.post(sign_at, agree="yes").status_code == 404
    desk.sits(other)
    assert "等着签的退回" in desk.read("/staff/claims")
    answer = desk.post(sign_at, reason="写到一半")
    assert answer.status_code == 422
    assert "写到一半" in answer.text
    assert desk.post(sign_at, agree="yes").status_code == 303
    assert desk.post(sign_at, agree="yes").status_code == 409
    read = desk.read(page)
    assert "退回了" in read
    assert "那天没有来" in read
    public = client.get("/coins/corrections")
    assert public.status_code == 200
    assert "那天没有来" not in public.text


def test_the_public_month_keeps_both_lines_and_of_a_report_neither(
    village: Village, paid: Claim, other: Actor, clock: FixedClock
) -> None:
    work = village.work
    report = village.approve(village.claimed(), village.town)
    for claim in (paid, report):
        sign(village, propose(village, claim), other)
    clock.moment = cut_of("2026-03")
    jobs.make_months(work)
    close = work.session.scalars(select(Close)).one()
    for by in (village.village, village.town):
        service.sign_month(work, close.id, by=by)
    service.publish_month(work, close.id, by=village.village)

    day = clock.moment.date()
    found = queries.public_month(work.session, VILLAGE, "2026-03", today=day)

    assert found is not None
    assert [one.coins for one in found.lines] == [paid.granted, -paid.granted]
    assert len({one.rule for one in found.lines}) == 1
