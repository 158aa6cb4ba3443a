"""When a message goes, how long it is true, and how long it is tried: pure.

Quiet hours are those of the policy: what can wait until 07:00 waits (``night: hold``).
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from kernel.clock import SHANGHAI
from kernel.sms import templates

QUIET_FROM: Final = time(22)
QUIET_TO: Final = time(7)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=30)  # a gateway that is back is noticed soon
# A day without a gateway, a weekend without anybody who mends it; then nobody wants to read it.
NOTICE_LIFE: Final = timedelta(hours=72)
ALARM_LIFE: Final = timedelta(minutes=15)  # the next ring says the same anew
ROBOT_LIFE: Final = timedelta(hours=12)
# Longer ago and what it grants (seven days to ask for rework, or to object) is as good as over.
AGAIN_WITHIN: Final = timedelta(days=5)
_DATED: Final = frozenset({"due", "date", "time"})
LIVES: Final = {
    "T01": timedelta(minutes=5),  # as its own words say
    "T13": timedelta(hours=1),
    "T15": ALARM_LIFE,
    "T16": ALARM_LIFE,
    "robot": ROBOT_LIFE,
}


def speaks_at(now: datetime, *, template: str, urgent: bool) -> datetime:
    """Return when a text may go: at once, but what is held and not urgent not before 07:00."""
    known = templates().by_code.get(template)
    local = now.astimezone(SHANGHAI)
    is_day = QUIET_TO <= local.time() < QUIET_FROM
    if urgent or known is None or not known.held or is_day:
        return now
    late = local.time() >= QUIET_FROM
    morning = local.date() + (timedelta(days=1) if late else timedelta())
    return datetime.combine(morning, QUIET_TO, SHANGHAI).astimezone(UTC)


def is_prompt(template: str) -> bool:
    """Whether a text goes before others: a code, an alarm, what may be sent at any hour."""
    known = templates().by_code.get(template)
    return known is not None and not known.held


def may_go_again(template: str, *, written_at: datetime, now: datetime) -> bool:
    """Whether the words of a text that was given up are still true, as far as they tell.

    A code, an alarm and what names a day are not: whoever waits for those is told anew.
    """
    known = templates().by_code.get(template)
    if known is None or not known.held or _DATED & set(known.variables):
        return False
    return now - written_at < AGAIN_WITHIN


def life_of(template: str) -> timedelta:
    """Return how long a message is worth being tried."""
    return LIVES.get(template, NOTICE_LIFE)


def wait_after(tries: int) -> timedelta:
    """Return how long a gateway is left alone after it failed: 1, 2, 4 … 30 minutes."""
    return min(FIRST_WAIT * (1 << min(max(tries - 1, 0), 10)), LONGEST_WAIT)
