"""What two have signed to undo: do it and the reversals say the same?"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session, aliased

from points.models import Posting, Undo
from points.queries.faults import Fault, stream
from points.rules import PostingKind
from points.rules.undoing import CLAIM, OPENING

# What is undone by two who sign for it; the rest is undone by an appeal that was upheld.
SIGNED_FOR: Final = (OPENING, CLAIM)


def undos(session: Session) -> Iterator[Fault]:
    """Yield each undo that does not agree with its reversal, and the other way."""
    yield from _undone(session)
    yield from _unproposed(session)


def _undone(session: Session) -> Iterator[Fault]:
    wrong = aliased(Posting)
    agrees = and_(
        Posting.kind == PostingKind.REVERSAL,
        Posting.actor_id == Undo.proposed_by,
        Posting.second_actor_id == Undo.decided_by,
        wrong.source_type == Undo.source_type,
        wrong.source_id == Undo.source_id,
    )
    found = (
        select(Undo.id, Undo.source_type)
        .outerjoin(Posting, Posting.id == Undo.posting_id)
        .outerjoin(wrong, wrong.id == Posting.reverses_id)
        .where(Undo.posting_id.is_not(None), case((agrees, 0), else_=1) == 1)
        .order_by(Undo.id)
    )
    for row in stream(session, found):
        yield Fault(f"{row.source_type} undo {row.id}", "it is not what its posting undid")


def _unproposed(session: Session) -> Iterator[Fault]:
    wrong = aliased(Posting)
    found = (
        select(Posting.id)
        .join(wrong, wrong.id == Posting.reverses_id)
        .outerjoin(Undo, Undo.posting_id == Posting.id)
        .where(wrong.source_type.in_(SIGNED_FOR), Undo.id.is_(None))
        .order_by(Posting.id)
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "no two have signed that what it undoes was wrong")
