"""Coins that follow households: what lies on ended ones, what is proposed, what was posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import paths_of, within
from people.rules import Level
from points.errors import NoSuchAdjustment
from points.models import Adjustment, LedgerAccount
from points.rules import COIN, AccountKind
from points.rules.adjustments import AdjustmentState, AdjustmentWhy

MOST: Final = 200
HOUSEHOLD: Final = "household:"  # before its number, in the log
_GIVER: Final = aliased(Household)
_TAKER: Final = aliased(Household)
_FIRST: Final = aliased(Person)
_SECOND: Final = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A household that has ended and still has coins."""

    number: str
    place: str
    closed_at: datetime
    free: int
    held: int
    proposed: int  # for which somebody has to sign
    merged_into: str  # the number of the household it became part of


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLine:
    """A proposal: from where to where, and who has signed."""

    one: Adjustment
    giver: str
    giver_closed: bool
    taker: str  # "" for a village's funds
    place: str
    first: str
    second: str
    free: int  # what the giver has now


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What the line of either household says of coins that followed."""

    number: int  # of the proposal
    why: AdjustmentWhy
    giver: str
    taker: str  # "" for a village's funds
    posting_id: int


def left_behind(session: Session, *, by: Actor) -> Sequence[LeftBehind]:
    """Return households of *by*'s that have ended with coins on them, the oldest end first.

    The books say so, and nobody has to write it down: whatever comes back later (a hold that is
    let go, an appeal that is upheld) puts a household here again.
    """
    left = LedgerAccount.in_total - LedgerAccount.out_total
    proposed = (
        select(func.coalesce(func.sum(Adjustment.coins), 0))
        .where(
            Adjustment.from_household_id == Household.id,
            Adjustment.state == AdjustmentState.PROPOSED,
        )
        .correlate(Household)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Household.id,
            Household.number,
            Household.area_code,
            Household.closed_at,
            left - LedgerAccount.held,
            LedgerAccount.held,
            proposed,
        )
        .join(
            LedgerAccount,
            and_(
                LedgerAccount.kind == AccountKind.HOUSEHOLD,
                LedgerAccount.owner_ref == cast(Household.id, Text),
                LedgerAccount.unit == COIN,
            ),
        )
        .where(
            within(Household, by, Permission.LEDGER_READ),
            Household.closed_at.is_not(None),
            left > 0,
        )
        .order_by(Household.closed_at, Household.id)
        .limit(MOST)
    ).all()
    merged = _merged(session, [row[0] for row in rows])
    places = paths_of(session, [row[2] for row in rows], top=Level.TOWN)
    return [
        LeftBehind(
            number=number,
            place=places.get(area, ""),
            closed_at=closed_at,
            free=free,
            held=held,
            proposed=int(waiting),
            merged_into=merged.get(home, ""),
        )
        for home, number, area, closed_at, free, held, waiting in rows
    ]


def adjustments_listed(session: Session, *, by: Actor) -> Sequence[AdjustmentLine]:
    """Return what was proposed where *by* may read: what waits on top, then the newest."""
    return _lines(session, within(Adjustment, by, Permission.LEDGER_READ))


def adjustment_detail(session: Session, adjustment_id: int, *, by: Actor) -> AdjustmentLine:
    """Return one.

    Raises:
        NoSuchAdjustment: there is none that *by* may read.
    """
    mine = and_(Adjustment.id == adjustment_id, within(Adjustment, by, Permission.LEDGER_READ))
    found = _lines(session, mine)
    if not found:
        raise NoSuchAdjustment("没有这笔转账，或者它不归您看。")
    return found[0]


def followed(session: Session, postings: Sequence[int]) -> Mapping[int, Followed]:
    """Return what proposals stand behind some postings, by posting."""
    if not postings:
        return {}
    rows = session.execute(
        select(Adjustment, _GIVER.number, _TAKER.number)
        .join(_GIVER, _GIVER.id == Adjustment.from_household_id)
        .outerjoin(_TAKER, _TAKER.id == Adjustment.to_household_id)
        .where(Adjustment.posting_id.in_(postings))
    ).all()
    return {
        one.posting_id: Followed(
            number=one.id, why=one.why, giver=giver, taker=taker or "", posting_id=one.posting_id
        )
        for one, giver, taker in rows
        if one.posting_id is not None
    }


def _lines(session: Session, condition: ColumnElement[bool]) -> Sequence[AdjustmentLine]:
    rows = session.execute(
        select(
            Adjustment,
            _GIVER,
            _TAKER.number,
            _FIRST.public_name,
            _SECOND.public_name,
            LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held,
        )
        .join(_GIVER, _GIVER.id == Adjustment.from_household_id)
        .outerjoin(_TAKER, _TAKER.id == Adjustment.to_household_id)
        .join(_FIRST, _FIRST.id == Adjustment.proposed_by)
        .outerjoin(_SECOND, _SECOND.id == Adjustment.decided_by)
        .outerjoin(
            LedgerAccount,
            and_(
                LedgerAccount.kind == AccountKind.HOUSEHOLD,
                LedgerAccount.owner_ref == cast(Adjustment.from_household_id, Text),
                LedgerAccount.unit == COIN,
            ),
        )
        .where(condition)
        .order_by(
            case((Adjustment.state == AdjustmentState.PROPOSED, 0), else_=1), Adjustment.id.desc()
        )
        .limit(MOST)
    ).all()
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    return [
        AdjustmentLine(
            one=one,
            giver=giver.number,
            giver_closed=giver.closed_at is not None,
            taker=taker or "",
            place=places.get(one.area_code, ""),
            first=first,
            second=second or "",
            free=free or 0,
        )
        for one, giver, taker, first, second, free in rows
    ]


def merged_into(session: Session, homes: Sequence[int]) -> Mapping[int, int]:
    """Return the households that others became part of, as the log has them.

    The verbs on households write it there, and nobody can change it.
    """
    rows = session.execute(
        select(AuditLine.subject, AuditLine.detail)
        .where(
            AuditLine.subject.in_([f"{HOUSEHOLD}{home}" for home in homes]),
            AuditLine.action == "household.merged",
        )
        .order_by(AuditLine.id)
    )
    return {_number(subject): _number(detail) for subject, detail in rows}


def _number(said: str) -> int:
    """Return which household is meant by "household:7 and what became of it"."""
    return int(said.split(maxsplit=1)[0].removeprefix(HOUSEHOLD))


def _merged(session: Session, homes: Sequence[int]) -> Mapping[int, str]:
    """Return the numbers of the households that others became part of."""
    into = merged_into(session, homes) if homes else {}
    found = select(Household.id, Household.number).where(Household.id.in_(into.values()))
    numbers = dict(session.execute(found).all()) if into else {}
    return {home: numbers.get(other, "") for home, other in into.items()}
