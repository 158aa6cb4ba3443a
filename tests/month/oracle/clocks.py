"""The clocks, from the calendar and the policy as they are written down."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

HERE: Final = ZoneInfo("Asia/Shanghai")
ROOT: Final = Path(__file__).parents[3]
GRID: Final = ROOT / "grid" / "data"
A_MINUTE: Final = timedelta(minutes=1)
A_DAY: Final = timedelta(days=1)
DUSK: Final = 22
DAWN: Final = 7
END_OF_WORK: Final = time(17, 30)
START_OF_WORK: Final = time(8, 30)
NINE: Final = time(9)


@cache
def read(name: str) -> Any:  # noqa: ANN401 - whatever the file says
    """Return one of the domain's files."""
    return yaml.safe_load((GRID / f"{name}.yaml").read_text("utf-8"))


@cache
def odd_days() -> dict[date, bool]:
    """Return the days that are not what their weekday says, and whether they are worked."""
    table = ROOT / "kernel" / "data" / "work_calendar_cn.csv"
    with table.open(encoding="utf-8-sig") as lines:
        return {
            date.fromisoformat(row["date"]): row["kind"] == "work" for row in csv.DictReader(lines)
        }


def is_worked(day: date) -> bool:
    """Whether people work on that day."""
    return odd_days().get(day, day.isoweekday() <= 5)


def at(day: date, clock: time) -> datetime:
    """Return that time of that day, here."""
    return datetime.combine(day, clock, HERE).astimezone(UTC)


def is_night(moment: datetime) -> bool:
    """Whether what can wait waits."""
    hour = moment.astimezone(HERE).hour
    return hour >= DUSK or hour < DAWN


def dawn_after(moment: datetime) -> datetime:
    """Return *moment*, or seven o'clock if it is night."""
    if not is_night(moment):
        return moment
    here = moment.astimezone(HERE)
    day = here.date() + (A_DAY if here.hour >= DUSK else timedelta())
    return at(day, time(DAWN))


def minutes_after(start: datetime, minutes: int, *, urgent: bool) -> datetime:
    """Return when so many minutes have run; for what can wait none run at night."""
    if urgent:
        return start + minutes * A_MINUTE
    moment, left = dawn_after(start), minutes * A_MINUTE
    dusk = at(moment.astimezone(HERE).date(), time(DUSK))
    if moment + left <= dusk:
        return moment + left
    return dawn_after(dusk) + (left - (dusk - moment))


def working_days_after(start: datetime, days: int) -> datetime:
    """Return the end of the n-th day of work after the day of *start*."""
    day = start.astimezone(HERE).date()
    while days:
        day += A_DAY
        days -= is_worked(day)
    return at(day, END_OF_WORK)


def office_minutes_after(start: datetime, minutes: int) -> datetime:
    """Return when so many minutes of office hours have run."""
    moment, left = start, minutes * A_MINUTE
    while True:
        day = moment.astimezone(HERE).date()
        moment = max(moment, at(day, START_OF_WORK))
        there = at(day, END_OF_WORK) - moment if is_worked(day) else timedelta()
        if left <= there:
            return moment + left
        left -= max(there, timedelta())
        moment = at(day + A_DAY, time())


Stop = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """So many hours (h), days (d) or days of work (wd)."""

    count: int
    unit: str

    def ends(self, start: datetime, stops: Iterable[Stop] = ()) -> datetime:
        """Return when it is over; a standstill of *stops* that began in time moves the end."""
        days, stood = 0, timedelta()
        due = self._over(start, days, stood)
        for begin, end in sorted(stops):
            if end <= start or begin >= due:
                continue
            begun = max(begin, start)
            first, last = begun.astimezone(HERE).date(), end.astimezone(HERE).date()
            passed = [first + n * A_DAY for n in range(1, (last - first).days + 1)]
            days += sum(map(is_worked, passed)) if self.unit == "wd" else len(passed)
            stood += end - begun
            due = self._over(start, days, stood)
        return due

    def warns(self, due: datetime) -> datetime:
        """Return when to say that it may be late: that morning, or four hours before, or half."""
        if self.unit == "h":
            return due - min(timedelta(hours=4), timedelta(hours=self.count) / 2)
        return at(due.astimezone(HERE).date(), NINE)

    def _over(self, start: datetime, days: int, stood: timedelta) -> datetime:
        if self.unit == "h":
            return start + timedelta(hours=self.count) + stood
        if self.unit == "wd":
            return working_days_after(start, self.count + days)
        day = start.astimezone(HERE).date() + (self.count + days) * A_DAY
        while not is_worked(day):
            day += A_DAY
        return at(day, END_OF_WORK)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a kind of thing has for clocks."""

    urgent: bool
    police: bool
    close: Span
    longest: Span | None  # once more time was given


@cache
def kinds() -> dict[str, dict[str, Any]]:
    """Return each category by its code, with its tile."""
    file = read("event_categories")
    rows = {
        item["code"]: {"tile": group["tile"], **item}
        for group in file["groups"]
        for item in group["items"]
    }
    return rows | {item["code"]: item for item in file["system_items"]}


def code_of(name: str) -> str:
    """Return the code of a category by its name."""
    return next(code for code, row in kinds().items() if row["name"] == name)


def terms_of(category: str | None, tile: str | None, danger: bool | None) -> Terms:  # noqa: FBT001 - what the form says
    """Return the clocks of a kind of thing, as known at a time."""
    row = kinds().get(category or "", {})
    mode = row.get("urgent", "ask")
    urgent = mode == "always" or (mode == "ask" and danger is True)
    under = [one for one in kinds().values() if one.get("tile") == tile] if tile else []
    maybe = [row] if row else under
    police = bool(maybe) and all(one.get("privacy") == "police" for one in maybe)
    mediated = bool(maybe) and all(one.get("policy") == "mediate" for one in maybe)
    policies = read("sla_policies")["policies"]
    if mediated:
        close = span(policies["mediate"]["close"])
    elif urgent:
        close = Span(row.get("close_h", 24), "h")
    else:
        close = Span(row.get("close_wd", row.get("reply_wd", 3)), "wd")
    longest = Span(row["ext_wd"], "wd") if "ext_wd" in row else None
    return Terms(urgent, police, close, longest)


def span(text: str) -> Span:
    """Read 24h, 30d or 3wd."""
    number = "".join(filter(str.isdigit, text))
    return Span(int(number), text.removeprefix(number))


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the schedule is beaten: each full minute but while it was down."""

    down: tuple[datetime, datetime]

    def beat(self, moment: datetime, *, rests: bool = False) -> datetime:
        """Return the first beat from *moment* on; what *rests* waits for the morning at night."""
        full = moment.replace(second=0, microsecond=0)
        full += timedelta() if full == moment else A_MINUTE
        begins, ends = self.down
        if begins <= full < ends:
            full = ends
        return self.beat(dawn_after(full)) if rests and is_night(full) else full
