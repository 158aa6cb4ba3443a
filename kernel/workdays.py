"""Which days people work in China: weekdays, minus holidays, plus make-up days.

Days here are calendar days of Asia/Shanghai; whoever holds a moment turns it into a day first.
The shipped table follows the State Council's notices (2024 to 2026).  They come out about every
November for the year after, so a year may be missing: then it is estimated and said to be.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import islice
from types import MappingProxyType
from typing import Final, Self

from kernel.errors import Refusal

COLUMNS: Final = ("date", "kind", "name")
# As people write them by hand; the table that is shipped has the English ones.
HEADINGS: Final = {"日期": "date", "安排": "kind", "名称": "name", "星期": "weekday"}
KINDS: Final = {"放假": "off", "补班": "work"}
WEEKDAYS: Final = "一二三四五六日"
SATURDAY: Final = 5
NOVEMBER: Final = 11  # the notice for next year is out about now
ONE_DAY: Final = timedelta(days=1)

# Statutory days with a fixed date (国务院令第 795 号, in force since 2025): New Year's Day, two
# of Labour Day, three of National Day.  Spring Festival, Qingming, Dragon Boat and Mid-Autumn
# follow moon or sun, and make-up days are decided year by year: an estimate knows none of them.
FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
# A year is known only when all of these are: a notice always lists them, while a lone 31 December
# may come from the notice of the year after, and half an import is not a year.
LANDMARKS: Final = ((1, 1), (5, 1), (10, 1))


class BadCalendar(Refusal):
    """The table cannot be used; the message names every bad row, one a line."""


class DayKind(StrEnum):
    """How a day differs from what its weekday says."""

    OFF = "off"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class WorkDay:
    """One row: a day off, or a Saturday or Sunday that is worked."""

    date: date
    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are working days.  Of two rows for one date the later one holds."""

    days: tuple[WorkDay, ...]
    _kinds: Mapping[date, DayKind] = field(init=False, repr=False, compare=False)
    _years: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kinds = {day.date: day.kind for day in self.days}
        years = {
            day.year
            for day in kinds
            if all(kinds.get(date(day.year, *mark)) is DayKind.OFF for mark in LANDMARKS)
        }
        object.__setattr__(self, "_kinds", MappingProxyType(kinds))
        object.__setattr__(self, "_years", frozenset(years))

    @classmethod
    def parse(cls, csv_text: str) -> Self:
        """Read a table with the columns date, kind (off or work), name and, if wanted, weekday.

        Raises:
            BadCalendar: something is wrong; every bad row is named with its number.
        """
        lines = csv_text.removeprefix("\ufeff").replace("\0", "\ufffd").splitlines()
        reader = csv.DictReader(lines, restkey="more", restval="")
        reader.fieldnames = [HEADINGS.get(one.strip(), one) for one in reader.fieldnames or ()]
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise BadCalendar("第 1 行：表头要有 日期、安排、名称 三列。")
        try:
            rows = [(reader.line_num, row) for row in reader]
        except csv.Error:
            raise BadCalendar("这不是一张 CSV 表，有一格太长或读不出来。") from None
        return cls(tuple(_read(rows)))

    @classmethod
    def shipped(cls) -> "WorkCalendar":
        """Return the calendar that comes with the program; read once."""
        return _shipped()

    def covers(self, year: int) -> bool:
        """Whether the holidays of *year* are known and not estimated."""
        return year in self._years

    def is_working(self, day: date) -> bool:
        """Whether people work on *day*; an estimate when its year is not covered."""
        kind = self._kinds.get(day)
        if kind is not None:
            return kind is DayKind.WORK
        if not self.covers(day.year) and (day.month, day.day) in FIXED:
            return False
        return day.weekday() < SATURDAY

    def after(self, day: date, working_days: int) -> tuple[date, bool]:
        """Return the n-th working day after *day*, and whether an estimated year was touched.

        *day* itself is not counted, whether worked or not; 0 gives *day* back.

        Raises:
            ValueError: *working_days* is negative.
        """
        if working_days < 0:
            raise ValueError(working_days)
        last = day
        if working_days:
            last = next(islice(self._working_from(day + ONE_DAY), working_days - 1, None))
        return last, self.estimates(day, last)

    def on_or_after(self, day: date) -> tuple[date, bool]:
        """Return *day* if it is worked, else the next working day, and whether it is estimated."""
        last = next(self._working_from(day))
        return last, self.estimates(day, last)

    def between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to and with *end*; 0 when *end* is earlier."""
        span = max(0, (end - start).days)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, span + 1))

    def estimates(self, start: date, end: date) -> bool:
        """Whether any year from *start* to *end* is not covered."""
        return any(not self.covers(year) for year in range(start.year, end.year + 1))

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Return the years an administrator should load now.

        That is this year, and from 1 November on next year as well.
        """
        wanted = (today.year, today.year + 1) if today.month >= NOVEMBER else (today.year,)
        return tuple(year for year in wanted if not self.covers(year))

    def _working_from(self, day: date) -> Iterator[date]:
        while True:
            if self.is_working(day):
                yield day
            day += ONE_DAY


@cache
def _shipped() -> WorkCalendar:
    table = files("kernel").joinpath("data", "work_calendar_cn.csv")
    return WorkCalendar.parse(table.read_text(encoding="utf-8-sig"))


def _read(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[WorkDay]:
    """Turn rows into days, or refuse with everything that is wrong with them."""
    days: list[WorkDay] = []
    seen: set[date] = set()
    bad: list[str] = []
    for number, row in rows:
        day, wrong = _day(row)
        if day is not None and day.date in seen:
            day, wrong = None, "这一天写了两次"
        if day is None:
            bad.append(f"第 {number} 行：{wrong}。")
            continue
        seen.add(day.date)
        days.append(day)
    if bad:
        raise BadCalendar("\n".join(bad))
    if not days:
        raise BadCalendar("表里一行日期也没有。")
    return days


def _day(row: Mapping[str, str]) -> tuple[WorkDay | None, str]:
    """Return the day of one row, or None and what is wrong."""
    values = {key: text.strip() for key, text in row.items() if isinstance(text, str)}
    values["kind"] = KINDS.get(values["kind"], values["kind"])
    try:
        day = date.fromisoformat(values["date"])
    except ValueError:
        return None, "日期要写成 2026-10-01 这样"
    if values["date"] != day.isoformat():  # Python also takes 20261001 and 2026-W40-4
        return None, "日期要写成 2026-10-01 这样"
    if values["kind"] not in set(DayKind):
        return None, "安排只能写放假或补班"
    wrong = _odd(row, values, day)
    return (None, wrong) if wrong else (WorkDay(day, DayKind(values["kind"]), values["name"]), "")


def _odd(row: Mapping[str, str], values: Mapping[str, str], day: date) -> str:
    """Say what makes a readable row unbelievable: most likely a slip in its date."""
    if "more" in row:
        return "列多了"
    if not values["name"]:
        return "没有写是什么节"
    weekday = WEEKDAYS[day.weekday()]
    if values.get("weekday") not in {None, "", weekday}:
        return f"这一天是星期{weekday}，和星期那一列不符"
    if values["kind"] == DayKind.WORK and day.weekday() < SATURDAY:
        return f"补班应当在星期六或星期日，这一天是星期{weekday}"
    return ""
