"""Who is at work when, and whom a case goes to: the hours a town sets, and the order of asking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from grid.rules.clocks import local
from grid.rules.levels import Level
from kernel.grants import Role

DAY: Final = 24 * 60
WEEK: Final = range(7)


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of one weekday (0 is Monday), in minutes after midnight in Asia/Shanghai."""

    weekday: int
    opens: int
    closes: int  # no longer on duty at this minute


# Until a town sets its own.  Whoever is not listed is asked at any hour: leaders, villages, towns
# and the police are where a case goes when no worker is on duty.
USUAL_HOURS: Final[Mapping[Role, tuple[Shift, ...]]] = MappingProxyType(
    {
        role: tuple(Shift(day, 8 * 60, 18 * 60) for day in WEEK)
        for role in (Role.GRID_FULL, Role.GRID_PART)
    }
)
# Whom a new case is offered to, in order; at one level full-time workers come first.
ASKED: Final = (Level.GRID, Level.GRID_LEADER, Level.VILLAGE, Level.TOWN, Level.DISTRICT)
ASKED_OF_THE_POLICE: Final = (Level.POLICE_AUX, Level.POLICE_STATION, Level.POLICE)
ROLES_ASKED: Final = tuple(Role)  # the table's order: full-time before part-time


def on_duty(role: Role, moment: datetime, shifts: Iterable[Shift] | None) -> bool:
    """Whether *role* works at *moment*; None where nobody set hours for it.

    Raises:
        ValueError: the moment has no zone.
    """
    if shifts is None:
        shifts = USUAL_HOURS.get(role, tuple(Shift(day, 0, DAY) for day in WEEK))
    here = local(moment)
    minute = here.hour * 60 + here.minute
    return any(
        shift.weekday == here.weekday() and shift.opens <= minute < shift.closes for shift in shifts
    )


def asked_from(level: Level | None, *, police: bool) -> tuple[Level, ...]:
    """Return whom to ask, in order: everybody, or from *level* upwards."""
    order = ASKED_OF_THE_POLICE if police else ASKED
    return order[order.index(level) :] if level in order else order
