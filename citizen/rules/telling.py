"""What residents are told by text message, when, and what they answer.

The words are ``kernel.sms``'s.  They carry no personal data, because anybody may hold the phone.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules import State
from kernel.clock import SHANGHAI

NIGHT_FROM: Final = time(22)
NIGHT_TO: Final = time(7)
REWORK_WITHIN: Final = timedelta(days=7)
RATED_WITHIN: Final = timedelta(days=30)  # later nobody remembers how it went


class Solved(StrEnum):
    """Whether it is settled, as the resident sees it."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


class Satisfied(StrEnum):
    """How content the resident is with whoever did it."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"

    @property
    def label(self) -> str:
        """What the form says."""
        return {
            Satisfied.VERY_SATISFIED: "很满意",
            Satisfied.SATISFIED: "满意",
            Satisfied.SO_SO: "一般",
            Satisfied.DISSATISFIED: "不满意",
        }[self]


class Template(StrEnum):
    """Which message, by its code there."""

    ACCEPTED = "T02"
    DISPATCHED = "T03"
    CLOSED = "T06"
    REJECTED = "T07"


_BY_STATE: Final[Mapping[State, Template]] = MappingProxyType(
    {
        State.ACCEPTED: Template.ACCEPTED,
        State.DISPATCHED: Template.DISPATCHED,
        State.REJECTED: Template.REJECTED,
        State.CLOSED: Template.CLOSED,
    }
)


def template_for(state: State) -> Template | None:
    """Return the message that a move to *state* owes the resident, if any."""
    return _BY_STATE.get(state)


def step_of(template: Template, *, closed_at: datetime | None = None) -> str:
    """Return what happens once per report: a message, and of closing one per round."""
    if template is Template.CLOSED and closed_at is not None:
        return f"{template}@{closed_at.astimezone(UTC):%Y%m%d%H%M%S}"
    return template.value


def speaks_at(now: datetime, *, urgent: bool) -> datetime:
    """Return when a message may go: at once, but at night only if it is urgent (else 07:00)."""
    local = now.astimezone(SHANGHAI)
    if urgent or NIGHT_TO <= local.time() < NIGHT_FROM:
        return now
    morning = local.date() if local.time() < NIGHT_TO else local.date() + timedelta(days=1)
    return datetime.combine(morning, NIGHT_TO, SHANGHAI).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """Return the day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()
