"""Months of the coins: when each is cut, what its table says, and the bytes that are hashed.

A month runs from the cut of the month before to 23:50 in Shanghai on its last day.  A *period* is
its name, ``2026-03``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from kernel.clock import SHANGHAI
from kernel.sheets import as_csv
from points.rules.caps import span
from points.rules.kinds import PostingKind
from points.rules.table import Period, ReviewLevel, Source

CUT: Final = time(23, 50)


class Sphere(StrEnum):
    """In which column of the table something earned stands."""

    HAZARDS = "hazards"
    VOLUNTEERING = "volunteering"
    MEDIATION = "mediation"
    OTHER = "other"


# What is earned in another way than by these is 其他.
SPHERES: Final[Mapping[Source, Sphere]] = MappingProxyType(
    {
        Source.CASE: Sphere.HAZARDS,
        Source.ACTIVITY: Sphere.VOLUNTEERING,
        Source.DISPUTE: Sphere.MEDIATION,
    }
)
AWARDS: Final = (PostingKind.AWARD_REVIEWED, PostingKind.AWARD_SYSTEM)
SPENDS: Final = (PostingKind.REDEMPTION, PostingKind.CAPTURE)
SIGNERS: Final = (ReviewLevel.VILLAGE, ReviewLevel.TOWN)  # in this order

# The columns of a statement that are whole coins, as the table shows them.
COINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "opening": "期初",
        "hazards": "隐患",
        "volunteering": "志愿",
        "mediation": "调解",
        "other": "其他",
        "spent": "兑换",
        "expired": "到期",
        "adjusted": "调整",
        "closing": "期末",
        "late": "其中补记",
    }
)
HEADS: Final = ("户号", *COINS.values(), "账页", "账页指纹")


def first_day(period: str) -> date:
    """Return the first day of a month.

    Raises:
        ValueError: *period* is none.
    """
    if len(period) != len("2026-03") or not period.isascii():
        raise ValueError(period)
    return date.fromisoformat(f"{period}-01")


def cut_of(period: str) -> datetime:
    """Return the moment, aware, from which on what is posted belongs to the next month."""
    last = span(Period.MONTH, first_day(period))[1]
    return datetime.combine(last, CUT, SHANGHAI)


def next_period(period: str) -> str:
    """Return the month after."""
    return named(span(Period.MONTH, first_day(period))[1] + timedelta(days=1))


def named(day: date) -> str:
    """Return the name of the calendar month in which *day* lies."""
    return f"{day.year:04}-{day.month:02}"


def period_of(moment: datetime) -> str:
    """Return the month to which something posted at *moment* belongs."""
    period = named(moment.astimezone(SHANGHAI).date())
    return period if moment < cut_of(period) else next_period(period)


def is_over(period: str, moment: datetime) -> bool:
    """Whether the month has been cut by *moment*."""
    return moment >= cut_of(period)


def is_late(effective_on: str, posted_at: datetime) -> bool:
    """Whether something done on *effective_on* was posted into a later month (补记)."""
    return effective_on[:7] < period_of(posted_at)


def sheet(
    rows: Iterable[Sequence[object]], *, village: str, period: str, previous: str
) -> Sequence[Sequence[object]]:
    """Return the rows of a village's table below its heads, the sums and what it goes on from.

    *rows* begin with the household's number, then the coins as in ``COINS``, the version of the
    last entry and its hash.  *previous* is the fingerprint of the table before, "" for none.
    """
    table = [tuple(row) for row in rows]
    sums = [sum(int(str(row[place])) for row in table) for place in range(1, len(COINS) + 1)]
    blank = [""] * len(COINS)
    return [
        *table,
        ("合计", *sums, "", ""),
        ("村、社区和月份", village, period, *blank),
        ("上月指纹", previous or "没有", "", *blank),
    ]


def canonical(rows: Iterable[Sequence[object]]) -> bytes:
    """Return the one CSV of a table, which is what people download and what is hashed."""
    return "".join(as_csv(HEADS, rows)).encode()


def fingerprint_of_table(table: bytes) -> str:
    """Return the SHA-256 of a canonical CSV, in hex."""
    return sha256(table).hexdigest()
