"""Tables of balances from before: whole tables, signed by two, posted once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Household, InArea, Person
from points.rules.openings import OpeningState

_STANDS = sa.text("state <> 'refused'")


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
