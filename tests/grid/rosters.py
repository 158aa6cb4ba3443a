"""Lines of the table of duty for tests.  Say only what the test is about; the rest is filled in."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import Duty
from grid.rules.roster import USUAL, Kind, Line
from kernel.access import Actor
from kernel.clock import SHANGHAI
from tests.factories import GRID, make_area
from tests.fakes import NOON

MONDAY = date(2026, 3, 2)  # NOON's
THREE = datetime(2026, 3, 3, 3, tzinfo=SHANGHAI)  # at night


def a_line(kind: Kind, who: Actor | int, area: str = GRID, **more: object) -> Line:
    """Return a line for the first day of the tests."""
    opens, closes = USUAL[kind]
    known = {
        "area": area,
        "person_id": who if isinstance(who, int) else who.id,
        "kind": kind,
        "first_day": MONDAY,
        "last_day": MONDAY,
        "opens": opens,
        "closes": closes,
    }
    return Line(**{**known, **more})  # type: ignore[arg-type]


def make_duty(session: Session, kind: Kind, who: Actor, area: str = GRID, **more: object) -> Duty:
    """Return a saved line, whatever the rules say of it."""
    make_area(session, area)
    line = a_line(kind, who, area, **more)
    row = Duty(
        area_code=line.area,
        person_id=line.person_id,
        kind=line.kind,
        first_day=line.first_day,
        last_day=line.last_day,
        opens=line.opens,
        closes=line.closes,
        stands_for=line.stands_for,
        written_at=NOON,
    )
    session.add(row)
    session.flush()
    return row


def lines(session: Session) -> list[Duty]:
    """Return the table, first things first."""
    return list(session.scalars(select(Duty).order_by(Duty.first_day, Duty.opens, Duty.id)))
