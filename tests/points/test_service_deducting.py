"""Coins are taken after notice, time and two people; never below zero; and appeals."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.grants import Role
from people.models import Person
from points import service
from points.errors import (
    BadRules,
    CannotClaim,
    NobodyThere,
    NoSuchDeduction,
    NoSuchRule,
    NotYoursToReview,
    TooEarly,
    Unsaid,
    WrongMoment,
)
from points.models import Deduction, Posting
from points.rules.claims import ClaimState
from points.rules.deductions import DeductionState
from tests.factories import TOWN, make_staff
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY
from tests.points.courts import Court

S = DeductionState


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


def test_whoever_moved_out_since_decides_nothing_about_themselves(court: Court) -> None:
    session = court.work.session
    one = court.notice()
    court.clock.moment += timedelta(days=30)
    court.check(one, mended=False)
    session.get_one(Person, one.person_id).household_id = make_home(session, "周全").id
    session.flush()

    with pytest.raises(NotYoursToReview):
        court.decide(one, by=replace(court.village.town, id=one.person_id))
    court.decide(one)
