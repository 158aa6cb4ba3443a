"""The working-day calendar in force: what came with the program, and what an admin has loaded."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Date, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.access import Actor
from kernel.audit import note
from kernel.clock import SHANGHAI
from kernel.db import Model
from kernel.work import Work
from kernel.workdays import DayKind, WorkCalendar, WorkDay

SHIPPED: Final = WorkCalendar.shipped()


class LoadedDay(Model):
    """A day on which the ordinary week does not hold: off, or a make-up working day."""

    __tablename__ = "kernel_workday"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind]
    name: Mapped[str] = mapped_column(String(20))


# To build a statement costs more than to ask the database; ``load`` has written what it changed.
LOADED: Final = (
    select(LoadedDay.day, LoadedDay.kind, LoadedDay.name)
    .order_by(LoadedDay.day)
    .execution_options(autoflush=False)
)


def calendar_of(session: Session) -> WorkCalendar:
    """Return the calendar in force: a year somebody loaded replaces the shipped one."""
    rows = session.execute(LOADED).all()
    return _calendar(tuple(WorkDay(day, kind, name) for day, kind, name in rows))


@lru_cache(maxsize=8)  # it hardly ever changes; to build it costs more than to ask the database
def _calendar(days: tuple[WorkDay, ...]) -> WorkCalendar:
    if not days:
        return SHIPPED
    loaded = {row.date.year for row in days}
    return WorkCalendar((*(row for row in SHIPPED.days if row.date.year not in loaded), *days))


def missing_years(session: Session, now: datetime) -> tuple[int, ...]:
    """Return the years somebody should load: this one, and from 1 November on the next."""
    return calendar_of(session).missing_years(now.astimezone(SHANGHAI).date())


def load(work: Work, csv_text: str, *, by: Actor | None) -> tuple[int, ...]:
    """Take over the years of a file in the format of ``work_calendar_cn.csv``; return the years.

    Raises:
        Refusal: naming every line that cannot be used; then nothing is taken over.
    """
    rows = WorkCalendar.parse(csv_text).days
    years = tuple(sorted({row.date.year for row in rows}))
    for year in years:
        inside = LoadedDay.day.between(date(year, 1, 1), date(year, 12, 31))
        work.session.execute(delete(LoadedDay).where(inside))
    work.session.add_all(LoadedDay(day=row.date, kind=row.kind, name=row.name) for row in rows)
    work.session.flush()
    note(
        work,
        by=by,
        action="calendar.load",
        subject="calendar",
        detail="、".join(map(str, years)),
    )
    return years
