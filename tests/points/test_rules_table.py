"""The rule table: what is shipped, what is refused, what pays and how much."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grid.rules import CATALOGUE, Finding, Urgency
from points.errors import BadRules, NoSuchRule, NotYoursToReview, WrongMoment
from points.rules.awards import case_rule, claimable_until, is_burst, levels_for, next_level
from points.rules.caps import Award, Earned, Earner, earned_of, grant, span
from points.rules.claims import ENDS, TABLE, ClaimMove, ClaimState, check_reviewer, moved
from points.rules.expiry import expires_on, reminders
from points.rules.forbidden import FORBIDDEN, WORDS, check_reason
from points.rules.table import SHIPPED, Period, ReviewLevel, RuleTable

ROOT = Path(__file__).parents[2]
SHIPPED_TREE = yaml.safe_load((ROOT / "points/data/coin_rules.yaml").read_text())
Change = Callable[[Any], Any]
CODES = st.sampled_from([one.code for one in SHIPPED.in_force])
COUNTS = st.integers(0, 600)


def test_what_is_shipped_is_twelve_rules_that_pay_and_seven_that_wait() -> None:
    assert len(SHIPPED.in_force) == 12
    waiting = {one.code for one in SHIPPED.positive} - {one.code for one in SHIPPED.in_force}
    assert waiting == {"P10", "P11", "P12", "P14", "P15", "P16", "P17"}
    assert RuleTable.read(SHIPPED.text).digest == SHIPPED.digest


@pytest.mark.parametrize("code", ["P10", "P17", "P99", "N01", ""])
def test_a_rule_that_waits_or_is_not_there_pays_nothing(code: str) -> None:
    with pytest.raises(NoSuchRule):
        SHIPPED.rule(code)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(bonus=1),
        lambda tree: tree["caps"].update(person_week=1),
        lambda tree: tree["caps"].pop("person_day"),
        lambda tree: tree["caps"].update(person_day=0),
        lambda tree: tree["caps"].update(person_day=True),
        lambda tree: tree["caps"].update(person_day=15.0),
        lambda tree: tree["caps"]["exempt"].append("P77"),
        lambda tree: tree["positive"][0].update(coins=5.0),
        lambda tree: tree["positive"][0].update(coins=-5),
        lambda tree: tree["positive"][0].update(coins=10_000),
        lambda tree: tree["positive"][0].update(code="N09"),
        lambda tree: tree["positive"][0].update(code="P02"),
        lambda tree: tree["positive"][0].update(active="no"),
        lambda tree: tree["positive"][0].update(cap={"week": 1}),
        lambda tree: tree["positive"][0].update(cap={}),
        lambda tree: tree["positive"][0].update(levels=["town", "village"]),
        lambda tree: tree["positive"][0].update(levels=["county"]),
        lambda tree: tree["positive"][0].update(levels=["village"]),
        lambda tree: tree["positive"][0].update(weight=1),
        lambda tree: tree["positive"].pop(0),
        lambda tree: tree["negative"][0].update(levels=["town"]),
        lambda tree: tree["negative"][0].update(coins=20),
        lambda tree: tree["negative"][0].update(name="给差评"),
        lambda tree: tree["negative"][6].update(name="拒绝 调解"),
        lambda tree: tree["forbidden"].pop(),
        lambda tree: tree["case_award"]["by_urgency_at_closing"].pop("urgent"),
        lambda tree: tree["case_award"].update(findings=["maybe"]),
        lambda tree: tree.update(positive=[]),
        lambda tree: tree.update(caps="none"),
        lambda tree: tree.update(version="1"),
        lambda tree: tree["validity"].update(remind_before_days=60),
        lambda tree: tree["review"].update(sla_wd=[3]),
    ],
)
def test_a_table_that_is_wrong_anywhere_is_refused(change: Change) -> None:
    tree = copy.deepcopy(SHIPPED_TREE)
    change(tree)

    with pytest.raises(BadRules):
        RuleTable.of(tree)


@pytest.mark.parametrize("text", ["", "- 1", "{", "1", "a: b"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(BadRules):
        RuleTable.read(text)


@given(st.sampled_from(WORDS), st.text(" ，-、　", max_size=4), st.text("因为他了", max_size=4))
def test_a_forbidden_reason_is_found_in_any_dress(word: str, gap: str, around: str) -> None:
    with pytest.raises(BadRules):
        check_reason(around + gap.join(word) + around)


def test_each_forbidden_line_is_refused_and_no_shipped_deduction_is() -> None:
    for one in FORBIDDEN:
        with pytest.raises(BadRules):
            check_reason(one)
    for rule in SHIPPED.negative:
        check_reason(rule.name)


def test_every_category_pays_by_its_rule_and_its_urgency_at_closing() -> None:
    for category in CATALOGUE.categories.values():
        for urgency in Urgency:
            for finding in Finding:
                rule = case_rule(SHIPPED, coin=category.coin, urgency=urgency, finding=finding)
                pays = category.coin is not None and finding in {Finding.TRUE, Finding.PARTLY}
                wanted = {Urgency.URGENT: "P02", Urgency.NORMAL: "P01"}[urgency]
                code = "P03" if category.coin == "P03" else wanted
                assert (rule.code if rule else None) == (code if pays else None)


@given(CODES, COUNTS, COUNTS, COUNTS, COUNTS, st.integers(0, 9))
def test_a_grant_never_goes_over_a_cap_and_loses_nothing_else(
    code: str, day: int, month: int, home: int, year: int, times: int
) -> None:
    rule, caps = SHIPPED.rule(code), SHIPPED.caps
    earned = Earned(day, month, home, year, {period: times for period, _ in rule.caps})

    found = grant(rule, caps, earned)

    assert found.coins + found.cut == rule.coins
    assert found.coins >= 0
    assert bool(found.by) == bool(found.cut) == bool(found.sentence)
    if any(times >= most for _, most in rule.caps):
        assert found.coins == 0
    elif code in caps.exempt:
        assert found.cut == 0
    else:
        left = (
            caps.person_day - day,
            caps.person_month - month,
            caps.household_month - home,
            caps.person_year - year,
        )
        assert found.coins == max(0, min(rule.coins, *left))


AWARDS = st.builds(
    Award,
    claim=COUNTS,
    person=st.integers(1, 2),
    household=st.integers(1, 2),
    rule=CODES,
    day=st.dates(date(2025, 12, 1), date(2027, 1, 31)),
    coins=st.integers(1, 20),
)


@given(st.lists(AWARDS, max_size=30), st.dates(date(2025, 12, 1), date(2027, 1, 31)))
def test_what_was_earned_is_counted_once_in_each_span_it_lies_in(
    awards: list[Award], day: date
) -> None:
    earned, times = earned_of(awards, SHIPPED.caps, Earner(1, 1, day))

    mine = [one for one in awards if one.person == 1 and one.rule not in SHIPPED.caps.exempt]
    ours = [one for one in awards if one.household == 1 and one.rule not in SHIPPED.caps.exempt]
    assert earned.person_day == sum(one.coins for one in mine if one.day == day)
    month = (day.year, day.month)
    assert earned.person_month == sum(
        one.coins for one in mine if (one.day.year, one.day.month) == month
    )
    assert earned.household_month == sum(
        one.coins for one in ours if (one.day.year, one.day.month) == month
    )
    assert earned.person_year == sum(one.coins for one in mine if one.day.year == day.year)
    for code in {one.rule for one in awards}:
        same = [one.day for one in awards if one.person == 1 and one.rule == code]
        assert times.get((code, Period.YEAR), 0) == sum(one.year == day.year for one in same)
        assert times.get((code, Period.DAY), 0) == same.count(day)


def test_two_urgent_reports_on_a_day_pay_fifteen() -> None:
    second = grant(SHIPPED.rule("P02"), SHIPPED.caps, Earned(person_day=10, person_month=10))

    assert (second.coins, second.cut, second.by) == (5, 5, "person_day")
    assert second.sentence % {"cut": second.cut} == "按上限少发 5 币"


@given(st.sampled_from(Period), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_periods_tile_the_calendar(period: Period, day: date) -> None:
    first, last = span(period, day)

    assert first <= day <= last
    assert span(period, first) == span(period, last) == (first, last)
    assert span(period, last + timedelta(1))[0] == last + timedelta(1)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_coins_are_good_until_the_end_of_next_year(day: date) -> None:
    last = expires_on(day)

    assert (last.year, last.month, last.day) == (day.year + 1, 12, 31)
    assert reminders(last, SHIPPED.remind_days)[0] < reminders(last, SHIPPED.remind_days)[1] < last


@given(st.lists(st.integers(0, 3000), max_size=14), st.integers(0, 3000))
def test_a_burst_is_four_within_ten_minutes_or_ten_on_a_day(others: list[int], at: int) -> None:
    start = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight in Shanghai
    moments = [start + timedelta(minutes=one) for one in others]
    moment = start + timedelta(minutes=at)
    minutes = [*others, at]
    four = any(
        at in range(first, first + 11) and sum(first <= one <= first + 10 for one in minutes) >= 4
        for first in minutes
    )
    ten = sum(one // 1440 == at // 1440 for one in minutes) >= 10

    assert is_burst(moment, moments) == (four or ten)


def test_who_looks_at_a_claim() -> None:
    rule = SHIPPED.rule("P01")
    village, town = ReviewLevel.VILLAGE, ReviewLevel.TOWN

    assert levels_for(rule) == (town,)
    assert levels_for(rule, flagged=True) == (village, town)
    assert levels_for(rule, flagged=True, sensitive=True) == (town,)
    assert levels_for(SHIPPED.rule("P19")) == tuple(ReviewLevel)
    assert next_level((village, town), {village}) is town
    assert next_level((town,), {town}) is None


def test_a_case_can_be_claimed_until_the_seventh_day_is_over() -> None:
    closed = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # 0:30 on the second in Shanghai
    assert claimable_until(closed, SHIPPED.claim_days) == date(2026, 3, 9)


@pytest.mark.parametrize("state", list(ClaimState))
@pytest.mark.parametrize("move", list(ClaimMove))
def test_a_claim_moves_by_the_table_only(state: ClaimState, move: ClaimMove) -> None:
    if (state, move) in TABLE:
        assert moved(state, move) is TABLE[state, move]
        assert state not in ENDS or move is ClaimMove.REOPEN  # an appeal was upheld
    else:
        with pytest.raises(WrongMoment):
            moved(state, move)


def test_nobody_judges_their_own_their_kins_or_twice() -> None:
    check_reviewer(3, concerned={1, 2}, earlier={4})
    with pytest.raises(NotYoursToReview):
        check_reviewer(2, concerned={1, 2}, earlier=())
    with pytest.raises(NotYoursToReview):
        check_reviewer(4, concerned={1, 2}, earlier={4})
