"""What a village shows of its months, and what people object to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Area, InArea, Person
from points.models.months import Close, Shows
from points.rules.claims import MOST_WORDS


class Showing(Model):
    """How much a village lets everybody read; what was narrowed is narrowed for old months too."""

    __tablename__ = "points_showing"

    village: Mapped[str] = mapped_column(ForeignKey(Area.code), primary_key=True)
    shows: Mapped[Shows]
    named_since: Mapped[datetime | None]  # whoever agreed is named in what is published later
    set_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[datetime]


class Objection(InArea, Model):
    """That somebody does not agree with a published month.  Nobody is asked who they are.

    ``area_code`` is the village; the town above it answers.
    """

    __tablename__ = "points_objection"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_somebody"
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # the same form is the same objection
    number: Mapped[str] = mapped_column(String(16), unique=True)  # by which its answer is found
    close_id: Mapped[int] = mapped_column(ForeignKey(Close.id), index=True)
    words: Mapped[str] = mapped_column(String(MOST_WORDS))
    filed_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[datetime | None]
