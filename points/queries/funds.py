"""What each village may still award, for whoever gives it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area
from people.queries import area_ranges
from people.rules import Level
from points.models import Claim, LedgerAccount
from points.rules import COIN, AccountKind
from points.rules.claims import ClaimState


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A village: coins it may still award, gave so far, and coins that wait for more."""

    code: str
    name: str
    left: int
    given: int
    waiting: int


def funds(session: Session, *, by: Actor) -> Sequence[Fund]:
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
    return [
        Fund(
            code=code,
            name=name,
            left=accounts[code].in_total - accounts[code].out_total if code in accounts else 0,
            given=accounts[code].out_total if code in accounts else 0,
            waiting=int(waiting.get(code, 0)),
        )
        for code, name in areas
    ]
