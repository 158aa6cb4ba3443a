"""The table of who covers which place when, and the calls to the town's night desk.

A plan, never a record: nobody checks in, and who was really there is not kept.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid.rules.roster import Kind
from kernel.db import Model
from people.models import Area, InArea, Person


class Duty(InArea, Model):
    """Somebody covers an area on each day from one to another, between two times of day.

    Minutes after midnight in Asia/Shanghai; what closes no later than it opens ends on the day
    after.  A stand-in covers what *stands_for* would have covered, who is off meanwhile; why is
    nobody's business and not kept.
    """

    __tablename__ = "grid_duty"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("opens BETWEEN 0 AND 1439 AND closes BETWEEN 1 AND 1440", name="span"),
        CheckConstraint("opens <> closes", name="lasts"),
        CheckConstraint("(kind = 'stand_in') = (stands_for IS NOT NULL)", name="for_somebody"),
        CheckConstraint("stands_for <> person_id", name="for_another"),
        Index("ix_grid_duty_area_code_last_day", "area_code", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Without InArea's own index: the one above begins with it.
    area_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    kind: Mapped[Kind]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    opens: Mapped[int]
    closes: Mapped[int]
    stands_for: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    written_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime]


class DeskAlarm(InArea, Model):
    """That a town's night desk was called to an urgent case: once in a round of it."""

    __tablename__ = "grid_desk_alarm"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        CheckConstraint("answered_at IS NULL OR rings_at IS NULL", name="answered_is_silent"),
        Index("ix_grid_desk_alarm_rings_at", "rings_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    round: Mapped[int]  # how often the case had been reopened
    began_at: Mapped[datetime]
    rung: Mapped[int] = mapped_column(default=0)
    rings_at: Mapped[datetime | None]  # the next time; empty once answered or given up
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class Callback(Model):
    """How whoever reported wants to be called: in which dialect, at what hours."""

    __tablename__ = "grid_callback"

    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"), primary_key=True)
    dialect: Mapped[str] = mapped_column(String(24), default="")  # a code, or "" for any
    hours: Mapped[str] = mapped_column(String(40), default="")
    asked_at: Mapped[datetime]
