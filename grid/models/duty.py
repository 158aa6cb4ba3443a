"""Who is called, and when they are at work."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from kernel.grants import Role
from people.models import Person


class Alarm(Model):
    """That somebody was called to a case: rung again until they answer, but not for ever."""

    __tablename__ = "grid_alarm"
    __table_args__ = (
        UniqueConstraint("case_id", "step_number"),
        CheckConstraint("acknowledged_at IS NULL OR rings_at IS NULL", name="answered_is_silent"),
        Index("ix_grid_alarm_rings_at", "rings_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    step_number: Mapped[int]  # the step that gave them the case
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    began_at: Mapped[datetime]
    rung: Mapped[int] = mapped_column(default=1)
    rings_at: Mapped[datetime | None]  # the next time; empty once answered, given up or moved on
    acknowledged_at: Mapped[datetime | None]


class Hours(Model):
    """When the workers of one role are on duty in an area, in Asia/Shanghai.

    The rows of the nearest area that has any for a role hold for its whole week; a weekday
    without one is off.  A shift past midnight is two rows.
    """

    __tablename__ = "grid_hours"
    __table_args__ = (
        UniqueConstraint("area_code", "role", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Not InArea: hours are no secret, and what decides is the area they are set for.
    area_code: Mapped[str] = mapped_column(ForeignKey("people_area.code"))
    role: Mapped[Role]
    weekday: Mapped[int]  # 0 is Monday
    opens: Mapped[int]  # minutes after midnight
    closes: Mapped[int]
