"""Coins are taken after notice, time and two people; never below zero; and appeals."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid.rules import Urgency
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from kernel.outbound import Message
from people.models import Area, Person, RobotKind
from points import queries, service
from points.errors import (
    BadRules,
    CannotAppeal,
    CannotClaim,
    NobodyThere,
    NoSuchAppeal,
    NoSuchDeduction,
    NoSuchRule,
    NotYoursToReview,
    TooEarly,
    Unsaid,
    WrongMoment,
)
from points.models import Appeal, Deduction, Posting
from points.rules.claims import ClaimState, Decision
from points.rules.deductions import AppealState, DeductionState
from tests.factories import DISTRICT, TOWN, make_staff
from tests.fakes import FixedClock
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY, Village

S = DeductionState


class Court:
    """A household with five coins, and everybody who can take them."""

    def __init__(self, village: Village, clock: FixedClock) -> None:
        self.village, self.clock, self.work = village, clock, village.work
        village.fund()
        village.approve(village.claimed(), village.town)
        assert village.balance() == 5

    def notice(self, code: str = "N03", **more: object) -> Deduction:
        known = {
            "number": self.village.home.number,
            "name": "李明",
            "code": code,
            "words": "楼道堆了纸箱，三次上门没有清。",
            "key": code,
            "by": self.village.village,
        }
        return service.notice(self.work, **(known | more))  # type: ignore[arg-type]

    def check(self, one: Deduction, *, mended: bool, by: Actor | None = None) -> Deduction:
        return service.check(
            self.work,
            one.id,
            mended=mended,
            words="去看过了",
            turn=one.turn,
            by=by or self.village.village,
        )

    def decide(self, one: Deduction, *, agree: bool = True, by: Actor | None = None) -> Deduction:
        return service.decide_deduction(
            self.work,
            one.id,
            agree=agree,
            reason="属实" if agree else "证据不够",
            turn=one.turn,
            by=by or self.village.town,
        )

    def taken(self, code: str = "N03") -> Deduction:
        one = self.notice(code)
        self.clock.moment += timedelta(days=30)
        self.check(one, mended=False)
        return self.decide(one)

    def confirm(self, appeal: Appeal, by: Actor | None = None, **more: object) -> Appeal:
        """Let somebody else of the district sign what was upheld."""
        by = by or make_staff(self.work.session, Role.DISTRICT_CMD, area=DISTRICT)
        known = {"agree": True, "reason": ""} | more
        return service.confirm_appeal(self.work, appeal.id, by=by, **known)  # type: ignore[arg-type]

    def whole(self) -> bool:
        return list(queries.verify(self.work.session)) == []


def today_of(court: Court) -> date:
    return court.clock.moment.astimezone(SHANGHAI).date()


@pytest.fixture
def court(village: Village, clock: FixedClock) -> Court:
    return Court(village, clock)


def test_notice_time_look_and_a_second_person_then_coins_go(court: Court) -> None:
    one = court.notice()
    assert one.deadline == DAY + timedelta(days=7)
    court.clock.advance(days=7)
    with pytest.raises(TooEarly):
        court.check(one, mended=False)
    with pytest.raises(WrongMoment):
        court.decide(one)
    court.clock.advance(days=1)
    court.check(one, mended=False)
    with pytest.raises(NotYoursToReview):
        court.decide(one, by=both(court, one))

    court.decide(one)

    assert (one.state, one.taken, one.owed) == (S.DEDUCTED, 3, 0)
    assert court.village.balance() == 2
    posting = court.work.session.scalars(select(Posting).where(Posting.kind == "deduct")).one()
    assert (posting.actor_id, posting.second_actor_id) == (
        court.village.village.id,
        court.village.town.id,
    )
    assert (posting.rule_code, posting.source_type) == ("N03", "deduction")
    assert court.whole()


def both(court: Court, one: Deduction) -> Actor:
    """Return the one who looked, with the town's hat too."""
    hats = court.village.village.hats | court.village.town.hats
    assert one.checked_by == court.village.village.id
    return Actor(court.village.village.id, hats)


def test_put_right_in_time_nothing_is_taken(court: Court) -> None:
    one = court.check(court.notice(), mended=True)

    assert one.state is S.MENDED
    with pytest.raises(WrongMoment):
        court.decide(one)
    assert court.village.balance() == 5


def test_the_town_may_not_agree_and_has_to_say_why(court: Court) -> None:
    one = court.notice()
    court.clock.advance(days=9)
    court.check(one, mended=False)
    with pytest.raises(Unsaid):
        service.decide_deduction(
            court.work, one.id, agree=False, reason="", turn=one.turn, by=court.village.town
        )
    assert court.decide(one, agree=False).state is S.DROPPED
    assert court.village.balance() == 5


def test_it_goes_to_zero_and_no_further_and_what_is_no_clawback_is_forgone(court: Court) -> None:
    first = court.taken("N03")
    second = court.taken("N04")

    assert (first.taken, second.taken, second.owed) == (3, 2, 0)
    assert court.village.balance() == 0
    assert court.whole()


def test_a_clawbacks_rest_is_offset_against_later_awards_and_no_new_ones_come_for_a_while(
    court: Court,
) -> None:
    village = court.village
    one = court.taken("N01")
    assert (one.taken, one.owed, village.balance()) == (5, 15, 0)
    with pytest.raises(CannotClaim):
        village.written(day=DAY)
    court.clock.advance(days=31)
    day = DAY + timedelta(days=61)
    for key, left, balance in (("a", 10, 0), ("b", 5, 0), ("c", 0, 0), ("d", 0, 5)):
        claim = village.written(key=key, day=day)
        village.approve(claim, village.village)
        village.approve(claim, village.town)
        assert claim.state is ClaimState.PAID
        assert (one.owed, village.balance()) == (left, balance)
        day -= timedelta(days=1)

    assert one.taken == 20
    assert one.parts == 4
    assert court.whole()


def test_put_right_later_it_is_restored_by_two(court: Court) -> None:
    one = court.taken()
    court.check(one, mended=True)
    assert one.state is S.MENDED_LATE
    with pytest.raises(NotYoursToReview):
        court.decide(one, by=both(court, one))

    court.decide(one)

    assert (one.state, one.taken, court.village.balance()) == (S.RESTORED, 0, 5)
    with pytest.raises(WrongMoment):
        court.decide(one)
    assert court.whole()


def test_what_is_not_restored_by_its_rule_is_appealed_instead(court: Court) -> None:
    one = court.taken("N02")

    with pytest.raises(WrongMoment):
        court.check(one, mended=True)


@pytest.mark.parametrize(
    "words",
    [
        "他打 12345 投诉我们",
        "给网格员打了差评",
        "拒绝调解，非要去打官司",
        "不 参 加 活动",
        "没有下载，不关注公众号",
    ],
)
def test_nobody_loses_a_coin_for_what_is_forbidden(court: Court, words: str) -> None:
    with pytest.raises(BadRules):
        court.notice(words=words)


def test_whom_by_which_rule_and_by_whom(court: Court) -> None:
    session = court.work.session
    for more, refusal in (
        ({"code": "N05"}, NoSuchRule),
        ({"code": "P01"}, NoSuchRule),
        ({"name": "没有这个人"}, NobodyThere),
        ({"words": " "}, Unsaid),
        ({"by": court.village.next_village}, NobodyThere),
        ({"by": court.village.resident}, NobodyThere),
    ):
        with pytest.raises(refusal):
            court.notice(**more)
    neighbour = make_staff(session, Role.VILLAGE_ADMIN, area=TOWN + "001")
    session.get_one(Person, neighbour.id).household_id = court.village.home.id
    session.flush()
    with pytest.raises(NotYoursToReview):
        court.notice(by=neighbour)


def test_the_same_form_is_one_notice_and_a_rule_has_its_times(court: Court) -> None:
    assert court.notice() is court.notice()
    court.notice(key="2")
    with pytest.raises(CannotClaim):
        court.notice(key="3")


def test_the_household_says_its_side_and_strangers_do_not(court: Court) -> None:
    one = court.notice()
    stranger = make_resident(court.work.session)
    with pytest.raises(NoSuchDeduction):
        service.say_own(court.work, one.id, words="不是我", by=stranger)

    service.say_own(court.work, one.id, words="是搬家，明天清", by=court.village.resident)

    assert one.statement == "是搬家，明天清"


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
    assert (public.who, public.coins, public.reason) == ("李*", 10, "照片不是他")
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

    [told] = session.scalars(select(Message))
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
