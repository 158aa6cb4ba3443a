"""What expires and when, first in first out, without keeping lots."""

from collections.abc import Iterable
from datetime import date, timedelta


def expiring(earned_by_then: int, out_now: int, held_now: int) -> int:
    """Return how many coins of those earned up to a day are left to expire.

    *earned_by_then* is all that ever came in up to that day, *out_now* all that ever went out,
    *held_now* what is set aside: as good as spent (LEDGER.md section 2.4).
    """
    return max(0, earned_by_then - out_now - held_now)


def carried(moved: int, *, giver_old: int, taker_old: int) -> int:
    """Return how many of *moved* coins count, where they came, as earned before this year.

    *giver_old* and *taker_old* are what either had earned before this year began, less all that
    went out, and at the giver less what is set aside: the oldest are moved first.  Whoever takes
    and has spent of this year already has less than none of before; what comes is not spent by
    that, so it counts for as much more.
    """
    old = min(moved, max(0, giver_old))
    return old - min(0, taker_old) if old else 0


def expires_on(earned: date) -> date:
    """Return the last day on which coins earned on *earned* are good: the end of next year."""
    return date(earned.year + 1, 12, 31)


def last_day_of(year: int) -> date:
    """Return the last day of a year, with which coins end that were earned before it began."""
    return date(year, 12, 31)


def is_reminded(today: date, last_day: date, days_before: Iterable[int]) -> int | None:
    """Return which reminder is due: how many days before the last one, None for none yet.

    Of several that were missed the last is enough.
    """
    due = [days for days in days_before if last_day - timedelta(days=days) <= today <= last_day]
    return min(due, default=None)


def reminders(last_day: date, days_before: Iterable[int]) -> tuple[date, ...]:
    """Return the days on which a household is told, the earliest first."""
    return tuple(sorted(last_day - timedelta(days=days) for days in days_before))
