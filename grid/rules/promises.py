"""When a resident is told about a promise, and who may ask for a standstill or more time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from grid.errors import NotThatWay, NotYours, OftenEnough, TooLate, WrongMoment
from grid.rules.clocks import local
from grid.rules.spans import Span, Unit
from grid.rules.states import State
from kernel.clock import SHANGHAI

# The policy is silent on this one: early enough that somebody can still ring, and by day.
MORNING: Final = time(9)
LEAD: Final = timedelta(hours=4)
IN_DAYS: Final = frozenset({Unit.DAY, Unit.WORKING_DAY})
MOST_QUESTIONS: Final = 5  # in the life of a case: whoever needs more should ring


class PauseEnd(StrEnum):
    """How a standstill ended."""

    TIME = "time"
    HAND = "hand"
    ANSWER = "answer"
    MOVE = "move"  # the case went on without it


class Telling(StrEnum):
    """What reporters are told about a promised moment."""

    SOON = "soon"  # it may be late
    BROKEN = "broken"  # it is late


class Concern(StrEnum):
    """What reporters of a case are owed word of, beside its moves."""

    ASKED = "asked"
    EXTENDED = "extended"
    SOON = Telling.SOON.value
    BROKEN = Telling.BROKEN.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promised moment, and what was said about it already."""

    close_by: datetime | None
    span: Span
    warned_of: datetime | None = None
    broken_of: datetime | None = None

    @property
    def next_telling_at(self) -> datetime | None:
        """When its reporters are to be told something, in UTC; None if all is said."""
        if self.close_by is None or self.broken_of == self.close_by:
            return None
        if self.warned_of == self.close_by:
            return self.close_by
        return warns_at(self.close_by, self.span)

    def telling(self, now: datetime) -> Telling | None:
        """What to say now; after a standstill of ours the warning is skipped, the rest is not."""
        at = self.next_telling_at
        if at is None or self.close_by is None or now < at:
            return None
        return Telling.BROKEN if now >= self.close_by else Telling.SOON


def warns_at(close_by: datetime, span: Span) -> datetime:
    """Return when to say that it may be late, in UTC: nine in the morning of the last day.

    Where hours count it is four hours before, or half the time where there is less than eight.
    """
    if span.unit in IN_DAYS:
        return datetime.combine(local(close_by).date(), MORNING, SHANGHAI).astimezone(UTC)
    return close_by - min(LEAD, span.length / 2)


def refuse_standstill(
    *, state: State, is_owner: bool, close_by: datetime | None, now: datetime
) -> None:
    """Only who has it in hand stops its clock, and only while there is time left to stop.

    Raises:
        NotYours: it is another's.
        WrongMoment: it is not in hand.
        TooLate: its time is over.
    """
    refuse_not_in_hand(state=state, is_owner=is_owner)
    if close_by is None or now >= close_by:
        raise TooLate("已经过了办结时限，不能再停表，请抓紧办。")


def refuse_not_in_hand(*, state: State, is_owner: bool) -> None:
    """Raise NotYours or WrongMoment unless its owner has the case in hand."""
    if not is_owner:
        raise NotYours("这件事现在不归您办。")
    if state is not State.HANDLING:
        raise WrongMoment("这件事现在是“%(state)s”，这一步做不了。", state=state.label)


def refuse_question(*, asked: int, has_resident: bool) -> None:
    """Raise where there is nobody to ask, or enough was asked.

    Raises:
        NotThatWay: no resident reported it.
        OftenEnough: it was asked often enough.
    """
    if not has_resident:
        raise NotThatWay("这件事是工作人员上报的，没有居民可以问。")
    if asked >= MOST_QUESTIONS:
        raise OftenEnough("这件事已经问过 5 次，请直接打电话。")


def refuse_judge(*, person: int, asked_by: int, close_by: datetime | None, now: datetime) -> None:
    """Somebody else than who asked says yes or no, while there is time.

    Raises:
        NotYours: it is the very person who asked.
        TooLate: the limit has passed, and the ask with it.
    """
    if person == asked_by:
        raise NotYours("自己申请的延期，要由别人来批。")
    if close_by is None or now >= close_by:
        raise TooLate("办结时限已经过了，这个延期申请作废。")
