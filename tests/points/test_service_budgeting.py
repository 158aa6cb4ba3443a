"""Funds by the month, and the money that coins are measured against."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import SHANGHAI
from people.models import Person
from points import jobs, queries, service
from points.errors import BadPosting, BadRules, CannotClaim
from points.models import Budget, Claim
from points.rules.budget import BudgetRule, Pressure, gauge, room
from points.rules.table import SHIPPED, RuleTable
from points.service import Owner
from tests.factories import NEXT_VILLAGE, VILLAGE
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY, Village
from tests.points.test_service_claims import states
from tests.points.test_service_months import at

RULE = BudgetRule(Decimal("0.5"), Decimal("0.8"), Decimal("1.0"))


def left(village: Village) -> int:
    account = service.account_id(village.work, Owner.budget(VILLAGE))
    return queries.balance(village.work.session, account).free


def plan(village: Village, monthly: int, yuan: int = 0) -> None:
    service.set_budget(village.work, VILLAGE, monthly=monthly, yuan=yuan, by=village.town)


@pytest.mark.parametrize(
    ("coins", "yuan", "percent", "pressure"),
    [
        (0, 0, 0, Pressure.UNSET),
        (999, 0, 0, Pressure.UNSET),
        (0, 100, 0, Pressure.FINE),
        (159, 100, 79, Pressure.FINE),
        (160, 100, 80, Pressure.WARN),
        (199, 100, 99, Pressure.WARN),
        (200, 100, 100, Pressure.STOP),
        (500, 100, 250, Pressure.STOP),
    ],
)
def test_it_warns_at_eighty_and_stops_at_a_hundred(
    coins: int, yuan: int, percent: int, pressure: Pressure
) -> None:
    found = gauge(RULE, coins=coins, yuan=yuan)

    assert (found.percent, found.pressure) == (percent, pressure)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_what_the_room_leaves_never_passes_the_funds(coins: int, yuan: int) -> None:
    free = room(RULE, coins=coins, yuan=yuan)

    assert free is not None
    if free:
        assert (coins + free) * RULE.yuan_ref <= yuan
    assert (coins + free + 1) * RULE.yuan_ref > yuan
    assert room(RULE, coins=coins, yuan=0) is None


@pytest.mark.parametrize("wrong", [0, -1, "0.5", True, None, 10**9, float("nan")])
def test_a_value_of_a_coin_that_is_none_is_no_rule(wrong: object) -> None:
    tree = {**SHIPPED.tree, "unit": {**SHIPPED.tree["unit"], "yuan_ref": wrong}}

    with pytest.raises(BadRules):
        RuleTable.of(tree)


def test_a_village_gets_its_month_once_and_whoever_waits_is_paid(village: Village) -> None:
    claim = village.claimed()
    village.approve(claim, village.town)
    assert states(claim) == ["waiting_quota"]
    plan(village, 100)

    for _ in range(3):
        jobs.give_monthly(village.work)
    assert states(claim) == ["paid"]
    assert left(village) == 95
    plan(village, 70)  # a new number holds from the next month on
    jobs.give_monthly(village.work)
    assert left(village) == 95
    at(village, datetime(2026, 4, 1, 0, 10, tzinfo=SHANGHAI))
    jobs.give_monthly(village.work)
    assert left(village) == 165
    plan(village, 0)
    at(village, datetime(2026, 5, 1, 0, 10, tzinfo=SHANGHAI))
    jobs.give_monthly(village.work)
    assert left(village) == 165


def test_when_the_money_is_gone_what_pays_by_itself_waits_and_people_are_still_paid(
    village: Village,
) -> None:
    village.fund(1000)
    plan(village, 0, yuan=3)  # six coins
    first, second, third = (village.claimed(category=one) for one in ("0102", "0102", "0201"))
    for claim in (first, second):
        village.approve(claim, village.town)
    assert states(first, second) == ["paid", "waiting_quota"]

    written = village.written("P13")
    village.approve(written, village.village)
    village.approve(written, village.town)
    village.approve(third, village.town)
    jobs.pay_lines(village.work)
    assert states(second, written, third) == ["waiting_quota", "paid", "waiting_quota"]
    funds = {
        one.code: one for one in queries.funds(village.work.session, by=village.town, today=DAY)
    }
    here = funds[VILLAGE]
    assert (here.gauge.coins, here.gauge.worth, here.gauge.pressure) == (8, 4, Pressure.STOP)

    plan(village, 0, yuan=100)
    assert states(second, third) == ["paid", "paid"]
    assert list(queries.verify(village.work.session)) == []


def test_fifty_that_wait_for_money_keep_nobody_behind_them_waiting(village: Village) -> None:
    session = village.work.session
    village.fund(10_000)
    plan(village, 0, yuan=1)
    other = make_resident(session)
    session.get_one(Person, other.id).household_id = make_home(session).id
    claim = village.claimed(category="0201", reported_by=other.id)
    village.approve(claim, village.town)
    columns = {one.name: getattr(claim, one.name) for one in Claim.__table__.columns}
    assert states(claim) == ["paid"]  # two coins are worth one yuan
    held = {"id": None, "state": "waiting_quota", "posting_id": None, "paid_at": None}
    case_ids = [village.closed().id for _ in range(60)]
    session.add_all(
        Claim(**columns | held | {"case_id": one, "source_id": str(one)}) for one in case_ids
    )
    session.flush()
    written = village.written("P13")
    village.approve(written, village.village)
    village.approve(written, village.town)

    assert states(written) == ["paid"]


@pytest.mark.parametrize(("monthly", "yuan"), [(-1, 5), (5, -1), (1_000_001, 0), (0, 100_000_001)])
def test_no_number_is_no_plan(village: Village, monthly: int, yuan: int) -> None:
    with pytest.raises(BadPosting):
        plan(village, monthly, yuan)
    assert village.work.session.query(Budget).count() == 0


def test_only_the_town_plans_and_only_for_its_villages(village: Village) -> None:
    work = village.work
    for by in (village.village, village.next_village, village.resident):
        with pytest.raises(CannotClaim):
            service.set_budget(work, VILLAGE, monthly=1, yuan=1, by=by)
    for code in (f"{VILLAGE}001", "330106", "", "330107001001", "330106001999"):
        with pytest.raises(CannotClaim):
            service.set_budget(work, code, monthly=1, yuan=1, by=village.town)
    service.set_budget(work, NEXT_VILLAGE, monthly=1, yuan=1, by=village.district)
