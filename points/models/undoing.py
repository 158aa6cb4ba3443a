"""What was posted wrongly and is undone by two: a line brought in, or what paid a claim."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import InArea, Person
from points.models.ledger import MaybeWhole, Posting
from points.rules.undoing import MOST_REASON, UndoState

_UNDOES = sa.text("state IN ('proposed', 'posted')")


class Undo(InArea, Model):
    """Somebody proposes that a posting is undone, which was wrong.

    The posting is named by its source, as the ledger names it.  To propose is the first
    signature: triggers refuse to change anything of it but what came of it, once.
    ``area_code`` is where the household lay then.
    """

    __tablename__ = "points_undo"
    __table_args__ = (
        CheckConstraint("source_type IN ('opening', 'claim')", name="known_source"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint(
            "decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')",
            name="two_people",
        ),
        CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name="posted_once"),
        Index(
            "uq_points_undo_source",
            "source_type",
            "source_id",
            unique=True,
            sqlite_where=_UNDOES,
            postgresql_where=_UNDOES,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_type: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(MOST_REASON))
    proposed_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    proposed_at: Mapped[datetime]
    state: Mapped[UndoState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(MOST_REASON), default="")  # why not
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)
