"""What residents are told by text message, when, and what they answer.

The words are ``kernel.sms``'s.  They carry no personal data, because anybody may hold the phone.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules import Concern, Move, State
from kernel.clock import SHANGHAI


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
    ASKED = "T04"
    EXTENDED = "T05"
    CLOSED = "T06"
    REJECTED = "T07"
    LATE_SOON = "T31"
    LATE = "T32"
    UPHELD = "T33"
    DISMISSED = "T34"


_BY_STATE: Final[Mapping[State, Template]] = MappingProxyType(
    {
        State.ACCEPTED: Template.ACCEPTED,
        State.DISPATCHED: Template.DISPATCHED,
        State.REJECTED: Template.REJECTED,
        State.CLOSED: Template.CLOSED,
    }
)


_BY_MOVE: Final[Mapping[Move, Template]] = MappingProxyType(
    {Move.UPHOLD: Template.UPHELD, Move.DISMISS: Template.DISMISSED}
)
CONCERNS: Final[Mapping[Concern, Template]] = MappingProxyType(
    {
        Concern.ASKED: Template.ASKED,
        Concern.EXTENDED: Template.EXTENDED,
        Concern.SOON: Template.LATE_SOON,
        Concern.BROKEN: Template.LATE,
    }
)


def template_for(move: Move, state: State) -> Template | None:
    """Return the message that *move*, which led to *state*, owes the resident, if any."""
    return _BY_MOVE.get(move) or _BY_STATE.get(state)


def step_of(template: Template, *, of: datetime | None = None) -> str:
    """Return what happens once per report: a message, and one of each moment it is *of*.

    That is of each closing, of each promised day, of each question.
    """
    return template.value if of is None else f"{template}@{of.astimezone(UTC):%Y%m%d%H%M%S}"


def day_of(moment: datetime) -> date:
    """Return the day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()
