"""On which day the shop opens, and what a household may spend on it.

The figures are those of coin_rules.yaml, ``exchange``.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kernel.workdays import WorkCalendar

OPEN_DAY: Final = 25  # of each month


class IfHoliday(StrEnum):
    """What a village does where the 25th is no working day."""

    KEEP = "keep"
    NEXT_WORKDAY = "shift_next_workday"


class Limit(StrEnum):
    """What a household may spend on the day."""

    CLOSING = "closing"  # what it had at the end of the month before, less what it spent since
    FREE = "free"  # all that is free now


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day on which the shop opens, in Shanghai, and the 25th whose place it takes.

    *is_estimated*: the calendar of that year is not out yet, so the day may still move.
    """

    day: date
    due: date
    is_estimated: bool = False

    @property
    def is_moved(self) -> bool:
        """Whether it is another day than the 25th."""
        return self.day != self.due


def open_day(year: int, month: int, how: IfHoliday, calendar: WorkCalendar) -> OpenDay:
    """Return the day for a month; one that is moved may lie in the month after."""
    due = date(year, month, OPEN_DAY)
    if how is IfHoliday.KEEP:
        return OpenDay(due, due)
    day, is_estimated = calendar.on_or_after(due)
    return OpenDay(day, due, is_estimated)


def next_open_day(today: date, how: IfHoliday, calendar: WorkCalendar) -> OpenDay:
    """Return the first day from *today* on, today included."""
    # The month before, too: its day may have been moved into this month.
    months = range(today.year * 12 + today.month - 2, today.year * 12 + today.month + 2)
    days = (open_day(month // 12, month % 12 + 1, how, calendar) for month in months)
    return min((one for one in days if one.day >= today), key=lambda one: one.day)


def spendable(limit: Limit, *, free: int, closing: int, spent_since: int) -> int:
    """Return how many coins a household may spend today.

    *free* is its balance less what is held; *closing* what the last closed month ended with;
    *spent_since* what it has spent since then, holds that are still open among it.
    """
    if limit is Limit.FREE:
        return max(0, free)
    return max(0, min(free, closing - spent_since))
