"""Appeals: decided one level up, upheld by two, and what comes of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid.rules import Urgency
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Channel, Message
from people.models import Area, Kin, Person, RobotKind
from points import queries, service
from points.errors import (
    CannotAppeal,
    NoSuchAppeal,
    NoSuchDeduction,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Appeal, Deduction, Posting
from points.rules.claims import ClaimState, Decision
from points.rules.deductions import AppealState, DeductionState
from tests.factories import DISTRICT, TOWN, make_staff
from tests.people.homes import make_home
from tests.points.claims import DAY
from tests.points.courts import Court, today_of

S = DeductionState


def test_an_upheld_appeal_reverses_all_of_it_in_public(court: Court) -> None:  # noqa: PLR0915 - a course
    village = court.village
    one = court.taken("N01")
    court.clock.advance(days=31)
    claim = village.written(day=DAY + timedelta(days=60))
    village.approve(claim, village.village)
    village.approve(claim, village.town)
    assert (one.taken, one.owed) == (10, 10)
    with pytest.raises(CannotAppeal):  # the thirty days are over
        service.appeal_deduction(court.work, one.id, words="冤枉", by=village.resident)
    court.clock.advance(days=-1)
    appeal = service.appeal_deduction(court.work, one.id, words="冤枉", by=village.resident)
    again = service.appeal_deduction(court.work, one.id, words="又说", by=village.resident)
    assert again is appeal
    for by in (village.town, village.village):
        with pytest.raises((NotYoursToReview, NoSuchAppeal)):
            service.decide_appeal(court.work, appeal.id, uphold=True, reason="是", by=by)
    with pytest.raises(Unsaid):
        service.decide_appeal(court.work, appeal.id, uphold=True, reason="", by=village.district)

    service.decide_appeal(
        court.work, appeal.id, uphold=True, reason="照片不是他", by=village.district
    )
    court.confirm(appeal)

    assert (one.state, one.taken, one.owed, one.frozen_until) == (S.OVERTURNED, 0, 0, None)
    assert (appeal.restored, village.balance()) == (10, 10)
    [public] = queries.corrections(court.work.session)
    assert (public.who, public.coins) == ("李*", 10)  # nobody's words
    assert court.whole()
    with pytest.raises(WrongMoment):
        service.decide_appeal(court.work, appeal.id, uphold=False, reason="x", by=village.district)


def test_a_rejected_appeal_leaves_it_and_comes_once(court: Court) -> None:
    one = court.taken()
    by = court.village.resident
    appeal = service.appeal_deduction(court.work, one.id, words="冤枉", by=by)

    service.decide_appeal(
        court.work, appeal.id, uphold=False, reason="照片清楚", by=court.village.district
    )

    assert service.appeal_deduction(court.work, one.id, words="再来", by=by).state is (
        AppealState.REJECTED
    )
    assert (one.state, court.village.balance()) == (S.DEDUCTED, 2)
    assert queries.corrections(court.work.session) == []


def test_a_no_to_a_claim_goes_one_level_up_and_is_judged_anew(court: Court) -> None:
    village = court.village
    claim = village.written()
    service.review(
        court.work,
        claim.id,
        decision=Decision.REFUSE,
        reason="没有这回事",
        turn=claim.turn,
        by=village.village,
    )
    with pytest.raises(NoSuchDeduction):
        service.appeal_deduction(court.work, 99, words="x", by=village.resident)
    appeal = service.appeal_claim(court.work, claim.id, words="有照片", by=village.resident)
    with pytest.raises(NotYoursToReview):
        service.decide_appeal(court.work, appeal.id, uphold=True, reason="是", by=village.district)

    service.decide_appeal(court.work, appeal.id, uphold=True, reason="有照片", by=village.town)

    assert (claim.state, claim.round) == (ClaimState.SUBMITTED, 2)
    village.approve(claim, village.village)
    village.approve(claim, village.town)
    assert claim.state is ClaimState.PAID


def test_whom_an_appeal_concerns_decides_it_not(court: Court) -> None:
    session = court.work.session
    one = court.taken()
    judge = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    session.get_one(Person, judge.id).household_id = court.village.home.id
    session.flush()
    appeal = service.appeal_deduction(court.work, one.id, words="x", by=court.village.resident)

    with pytest.raises(NotYoursToReview):
        service.decide_appeal(court.work, appeal.id, uphold=True, reason="是", by=judge)
    assert session.scalars(select(Appeal.state)).all() == [AppealState.WAITING]


def test_from_next_door_nobody_looks_decides_or_appeals(court: Court) -> None:
    one = court.notice()
    court.clock.advance(days=9)
    with pytest.raises(NoSuchDeduction):
        court.check(one, mended=True, by=court.village.next_village)
    court.check(one, mended=False)
    away = make_staff(court.work.session, Role.TOWN_ADMIN, area="330106002")
    with pytest.raises(NoSuchDeduction):
        court.decide(one, by=away)
    by = away
    assert queries.deductions_listed(court.work.session, by=by) == []
    assert queries.appeals_listed(court.work.session, by=by) == []
    with pytest.raises(NoSuchDeduction):
        queries.deduction_detail(court.work.session, one.id, by=by)
    other = make_home(court.work.session, "周全")
    assert other.id != one.household_id
    assert court.village.claimed(urgency=Urgency.NORMAL) is not None


def test_an_appeal_nobody_decides_in_time_calls_the_district_once(court: Court) -> None:
    session, by = court.work.session, court.village.resident
    for code, address in ((DISTRICT, "https://robot/district"), (TOWN, "https://robot/town")):
        area = session.get_one(Area, code)
        area.robot, area.robot_url = RobotKind.WECOM, address
    appeal = service.appeal_deduction(court.work, court.taken().id, words="冤枉", by=by)
    rung = []

    for days in range(12):  # from day to day: five working days and a weekend
        rung.append(service.ring_late_appeals(court.work))
        assert sum(rung) == (today_of(court) > appeal.due_by), days
        court.clock.advance(days=1)

    [told] = session.scalars(select(Message).where(Message.channel == Channel.WECOM))
    assert told.recipient == "https://robot/district"
    assert "区里" in told.text
    assert "冤枉" not in told.text
    assert "李明" not in told.text


def test_a_decided_appeal_calls_nobody(court: Court) -> None:
    by, judge = court.village.resident, court.village.district
    appeal = service.appeal_deduction(court.work, court.taken().id, words="冤枉", by=by)
    service.decide_appeal(court.work, appeal.id, uphold=False, reason="照片清楚", by=judge)
    court.clock.advance(days=30)

    assert service.ring_late_appeals(court.work) == 0


def upheld(court: Court) -> Appeal:
    """Return an appeal that one judge upholds."""
    one, judge = court.taken(), court.village.district
    appeal = service.appeal_deduction(court.work, one.id, words="冤枉", by=court.village.resident)
    with pytest.raises(WrongMoment):
        court.confirm(appeal)
    return service.decide_appeal(court.work, appeal.id, uphold=True, reason="是", by=judge)


def test_what_one_judge_upholds_moves_nothing_and_is_decided_once(court: Court) -> None:
    session, judge = court.work.session, court.village.district
    appeal = upheld(court)

    with pytest.raises(WrongMoment):
        service.decide_appeal(court.work, appeal.id, uphold=False, reason="不", by=judge)
    assert (appeal.state, court.village.balance()) == (AppealState.JUDGED, 2)
    assert session.scalars(select(Deduction.state)).all() == [S.DEDUCTED]
    assert queries.corrections(session) == []


def test_who_confirms_is_somebody_else_of_that_level_and_had_no_part_in_it(court: Court) -> None:
    session, judge = court.work.session, court.village.district
    appeal = upheld(court)
    mate = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    session.get_one(Person, mate.id).household_id = court.village.home.id
    session.flush()
    looked = Actor(court.village.village.id, judge.hats)
    for by in (judge, mate, looked, court.village.town):
        with pytest.raises(NotYoursToReview):
            court.confirm(appeal, by=by)
    with pytest.raises(NoSuchAppeal):
        court.confirm(appeal, by=court.village.next_village)
    with pytest.raises(Unsaid):
        court.confirm(appeal, agree=False)

    court.confirm(appeal)

    reversal = session.scalars(select(Posting).where(Posting.kind == "reversal")).one()
    assert (reversal.actor_id, reversal.second_actor_id) == (judge.id, appeal.confirmed_by)
    assert court.village.balance() == 5
    with pytest.raises(WrongMoment):
        court.confirm(appeal)
    assert court.whole()


def test_whoever_does_not_sign_says_why_and_the_appeal_waits_for_its_judge_again(
    court: Court,
) -> None:
    one = court.taken()
    appeal = service.appeal_deduction(court.work, one.id, words="冤枉", by=court.village.resident)
    known = {"uphold": True, "reason": "是", "by": court.village.district}
    service.decide_appeal(court.work, appeal.id, **known)  # type: ignore[arg-type]

    court.confirm(appeal, agree=False, reason="照片里是他家门口")

    assert (appeal.state, appeal.decided_by, appeal.doubt) == (
        AppealState.WAITING,
        None,
        "照片里是他家门口",
    )
    assert (court.village.balance(), one.state) == (2, S.DEDUCTED)
    service.decide_appeal(court.work, appeal.id, **known)  # type: ignore[arg-type]
    court.clock.advance(days=20)
    assert service.ring_late_appeals(court.work) == 1
    assert court.confirm(appeal).state is AppealState.UPHELD
    assert court.whole()


def test_whoever_moved_out_since_decides_no_appeal_of_their_own(court: Court) -> None:
    session, resident = court.work.session, court.village.resident
    one = court.taken()
    refused = court.village.written()
    service.review(
        court.work,
        refused.id,
        decision=Decision.REFUSE,
        reason="没有这回事",
        turn=refused.turn,
        by=court.village.village,
    )
    appeals = [
        service.appeal_deduction(court.work, one.id, words="x", by=resident),
        service.appeal_claim(court.work, refused.id, words="x", by=resident),
    ]
    session.get_one(Person, resident.id).household_id = make_home(session, "周全").id
    session.flush()
    judges = [
        make_staff(session, Role.DISTRICT_CMD, area=DISTRICT),
        make_staff(session, Role.TOWN_ADMIN, area=TOWN),
    ]

    for appeal, judge in zip(appeals, judges, strict=True):
        oneself = replace(judge, id=resident.id)
        with pytest.raises(NotYoursToReview):
            service.decide_appeal(court.work, appeal.id, uphold=True, reason="是", by=oneself)
    service.decide_appeal(court.work, appeals[0].id, uphold=True, reason="是", by=judges[0])
    with pytest.raises(NotYoursToReview):
        court.confirm(appeals[0], by=replace(judges[0], id=resident.id))
    kin = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    session.add(Kin(person_id=resident.id, other_id=kin.id, noted_at=court.work.now()))
    session.flush()
    with pytest.raises(NotYoursToReview):
        court.confirm(appeals[0], by=kin)
