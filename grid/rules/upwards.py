"""Who above a case has to see to what, and until when."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules.clocks import CLOSE_OF_BUSINESS, POLICY, local
from grid.rules.levels import ONE_UP, Level
from grid.rules.spans import Span
from kernel.clock import SHANGHAI
from kernel.workdays import WorkCalendar

DECIDE: Final = Span.parse(POLICY["policies"]["objection"]["decide"])
CALL_WITHIN: Final = 1  # working days: the policy only says that the supervisor rings
MOST_TRIES: Final = 3  # rung in vain so often, the resident is told so and asked to ring


class CallCause(StrEnum):
    """Why a supervisor has to ring."""

    NOT_SOLVED = "not_solved"
    SAME_OWNER = "same_owner"  # rework that stays with whoever did it before

    @property
    def label(self) -> str:
        """What the supervisor reads."""
        return {
            CallCause.NOT_SOLVED: "居民评了“没解决”",
            CallCause.SAME_OWNER: "重办没有换人",
        }[self]


class CallOutcome(StrEnum):
    """How a call went."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    NO_NUMBER = "no_number"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            CallOutcome.TALKED: "打通了",
            CallOutcome.NO_ANSWER: "没人接",
            CallOutcome.NO_NUMBER: "没有留电话",
        }[self]


# Whoever stands at the very top rings for their own level; never who had it in hand.
SUPERVISORS: Final[Mapping[Level | None, Level]] = MappingProxyType(
    {level: ONE_UP.get(level, level) for level in Level}
)


def supervisor_of(level: Level | None) -> Level:
    """Return the level that rings after *level* had a case; the town where nobody had it."""
    return Level.TOWN if level is None else SUPERVISORS[level]


def working_days_after(
    moment: datetime, count: int, calendar: WorkCalendar
) -> tuple[datetime, bool]:
    """Return the close of the *count*-th working day after *moment*, and whether it is a guess."""
    day, estimated = calendar.after(local(moment).date(), count)
    return datetime.combine(day, CLOSE_OF_BUSINESS, SHANGHAI).astimezone(UTC), estimated
