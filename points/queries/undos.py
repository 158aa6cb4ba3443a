"""What was posted wrongly and is undone: what waits, and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, select, true
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import paths_of, within
from people.rules import Level
from points.models import Claim, LedgerAccount, Posting, Transfer, Undo
from points.queries.ruling import rules_of
from points.rules import COIN, AccountKind
from points.rules.undoing import CLAIM, UndoState

MOST: Final = 100
_FIRST: Final = aliased(Person)
_SECOND: Final = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSeen:
    """What was undone, or is to be, and who signed."""

    one: Undo
    number: str  # of its household
    coins: int
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUndoing:
    """What a claim's household has, and whether and how its coins were taken back."""

    free: int
    undos: Sequence[UndoSeen]  # the newest first


def undos_waiting(session: Session, source_type: str, *, by: Actor) -> Sequence[UndoSeen]:
    """Return what somebody proposes to undo of one kind, where *by* may sign."""
    holds = Permission.LEDGER_REVERSE
    open_to = within(Claim, by, holds) if source_type == CLAIM else true()
    waits = and_(Undo.source_type == source_type, Undo.state == UndoState.PROPOSED)
    return undos_where(session, and_(waits, within(Undo, by, holds), open_to))


def claim_undoing(session: Session, claim_id: int, *, by: Actor) -> ClaimUndoing:
    """Return what was done to take a claim's coins back, as far as *by* may read the claim."""
    mine = within(Claim, by, Permission.CLAIM_READ)
    home = and_(
        LedgerAccount.kind == AccountKind.HOUSEHOLD,
        LedgerAccount.owner_ref == cast(Claim.household_id, Text),
        LedgerAccount.unit == COIN,
    )
    free = session.scalar(
        select(LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held)
        .join(Claim, home)
        .where(Claim.id == claim_id, mine)
    )
    its = and_(Undo.source_type == CLAIM, Undo.source_id == str(claim_id), mine)
    return ClaimUndoing(free=free or 0, undos=undos_where(session, its))


def undos_where(session: Session, condition: ColumnElement[bool]) -> Sequence[UndoSeen]:
    """Return undos by a condition, which scopes them; the newest first."""
    rows = session.execute(
        select(Undo, Household.number, Transfer.amount, _FIRST.public_name, _SECOND.public_name)
        .join(
            Posting,
            and_(Posting.source_type == Undo.source_type, Posting.source_id == Undo.source_id),
        )
        .join(Transfer, and_(Transfer.posting_id == Posting.id, Transfer.line == 1))
        .join(LedgerAccount, LedgerAccount.id == Transfer.credit_id)
        .join(Household, cast(Household.id, Text) == LedgerAccount.owner_ref)
        .outerjoin(Claim, Claim.posting_id == Posting.id)
        .join(_FIRST, _FIRST.id == Undo.proposed_by)
        .outerjoin(_SECOND, _SECOND.id == Undo.decided_by)
        .where(condition)
        .order_by(Undo.id.desc())
        .limit(MOST)
    ).all()
    return [
        UndoSeen(one=one, number=number, coins=coins, first=first, second=second or "")
        for one, number, coins, first, second in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a claim was paid wrongly and two took back, as everybody may read it: nobody's name."""

    at: datetime
    place: str  # "" where it could tell who reported something sensitive
    rule: str
    coins: int


def returns_published(session: Session) -> Sequence[Returned]:
    """Return what claims were paid wrongly and two took back, the newest first."""
    rows = session.execute(
        select(Undo.decided_at, Claim)
        .join(Posting, Posting.id == Undo.posting_id)
        .join(Claim, Claim.posting_id == Posting.reverses_id)
        .where(Undo.source_type == CLAIM)
        .order_by(Undo.decided_at.desc())
        .limit(MOST)
    ).all()
    places = paths_of(session, [claim.area_code for _, claim in rows], top=Level.TOWN)
    return [
        Returned(
            at=at,
            place="" if claim.sensitive else places.get(claim.area_code, ""),
            rule=claim.terms(rules_of(session, claim.rule_version)).name,
            coins=claim.granted,
        )
        for at, claim in rows
        if at is not None
    ]
