"""Balances from before: do tables, their lines and the postings say the same?"""

from collections.abc import Iterator

from sqlalchemy import Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from points.models import LedgerAccount, Opening, OpeningRow, Posting, Transfer
from points.queries.faults import Fault, stream
from points.rules import AccountKind, PostingKind
from points.rules.openings import OpeningState

_SOURCE = cast(OpeningRow.opening_id, Text) + literal(":") + cast(OpeningRow.line, Text)
_OF_ROW = and_(Posting.source_type == "opening", Posting.source_id == _SOURCE)
_FIRST = and_(Transfer.posting_id == Posting.id, Transfer.line == 1)


def openings(session: Session) -> Iterator[Fault]:
    """Yield each line and table that does not agree with its postings, and the other way."""
    yield from _lines(session)
    yield from _tables(session)
    yield from _unsigned(session)


def _lines(session: Session) -> Iterator[Fault]:
    agrees = and_(
        Posting.kind == PostingKind.OPENING,
        Posting.actor_id == Opening.asked_by,
        Posting.second_actor_id == Opening.decided_by,
        Transfer.amount == OpeningRow.coins,
        LedgerAccount.kind == AccountKind.HOUSEHOLD,
        LedgerAccount.owner_ref == cast(OpeningRow.household_id, Text),
    )
    found = (
        select(
            _SOURCE.label("name"),
            Opening.state,
            Opening.digest,
            Posting.evidence,
            Posting.id,
            case((agrees, 1), else_=0).label("agrees"),
        )
        .join(Opening, Opening.id == OpeningRow.opening_id)
        .outerjoin(Posting, _OF_ROW)
        .outerjoin(Transfer, _FIRST)
        .outerjoin(LedgerAccount, LedgerAccount.id == Transfer.credit_id)
        .order_by(OpeningRow.opening_id, OpeningRow.line)
    )
    for row in stream(session, found):
        may_be = row.id is None and row.state in {OpeningState.WAITING, OpeningState.POSTING}
        same = row.agrees and (row.evidence or b"").hex() == row.digest
        signed = row.state in {OpeningState.POSTING, OpeningState.POSTED}
        if not may_be and not (same and signed):
            yield Fault(f"opening {row.name}", "it is not what its posting brought in")


def _tables(session: Session) -> Iterator[Fault]:
    lines = func.count(OpeningRow.line)
    coins = func.coalesce(func.sum(OpeningRow.coins), 0)
    found = (
        select(Opening.id)
        .outerjoin(OpeningRow, OpeningRow.opening_id == Opening.id)
        .where(Opening.state != OpeningState.REFUSED)
        .group_by(Opening.id, Opening.lines, Opening.coins)
        .having(or_(lines != Opening.lines, coins != Opening.coins))
        .order_by(Opening.id)
    )
    for row in stream(session, found):
        yield Fault(f"opening {row.id}", "its lines are not those that were signed")


def _unsigned(session: Session) -> Iterator[Fault]:
    found = (
        select(Posting.id)
        .outerjoin(OpeningRow, _OF_ROW)
        .where(
            Posting.kind == PostingKind.OPENING,
            Posting.source_type == "opening",
            OpeningRow.line.is_(None),
        )
        .order_by(Posting.id)
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "no table that was signed says that it was brought in")
