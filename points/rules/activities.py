"""Activities that earn coins (我是志愿者): places, hours, and who stands on the list."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from points.errors import Unsaid

MOST_PEOPLE: Final = 200
MOST_WEEKS: Final = 12  # of one patrol that repeats
LONGEST_TEAM: Final = 40
LONGEST_NAME: Final = 60
LONGEST_WHY: Final = 100
LEAST_JUDGES: Final = 2  # of an evaluation
MINUTE: Final = timedelta(minutes=1)


class ListKind(StrEnum):
    """Where a list of people comes from."""

    ACTIVITY = "activity"
    EVALUATION = "evaluation"  # of households; its sheet is the list


class ListState(StrEnum):
    """How far it is; afterwards each line is a claim that says where it stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"


def minutes_of(
    starts_at: datetime, ends_at: datetime, came: datetime, left: datetime | None
) -> int | None:
    """Return how many whole minutes of an activity somebody was there; None: they never left.

    Who comes early or stays on counts for no longer than it lasts, and a clock that was set back
    makes nobody's time less than nothing.
    """
    if left is None:
        return None
    return max(0, (min(left, ends_at) - max(came, starts_at)) // MINUTE)


def checked_size(typed: int) -> int:
    """Return how many people there is room for.

    Raises:
        Unsaid: none, or more than one list takes.
    """
    if not 1 <= typed <= MOST_PEOPLE:
        raise Unsaid("人数要写 1 到 %(most)s 的整数", most=MOST_PEOPLE)
    return typed


def checked_weeks(typed: int) -> int:
    """Return for how many weeks it is repeated; 1 is only once.

    Raises:
        Unsaid: none, or more than a quarter of a year.
    """
    if not 1 <= typed <= MOST_WEEKS:
        raise Unsaid("连着几周要写 1 到 %(most)s", most=MOST_WEEKS)
    return typed


def checked_least(typed: int, lasts: timedelta) -> int:
    """Return the minutes from which somebody has taken part; 0: whoever came has.

    Raises:
        Unsaid: it is longer than the activity.
    """
    if not 0 <= typed <= lasts // MINUTE:
        raise Unsaid("至少待多久，不能比活动还长")
    return typed


def judges_of(typed: str) -> tuple[str, ...]:
    """Return the names of those who evaluated, as they were typed with anything in between.

    Raises:
        Unsaid: they are fewer than two.
    """
    for between in "、，,;；\n":
        typed = typed.replace(between, " ")
    names = tuple(dict.fromkeys(typed.split()))
    if len(names) < LEAST_JUDGES or len("、".join(names)) > LONGEST_TEAM:
        raise Unsaid("评议的人要写两位以上，一共不超过 %(most)s 个字", most=LONGEST_TEAM)
    return names
