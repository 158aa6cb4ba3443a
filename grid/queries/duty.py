"""The table of duty as the rules want it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

import people.rules
from grid.models import Duty
from grid.rules.clocks import local
from grid.rules.roster import Kind, Line, Roster, roster_at
from kernel.calendar import calendar_of

ONE_DAY = timedelta(days=1)
# To build a statement costs more than to ask the database.
BETWEEN: Final = (
    select(Duty)
    .where(
        Duty.area_code.in_(bindparam("areas", expanding=True)),
        Duty.last_day >= bindparam("first", type_=Date),
        Duty.first_day <= bindparam("last", type_=Date),
    )
    .order_by(Duty.opens, Duty.id)
)


def roster_over(
    session: Session, area_code: str, *, now: datetime, fitting: Collection[int]
) -> Roster:
    """Return who covers a place at *now*; one statement, and one more on duty of holidays.

    Whoever stands in counts only if they are *fitting*: else nobody would be there at all.
    """
    today = local(now).date()
    lines = [
        line_of(row)
        for row in rows_between(session, people.rules.ancestors(area_code), today - ONE_DAY, today)
        if row.kind is not Kind.STAND_IN or row.person_id in fitting
    ]
    return roster_at(lines, now, is_off=off_days(session, lines))


def rows_between(session: Session, areas: Iterable[str], first: date, last: date) -> Sequence[Duty]:
    """Return the rows of *areas* that hold on any day from *first* to *last*."""
    asked = {"areas": sorted(set(areas)), "first": first, "last": last}
    return session.scalars(BETWEEN, asked).all()


def line_of(row: Duty) -> Line:
    """Return a row as the rules see it."""
    return Line(
        area=row.area_code,
        person_id=row.person_id,
        kind=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        opens=row.opens,
        closes=row.closes,
        stands_for=row.stands_for,
    )


def off_days(session: Session, lines: Iterable[Line]) -> Callable[[date], bool]:
    """Return what tells days off; the calendar is only read where a line asks for it."""
    if not any(line.kind is Kind.HOLIDAY for line in lines):
        return lambda _day: False
    calendar = calendar_of(session)
    return lambda day: not calendar.is_working(day)
