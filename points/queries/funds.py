"""What each village may still award, for whoever gives it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area, Household
from people.queries import area_ranges
from people.rules import DIGITS, Level
from points.models import Budget, Claim, LedgerAccount
from points.queries.ruling import rules_in_force
from points.rules import COIN, AccountKind
from points.rules.budget import Gauge, gauge, room
from points.rules.claims import ClaimState


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A village: coins it may still award, gave so far, and coins that wait for more.

    *monthly* is what it gets each month, *yuan* the money for gifts, *gauge* how the coins that
    households hold stand to it.
    """

    code: str
    name: str
    left: int
    given: int
    waiting: int
    monthly: int
    yuan: int
    gauge: Gauge


def funds(session: Session, *, by: Actor, today: date) -> Sequence[Fund]:
    """Return the villages to which *by* gives quota."""
    there = [
        and_(Area.code >= start, Area.code < end)
        for start, end in area_ranges(by, Permission.LEDGER_QUOTA)
    ]
    areas = session.execute(
        select(Area.code, Area.name)
        .where(Area.level == Level.VILLAGE, Area.closed_at.is_(None), or_(false(), *there))
        .order_by(Area.code)
        .limit(500)
    ).all()
    codes = [row.code for row in areas]
    accounts = {
        row.owner_ref: row
        for row in session.execute(
            select(LedgerAccount.owner_ref, LedgerAccount.in_total, LedgerAccount.out_total).where(
                LedgerAccount.kind == AccountKind.VILLAGE_BUDGET,
                LedgerAccount.unit == COIN,
                LedgerAccount.owner_ref.in_(codes),
            )
        )
    }
    village = func.substr(Claim.area_code, 1, 12)
    waiting: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(village, func.sum(Claim.granted))
            .where(Claim.state == ClaimState.WAITING_QUOTA, village.in_(codes))
            .group_by(village)
        )
    }
    budgets = {
        one.village: one for one in session.scalars(select(Budget).where(Budget.village.in_(codes)))
    }
    out = outstanding(session, codes)
    rule = rules_in_force(session, today).budget
    return [
        Fund(
            code=code,
            name=name,
            left=accounts[code].in_total - accounts[code].out_total if code in accounts else 0,
            given=accounts[code].out_total if code in accounts else 0,
            waiting=int(waiting.get(code, 0)),
            monthly=budgets[code].monthly if code in budgets else 0,
            yuan=budgets[code].yuan if code in budgets else 0,
            gauge=gauge(
                rule,
                coins=out.get(code, 0),
                yuan=budgets[code].yuan if code in budgets else 0,
            ),
        )
        for code, name in areas
    ]


def outstanding(session: Session, villages: Sequence[str]) -> Mapping[str, int]:
    """Return the coins that the households of some villages hold, set aside or not."""
    village = func.substr(Household.area_code, 1, DIGITS[Level.VILLAGE])
    rows = session.execute(
        select(village, func.sum(LedgerAccount.in_total - LedgerAccount.out_total))
        .join(LedgerAccount, LedgerAccount.owner_ref == cast(Household.id, Text))
        .where(
            LedgerAccount.kind == AccountKind.HOUSEHOLD,
            LedgerAccount.unit == COIN,
            village.in_(villages),
        )
        .group_by(village)
    )
    return {row[0]: int(row[1]) for row in rows}


def automatic_room(session: Session, village: str, today: date) -> int | None:
    """Return how many coins a village may still pay by itself; None where nobody set a limit."""
    yuan = session.scalar(select(Budget.yuan).where(Budget.village == village)) or 0
    if not yuan:
        return None
    coins = outstanding(session, [village]).get(village, 0)
    return room(rules_in_force(session, today).budget, coins=coins, yuan=yuan)
