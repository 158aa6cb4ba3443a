"""Tables of balances from before: whole tables, signed by two, posted once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Household, InArea, Person
from points.models.ledger import MaybeWhole, Posting
from points.rules.openings import MOST_REASON, OpeningState, UndoState

_STANDS = sa.text("state <> 'refused'")
_UNDOES = sa.text("state IN ('proposed', 'posted')")


class Opening(InArea, Model):
    """A table of balances that somebody sent and signed by sending it."""

    __tablename__ = "points_opening"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="whole_digest"),
        CheckConstraint("lines > 0 AND coins > 0", name="something_in_it"),
        CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by OR state = 'refused'", name="two_people"
        ),
        Index(
            "uq_points_opening_digest",
            "digest",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file as it came, in hex
    lines: Mapped[int]
    coins: Mapped[int]
    asked_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    state: Mapped[OpeningState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]


class OpeningRow(Model):
    """A line of such a table.  A household has one, ever; those of a refused table go."""

    __tablename__ = "points_opening_row"
    __table_args__ = (CheckConstraint("coins > 0", name="amount_above_zero"),)

    opening_id: Mapped[int] = mapped_column(ForeignKey(Opening.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the file
    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id), unique=True)
    coins: Mapped[int]


class OpeningUndo(InArea, Model):
    """Somebody of the district proposes that a line is undone, which was wrong.

    It is the first signature: triggers refuse to change anything of it but what came of it, once.
    ``area_code`` is where the household lay then.
    """

    __tablename__ = "points_opening_undo"
    __table_args__ = (
        ForeignKeyConstraint(
            ["opening_id", "line"], ["points_opening_row.opening_id", "points_opening_row.line"]
        ),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint(
            "decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')",
            name="two_people",
        ),
        CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name="posted_once"),
        Index(
            "uq_points_opening_undo_line",
            "opening_id",
            "line",
            unique=True,
            sqlite_where=_UNDOES,
            postgresql_where=_UNDOES,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opening_id: Mapped[int]
    line: Mapped[int]
    reason: Mapped[str] = mapped_column(String(MOST_REASON))
    proposed_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    proposed_at: Mapped[datetime]
    state: Mapped[UndoState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(MOST_REASON), default="")  # why not
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)
