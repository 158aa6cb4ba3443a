"""What the level above has to see to: objections, and calls after a case that is not solved."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid.models.cases import Case
from grid.rules.levels import Level
from grid.rules.upwards import CallCause, CallOutcome
from kernel.db import Model
from people.models import InArea, Person


class Objection(Model):
    """A resident does not agree with a refusal: once in a case's life."""

    __tablename__ = "grid_objection"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (upheld IS NULL)", name="decided_somehow"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="by_somebody"),
        CheckConstraint("decided_by <> rejected_by", name="not_by_who_rejected"),
        Index("ix_grid_objection_decide_by", "decided_at", "decide_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), unique=True)
    said_on: Mapped[int] = mapped_column(ForeignKey(Case.id))  # whose receipt: of one merged, too
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    estimated: Mapped[bool] = mapped_column(default=False)
    rejected_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    rung_at: Mapped[datetime | None]  # the district's desk was told that it is late
    upheld: Mapped[bool | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    sentence: Mapped[str] = mapped_column(Text, default="")


class SupervisorCall(Model):
    """Somebody above has to ring whoever reported, and what was said."""

    __tablename__ = "grid_supervisor_call"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "cause"),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done_somehow"),
        CheckConstraint(
            "outcome IS NULL OR outcome = 'no_number' OR done_by IS NOT NULL", name="by_somebody"
        ),
        Index("ix_grid_supervisor_call_open", "done_at", "level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)  # the reporter's own
    round: Mapped[int]
    cause: Mapped[CallCause]
    level: Mapped[Level] = mapped_column()  # who rings: whoever stands there above the case
    said: Mapped[str] = mapped_column(Text, default="")  # what the resident wrote
    owed_at: Mapped[datetime]
    due_by: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)  # rung in vain
    outcome: Mapped[CallOutcome | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    done_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Phrase(InArea, Model):
    """A sentence of a town's own for one situation, beside those that come with the program."""

    __tablename__ = "grid_phrase"
    __table_args__ = (UniqueConstraint("area_code", "situation", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    situation: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(String(200))
    who: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
