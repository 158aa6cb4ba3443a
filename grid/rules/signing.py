"""How long a department may take to sign for what it was given, and what happens then.

The policy file gives the spans: a whistle is signed for within ``whistle.sign``, and so is what a
department is given; what is urgent follows the respond clock and the ladder.  What can wait is
counted in office hours, because a department has nobody there at night or on a Sunday.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules.categories import POLICE_BUREAU
from grid.rules.clocks import CLOSE_OF_BUSINESS, POLICY, local
from grid.rules.levels import Level
from grid.rules.spans import Span
from grid.rules.states import Urgency
from kernel.clock import SHANGHAI
from kernel.workdays import WorkCalendar

OPENS: Final = time(8, 30)
ONE_DAY: Final = timedelta(days=1)
# Levels at which not a person is given something, but a house with several handlers in it.
SIGNS: Final = frozenset({Level.DEPARTMENT, Level.POLICE_STATION, Level.POLICE})
STATION: Final = "police_station"


class SignStep(StrEnum):
    """What happens to what nobody signs for; each once for each time it is given."""

    REMIND = "remind"
    BACK = "back"  # whoever stands above decides again


AFTER: Final[Mapping[Urgency, Mapping[SignStep, timedelta]]] = MappingProxyType(
    {
        Urgency.URGENT: {
            SignStep.REMIND: Span.parse(POLICY["policies"]["urgent"]["respond"]).length,
            SignStep.BACK: Span.parse("15m").length,
        },
        Urgency.NORMAL: {
            SignStep.REMIND: Span.parse(POLICY["policies"]["whistle"]["sign"]).length,
            SignStep.BACK: Span.parse("60m").length,
        },
    }
)


def unit_at(level: Level | None, department: str | None) -> str | None:
    """Return the department that has to sign for what lies at *level*; None where nobody has."""
    if level is Level.DEPARTMENT:
        return department
    return {Level.POLICE_STATION: STATION, Level.POLICE: POLICE_BUREAU}.get(level or Level.GRID)


def sign_times(
    given_at: datetime, *, urgency: Urgency, calendar: WorkCalendar
) -> Mapping[SignStep, datetime]:
    """Return when each step comes if nobody signs, in UTC."""
    spans = AFTER[urgency]
    if urgency is Urgency.URGENT:
        return {step: local(given_at).astimezone(UTC) + span for step, span in spans.items()}
    return {step: office_end(given_at, span, calendar) for step, span in spans.items()}


def office_end(start: datetime, length: timedelta, calendar: WorkCalendar) -> datetime:
    """Return when *length* of office hours has run since *start*, in UTC."""
    day, left, begun = local(start).date(), length, local(start)
    while True:
        if calendar.is_working(day):
            begins = max(begun, _at(day, OPENS))
            closes = _at(day, CLOSE_OF_BUSINESS)
            if begins + left <= closes:
                return begins.astimezone(UTC) + left
            left -= max(timedelta(), closes - begins)
        day += ONE_DAY


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
