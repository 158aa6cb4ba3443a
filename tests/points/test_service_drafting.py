"""Rules that change: two people in the district, less in a town, and what waits keeps its own."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from kernel.access import Actor
from kernel.grants import Role
from points import queries, service
from points.errors import BadRules, CannotClaim, NotYoursToReview, Unsaid, WrongMoment
from points.models import RuleDraft
from points.rules.claims import ClaimState
from points.rules.drafts import RuleWish, differences
from points.rules.narrowing import Narrowing, narrowed
from points.rules.table import SHIPPED, NegativeRule, Period, Rule
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.points.claims import DAY, Village

TOMORROW = DAY + timedelta(days=1)


def wish(code: str, **more: object) -> dict[str, RuleWish]:
    """Return what is wanted of one rule; what is not named stays."""
    both: list[Rule | NegativeRule] = [*SHIPPED.positive, *SHIPPED.negative]
    rules = {one.code: one for one in both}
    rule = rules[code]
    caps = {period.value: most for period, most in getattr(rule, "caps", ())}
    known = {"active": rule.active, "coins": rule.coins, "caps": caps}
    return {code: RuleWish(**(known | more))}  # type: ignore[arg-type]


def draft(village: Village, rules: Mapping[str, RuleWish], **more: object) -> RuleDraft:
    known = {"valid_from": TOMORROW, "why": "镇里都说太少", "by": village.district}
    caps = more.pop("caps", {})
    return service.draft_rules(village.work, rules, caps, **(known | more))  # type: ignore[arg-type]


@pytest.fixture
def other(village: Village) -> Actor:
    return make_staff(village.work.session, Role.DISTRICT_CMD, area=DISTRICT)


def test_a_new_version_needs_two_people_and_holds_from_its_day(
    village: Village, other: Actor, clock: FixedClock
) -> None:
    session = village.work.session
    one = draft(village, wish("P04", coins=8), caps={"person_day": 20})
    seen = [(d.code, d.what, d.before, d.after) for d in differences(SHIPPED, one.table())]
    assert seen == [("P04", "coins", "5", "8"), ("", "coins", "15", "20")]

    with pytest.raises(NotYoursToReview):
        service.decide_draft(village.work, one.id, agree=True, by=village.district)
    with pytest.raises(NotYoursToReview):
        service.decide_draft(village.work, one.id, agree=True, by=village.town)
    service.decide_draft(village.work, one.id, agree=True, by=other)
    with pytest.raises(WrongMoment):
        service.decide_draft(village.work, one.id, agree=True, by=other)

    waiting = village.written()
    assert queries.rules_in_force(session, DAY).version == 1
    clock.advance(days=1)
    assert queries.rules_in_force(session, TOMORROW).rule("P04").coins == 8
    village.fund()
    village.approve(waiting, village.village)
    village.approve(waiting, village.town)
    assert (waiting.state, waiting.granted, waiting.rule_version) == (ClaimState.PAID, 5, 1)


def test_what_is_refused_changes_nothing_and_says_why(village: Village, other: Actor) -> None:
    one = draft(village, wish("P04", coins=8))
    with pytest.raises(Unsaid):
        service.decide_draft(village.work, one.id, agree=False, by=other)

    service.decide_draft(village.work, one.id, agree=False, reason="没有钱", by=other)

    assert [one.version for one in queries.versions_set(village.work.session)] == [1]
    assert draft(village, wish("P04", coins=6)).base == 1


def test_one_draft_at_a_time_and_none_from_rules_that_have_changed(
    village: Village, other: Actor
) -> None:
    first = draft(village, wish("P04", coins=8))
    with pytest.raises(WrongMoment):
        draft(village, wish("P04", coins=9))
    table = first.table()
    service.set_rules(village.work, table, valid_from=TOMORROW, by=other)

    with pytest.raises(WrongMoment):
        service.decide_draft(village.work, first.id, agree=True, by=other)


@pytest.mark.parametrize(
    ("rules", "more", "said"),
    [
        ({}, {}, "没有改动"),
        (wish("P04", coins=0), {}, "数不对"),
        (wish("P04", coins=1001), {}, "数不对"),
        (wish("P10", active=True), {}, "功能还没有"),
        (wish("P04", caps={"month": 0}), {}, "数不对"),
        (wish("N03", coins=3), {}, "数不对"),
        (wish("P04", coins=6), {"valid_from": DAY}, "明天"),
        (wish("P04", coins=6), {"caps": {"person_day": 0}}, "数不对"),
        (wish("P04", coins=6), {"why": " "}, "写"),
    ],
)
def test_what_is_no_new_version(
    village: Village, rules: dict[str, RuleWish], more: dict[str, object], said: str
) -> None:
    with pytest.raises((BadRules, Unsaid), match=said):
        draft(village, rules, **more)


def test_a_town_drafts_nothing_and_narrows_only_its_own(village: Village) -> None:
    make_area(village.work.session, NEXT_TOWN)
    with pytest.raises(BadRules):
        draft(village, wish("P04", coins=6), by=village.town)
    with pytest.raises(BadRules):
        service.narrow_rule(village.work, NEXT_TOWN, "P04", Narrowing(is_off=True), by=village.town)
    with pytest.raises(BadRules):
        service.narrow_rule(village.work, TOWN, "P04", Narrowing(is_off=True), by=village.village)


@pytest.mark.parametrize(
    "wide",
    [
        Narrowing(coins=6),
        Narrowing(coins=0),
        Narrowing(caps=((Period.MONTH, 5),)),
        Narrowing(caps=((Period.MONTH, 0),)),
    ],
)
def test_a_town_never_gives_more_than_the_district(village: Village, wide: Narrowing) -> None:
    with pytest.raises(BadRules):
        service.narrow_rule(village.work, TOWN, "P04", wide, by=village.town)


def test_what_a_town_narrows_holds_from_tomorrow_and_what_waits_keeps_its_own(
    village: Village, clock: FixedClock
) -> None:
    session = village.work.session
    before = village.written()
    tight = Narrowing(coins=3, caps=((Period.MONTH, 1),))
    service.narrow_rule(village.work, TOWN, "P04", tight, by=village.town)
    assert queries.town_rules(session, SHIPPED, DAY) == []
    clock.advance(days=1)
    first, second = (
        village.written(key=key, day=TOMORROW, words="又参加了一场") for key in ("2", "3")
    )
    village.fund()
    for one in (before, first, second):
        village.approve(one, village.village)
        village.approve(one, village.town)

    assert [(one.coins, one.granted) for one in (before, first)] == [(5, 5), (3, 0)]
    assert second.state is ClaimState.CAPPED
    [shown] = queries.town_rules(session, SHIPPED, TOMORROW)
    assert (shown.rule.coins, shown.rule.caps) == (3, ((Period.MONTH, 1),))


def test_a_rule_a_town_switched_off_takes_no_claims_and_comes_back(
    village: Village, clock: FixedClock
) -> None:
    for code in ("P01", "P04"):
        service.narrow_rule(village.work, TOWN, code, Narrowing(is_off=True), by=village.town)
    assert village.written().state is ClaimState.SUBMITTED
    clock.advance(days=1)
    with pytest.raises(CannotClaim):
        village.written(key="2", day=TOMORROW)
    assert village.hear(village.closed()) is None

    service.narrow_rule(village.work, TOWN, "P04", Narrowing(), by=village.district)
    clock.advance(days=1)

    assert village.written(key="3", day=TOMORROW).coins == 5
    [left] = queries.town_rules(village.work.session, SHIPPED, NOON.date() + timedelta(days=2))
    assert left.rule.code == "P01"


def test_of_district_and_town_the_smaller_number_counts() -> None:
    rule = SHIPPED.by_code["P04"]
    tight = Narrowing(coins=9, caps=((Period.MONTH, 9), (Period.DAY, 1)))

    held = narrowed(rule, tight)

    assert held.coins == rule.coins
    assert held.caps == ((Period.DAY, 1), (Period.MONTH, 4))


def test_towns_are_those_of_ones_own(village: Village) -> None:
    make_area(village.work.session, NEXT_TOWN)

    assert [c for c, _ in queries.towns_ruled(village.work.session, by=village.town)] == [TOWN]
    both = queries.towns_ruled(village.work.session, by=village.district)
    assert [code for code, _ in both] == [TOWN, NEXT_TOWN]
    assert queries.towns_ruled(village.work.session, by=village.village) == []
