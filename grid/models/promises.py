"""What was promised to a resident about one case: standstills, more time, questions, words kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid.models.cases import Case
from grid.rules.clocks import PauseReason
from grid.rules.promises import PauseEnd, Telling
from kernel.db import Model
from people.models import Person


class Outcome(StrEnum):
    """What became of an ask for more time."""

    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # nobody decided before the limit passed, or the case went on


class Pause(Model):
    """The one standstill of a case; the database refuses a second one."""

    __tablename__ = "grid_pause"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_somehow"),
        CheckConstraint("began_at < ends_by", name="ends_after_it_begins"),
        CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="not_backwards"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), unique=True)
    reason: Mapped[PauseReason]
    words: Mapped[str] = mapped_column(Text)  # the resident reads them
    began_at: Mapped[datetime]
    ends_by: Mapped[datetime]  # by itself
    estimated: Mapped[bool] = mapped_column(default=False)  # no calendar for a year it touches
    who: Mapped[int] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[PauseEnd | None]


class Extension(Model):
    """Somebody asked for more time, and what became of it: granted once in a case's life."""

    __tablename__ = "grid_extension"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_somehow"),
        CheckConstraint(
            "outcome IS NULL OR outcome = 'lapsed' OR decided_by IS NOT NULL", name="by_somebody"
        ),
        CheckConstraint("decided_by <> asked_by", name="not_by_who_asked"),
        Index(
            "uq_grid_extension_open",
            "case_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(
            "uq_grid_extension_granted",
            "case_id",
            unique=True,
            sqlite_where=text("outcome = 'granted'"),
            postgresql_where=text("outcome = 'granted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)  # the resident reads it once it is granted
    outcome: Mapped[Outcome | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    sentence: Mapped[str] = mapped_column(Text, default="")


class Question(Model):
    """What the owner asked the resident; open until answered or until nobody waits any more."""

    __tablename__ = "grid_question"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("answered_at IS NULL OR lapsed_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    number: Mapped[int]  # from 1
    who: Mapped[int] = mapped_column(ForeignKey(Person.id))
    words: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]


class PromiseTold(Model):
    """That the reporters were told about one promised moment: once each, whoever keeps time."""

    __tablename__ = "grid_promise_told"
    __table_args__ = (UniqueConstraint("case_id", "kind", "promised_for"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[Telling]
    promised_for: Mapped[datetime]
    told_at: Mapped[datetime]
