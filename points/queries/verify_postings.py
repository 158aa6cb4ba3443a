"""Postings and their lines: does each fingerprint say what is written?"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session, aliased

from points import rules
from points.models import Entry, LedgerAccount, Posting, Transfer
from points.queries.effects import effects
from points.queries.faults import Fault, stream
from points.rules import ENDS_HOLD, AccountKind, PostingKind

_HEAD = (
    "kind",
    "actor_id",
    "second_actor_id",
    "rule_code",
    "rule_version",
    "evidence",
    "source_type",
    "source_id",
    "reverses_id",
    "pending_id",
    "effective_on",
    "expires_at",
)
_LINE = ("debit_id", "credit_id", "amount", "phase", "person_id", "place_id")


def postings(session: Session) -> Iterator[Fault]:
    """Yield each posting whose fingerprint, lines or undoing are not what they should be."""
    yield from _fingerprints(session)
    yield from _orphans(session)
    yield from _lines(session)
    yield from _undone(session)
    yield from _ended(session)
    yield from _unwritten(session)


def _fingerprints(session: Session) -> Iterator[Fault]:
    columns = [getattr(Transfer, name) for name in ("line", *_LINE)]
    rows = stream(
        session,
        select(Posting.__table__, *columns)
        .outerjoin(Transfer, Transfer.posting_id == Posting.id)
        .order_by(Posting.id, Transfer.line),
    )
    for number, group in groupby(rows, lambda row: row.id):
        lines = list(group)
        name = f"posting {number}"
        if [row.line for row in lines] != list(range(1, len(lines) + 1)):
            yield Fault(name, "its lines are not numbered 1, 2, 3 ...")
        elif _fingerprint(lines) != lines[0].fingerprint:
            yield Fault(name, "it or its lines are not what its fingerprint was made of")


def _fingerprint(lines: list[Row[Any]]) -> bytes:
    head = [getattr(lines[0], name) for name in _HEAD]
    return rules.fingerprint_of(head, [[getattr(row, name) for name in _LINE] for row in lines])


def _orphans(session: Session) -> Iterator[Fault]:
    lost = (
        select(Transfer.posting_id, Transfer.line)
        .outerjoin(Posting, Posting.id == Transfer.posting_id)
        .where(Posting.id.is_(None))
    )
    for row in stream(session, lost):
        yield Fault(f"transfer {row.posting_id}/{row.line}", "its posting is gone")


def _lines(session: Session) -> Iterator[Fault]:
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    crossed = (
        select(Transfer.posting_id, Transfer.line)
        .outerjoin(debit, debit.id == Transfer.debit_id)
        .outerjoin(credit, credit.id == Transfer.credit_id)
        .where(or_(debit.id.is_(None), credit.id.is_(None), debit.unit != credit.unit))
    )
    for row in stream(session, crossed):
        yield Fault(
            f"transfer {row.posting_id}/{row.line}", "an account is missing, or of another unit"
        )


def _undone(session: Session) -> Iterator[Fault]:
    """Yield reversals that do not move back exactly what was moved."""
    back, there = effects("back"), effects("there")
    same = and_(there.c.posting_id == Posting.reverses_id, there.c.account_id == back.c.account_id)
    found = (
        select(Posting.id)
        .join(back, back.c.posting_id == Posting.id)
        .outerjoin(there, same)
        .where(
            Posting.kind == PostingKind.REVERSAL,
            or_(
                there.c.account_id.is_(None),
                back.c.comes != there.c.goes,
                back.c.goes != there.c.comes,
            ),
        )
        .distinct()
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "it does not move back what it says it undoes")


def _ended(session: Session) -> Iterator[Fault]:
    """Yield ends of holds that do not free exactly what was held."""
    held, freed = effects("held"), effects("freed")
    same = and_(freed.c.posting_id == Posting.id, freed.c.account_id == held.c.account_id)
    found = (
        select(Posting.id)
        .join(held, held.c.posting_id == Posting.pending_id)
        .outerjoin(freed, same)
        .where(
            Posting.kind.in_(ENDS_HOLD),
            held.c.held > 0,
            or_(freed.c.held.is_(None), held.c.held + freed.c.held != 0),
        )
        .distinct()
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "it does not free what was held")


def _unwritten(session: Session) -> Iterator[Fault]:
    """Yield what lines did to a tracked account that has no entry of it."""
    from_lines = effects()
    found = (
        select(from_lines.c.posting_id, from_lines.c.account_id)
        .join(LedgerAccount, LedgerAccount.id == from_lines.c.account_id)
        .outerjoin(
            Entry,
            and_(
                Entry.posting_id == from_lines.c.posting_id,
                Entry.account_id == from_lines.c.account_id,
            ),
        )
        .where(
            LedgerAccount.kind != AccountKind.SYSTEM,
            or_(from_lines.c.comes != 0, from_lines.c.goes != 0, from_lines.c.held != 0),
            Entry.account_id.is_(None),
        )
    )
    for row in stream(session, found):
        yield Fault(f"account {row.account_id}", f"it has no entry of posting {row.posting_id}")
