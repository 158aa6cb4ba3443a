"""How scans are counted: by code and week, and never by who scanned."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qr.rules.lifecycle import CodeKind, is_secret

TALLY: Final = "scans"  # what the day's counts are kept under until they are written down
WEEK: Final = timedelta(days=7)
SHOWN_WEEKS: Final = 8
# Programs that open links by themselves; no browser calls itself so.
ROBOTS: Final = (
    "bot",
    "spider",
    "crawl",
    "preview",
    "curl",
    "wget",
    "python",
    "monitor",
    "headless",
)


class Watch(StrEnum):
    """Codes that somebody ought to look at."""

    WRONG = "wrong"  # somebody says that something is wrong with it
    UNSCANNED = "unscanned"  # it hangs, and nobody has scanned it since
    SILENT = "silent"  # it used to be scanned, and is no more
    FAR = "far"  # whoever reports from it says they are far away


WATCH_NAMES: Final[Mapping[Watch, str]] = MappingProxyType(
    {
        Watch.WRONG: "有人说有问题",
        Watch.UNSCANNED: "挂了没人扫",
        Watch.SILENT: "8 周没人扫了",
        Watch.FAR: "报得很远",
    }
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: scans by code and week, and each code's last day."""

    scans: Mapping[tuple[int, date], int] = field(default_factory=dict)
    last: Mapping[int, date] = field(default_factory=dict)


def counts_as_scan(kind: CodeKind | None, *, agent: str, purpose: str) -> bool:
    """Whether somebody seems to stand before the code; a household's card is never counted."""
    if kind is None or is_secret(kind):
        return False
    said = agent.lower()
    return "prefetch" not in purpose.lower() and not any(name in said for name in ROBOTS)


def scan_field(code_id: int, day: date) -> str:
    """Return under which word the scans of a code on a day are counted."""
    return f"{code_id}:{day.isoformat()}"


def read_counts(tallied: Mapping[str, int]) -> Counts:
    """Return what `scan_field` has counted; what it cannot have written is left out."""
    scans: Counter[tuple[int, date]] = Counter()
    last: dict[int, date] = {}
    for word, number in tallied.items():
        code, _, said = word.partition(":")
        try:
            code_id, day = int(code), date.fromisoformat(said)
        except ValueError:
            continue
        if number > 0:
            scans[code_id, week_of(day)] += number
            last[code_id] = max(day, last.get(code_id, day))
    return Counts(scans, last)


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_before(today: date) -> tuple[date, ...]:
    """Return the Mondays of the last eight weeks, this one included, the oldest first."""
    return tuple(week_of(today) - WEEK * back for back in reversed(range(SHOWN_WEEKS)))


def silent_since(today: date) -> date:
    """Return the day before which a code that used to be scanned must have been scanned last."""
    return today - WEEK * SHOWN_WEEKS
