"""Who covers a place at a moment by the table of duty: pure.

Days and minutes are those of Asia/Shanghai, which knows no summer time.  A shift that closes no
later than it opens goes past midnight and belongs to the day on which it begins.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from grid.errors import NotThatWay
from grid.rules.clocks import NIGHT_FROM, NIGHT_TO, local
from kernel.clock import SHANGHAI

DAY_MINUTES: Final = 24 * 60
LAST_MINUTE: Final = 59
_TIME: Final = re.compile(r"(\d{1,2})[:：]?(\d{2})", re.ASCII)
ONE_DAY: Final = timedelta(days=1)
OVER: Final = "这一班已经过去了，请从今天或以后的日子排起。"
OLDEST: Final = timedelta(days=3660)  # of a line that still goes on
LONGEST: Final = timedelta(days=366)  # one line; and how far ahead it may begin


class Kind(StrEnum):
    """What kind of duty a line of the table is."""

    DAY = "day"
    NIGHT = "night"
    HOLIDAY = "holiday"  # only on days that are off; then those of the day are off, too
    STAND_IN = "stand_in"
    DESK = "desk"  # the town's desk at night

    @property
    def label(self) -> str:
        """What everybody reads."""
        return LABELS[self]


LABELS: Final = {
    Kind.DAY: "白天",
    Kind.NIGHT: "夜班",
    Kind.HOLIDAY: "节假日",
    Kind.STAND_IN: "替班",
    Kind.DESK: "镇夜间值班室",
}
# Until somebody writes other times.
USUAL: Final = {
    Kind.DAY: (8 * 60, 18 * 60),
    Kind.NIGHT: (22 * 60, 7 * 60),
    Kind.HOLIDAY: (8 * 60, 18 * 60),
    Kind.STAND_IN: (0, DAY_MINUTES),
    Kind.DESK: (22 * 60, 7 * 60),
}

IsOff = Callable[[date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table, as the rules see it."""

    area: str
    person_id: int
    kind: Kind
    first_day: date
    last_day: date
    opens: int
    closes: int
    stands_for: int | None = None

    def shifts(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield from when to when it holds, in UTC, of the days from *first* to *last*."""
        day = max(first, self.first_day)
        while day <= min(last, self.last_day):
            yield self.on(day)
            day += ONE_DAY

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return from when to when it holds on *day*, in UTC."""
        ends = day + (ONE_DAY if self.closes <= self.opens else timedelta())
        return at_minute(day, self.opens), at_minute(ends, self.closes)

    def holds(self, moment: datetime, *, is_off: IsOff) -> bool:
        """Whether it holds at *moment*; one for holidays only on days that are off."""
        today = local(moment).date()
        for day in (today - ONE_DAY, today):
            if not self.first_day <= day <= self.last_day:
                continue
            if self.kind is Kind.HOLIDAY and not is_off(day):
                continue
            start, end = self.on(day)
            if start <= moment < end:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Roster:
    """What the table says about one place at one moment."""

    on: frozenset[int]  # who covers it, by their own line or for another
    stand_ins: frozenset[tuple[int, int]]  # (who, for whom)
    desk: frozenset[int]  # whom the town's desk at night is

    @property
    def off(self) -> frozenset[int]:
        """Who is stood in for."""
        return frozenset(absent for _, absent in self.stand_ins)


NOBODY: Final = Roster(frozenset(), frozenset(), frozenset())


def roster_at(lines: Iterable[Line], moment: datetime, *, is_off: IsOff) -> Roster:
    """Return who covers a place at *moment*, of the *lines* of the areas it lies in.

    Where a line for holidays holds, those for the day do not.  Somebody who is stood in for is
    off, and so is whoever stands in for them while being stood in for.
    """
    now = [line for line in lines if line.holds(moment, is_off=is_off)]
    if not now:
        return NOBODY
    holiday = any(line.kind is Kind.HOLIDAY for line in now)
    plain = {Kind.NIGHT, Kind.HOLIDAY} | (set() if holiday else {Kind.DAY})
    own = {line.person_id for line in now if line.kind in plain}
    pairs = frozenset(
        (line.person_id, line.stands_for)
        for line in now
        if line.kind is Kind.STAND_IN and line.stands_for is not None
    )
    desk = {line.person_id for line in now if line.kind is Kind.DESK}
    return Roster(_replaced(own, pairs), pairs, _replaced(desk, pairs))


def night_of(day: date) -> tuple[datetime, datetime]:
    """Return from when to when the night that begins on *day* lasts, in UTC."""
    begins, ends = _minute_of(NIGHT_FROM), _minute_of(NIGHT_TO)
    return at_minute(day, begins), at_minute(day + ONE_DAY, ends)


def refuse_line(line: Line, others: Iterable[Line], *, now: datetime, begun: bool = False) -> None:
    """Refuse a line that makes no sense beside the *others* of the same area.

    *begun*: it is an old line that began when it begins now, so its past days may stay.

    Raises:
        NotThatWay: with the sentence for whoever wrote it.
    """
    _refuse_impossible(line, now)
    over = line.on(line.last_day) if begun else line.on(line.first_day)
    if over[1] <= now:
        raise NotThatWay(OVER)
    if line.stands_for == line.person_id:
        raise NotThatWay("不能自己替自己。")
    for other in others:
        _refuse_beside(line, other)


def overlap(one: Line, other: Line) -> bool:
    """Whether two lines hold at the same moment on any day."""
    first = max(one.first_day, other.first_day) - ONE_DAY
    last = min(one.last_day, other.last_day) + ONE_DAY
    # Lines repeat daily: the first days they share, and those beside them, tell for all.
    last = min(last, first + 3 * ONE_DAY)
    return any(
        start < until and since < end
        for start, end in one.shifts(first, last)
        for since, until in other.shifts(first, last)
    )


def moved(line: Line, *, first: date, last: date, by: timedelta) -> Line | None:
    """Return the part of *line* from *first* to *last*, so much later; None if there is none."""
    begins, ends = max(line.first_day, first), min(line.last_day, last)
    if begins > ends:
        return None
    return Line(
        area=line.area,
        person_id=line.person_id,
        kind=line.kind,
        first_day=begins + by,
        last_day=ends + by,
        opens=line.opens,
        closes=line.closes,
        stands_for=line.stands_for,
    )


def read_minutes(typed: str) -> int:
    """Read 8:00 or 1800, with either colon, as minutes after midnight.

    Raises:
        NotThatWay: it is no time of day.
    """
    found = _TIME.fullmatch(typed)
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if minute > LAST_MINUTE or hour * 60 + minute > DAY_MINUTES:
        raise NotThatWay("时间请写成 8:00 这样。")
    return hour * 60 + minute


def spoken_minutes(minutes: int) -> str:
    """Return minutes after midnight as people write them: 8:00."""
    return f"{minutes // 60}:{minutes % 60:02}"


def at_minute(day: date, minute: int) -> datetime:
    """Return so many minutes after midnight of *day* in Shanghai, in UTC."""
    return (datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute)).astimezone(UTC)


def _refuse_impossible(line: Line, now: datetime) -> None:
    """Refuse days and times that cannot be, whatever else stands in the table."""
    if line.last_day < line.first_day:
        raise NotThatWay("结束的日子不能早于开始的日子。")
    today = local(now).date()
    if line.last_day - line.first_day > LONGEST or line.first_day - today > LONGEST:
        raise NotThatWay("最多排一年。")
    if today - line.first_day > OLDEST:
        raise NotThatWay(OVER)
    if not 0 <= line.opens < DAY_MINUTES or not 0 < line.closes <= DAY_MINUTES:
        raise NotThatWay("时间请写成 8:00 这样。")
    if line.opens == line.closes:
        raise NotThatWay("开始和结束不能是同一个时间；全天请写 0:00 到 24:00。")


def _refuse_beside(line: Line, other: Line) -> None:
    if not overlap(line, other):
        return
    kinds = {line.kind, other.kind}
    same = line.person_id == other.person_id
    stand_in = Kind.STAND_IN in kinds
    if same and not stand_in and kinds != {Kind.DAY, Kind.HOLIDAY}:
        raise NotThatWay("这个人在这段时间已经排了班。")
    if kinds != {Kind.STAND_IN}:
        return
    if line.stands_for == other.stands_for:
        raise NotThatWay("这段时间已经有人替他了。")
    if other.stands_for == line.person_id or line.stands_for == other.person_id:
        raise NotThatWay("替班的人这段时间自己也不在班，请另选一位。")


def _replaced(people: set[int], pairs: frozenset[tuple[int, int]]) -> frozenset[int]:
    """Return *people*, those who are stood in for exchanged for who stands in."""
    absent = {gone for _, gone in pairs}
    covering = {who for who, gone in pairs if gone in people}
    return frozenset((people | covering) - absent)


def _minute_of(at: time) -> int:
    return at.hour * 60 + at.minute
