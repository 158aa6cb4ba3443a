"""Balances from before: what is wrong with the lines of a table of them, line by line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from people.errors import BadField
from people.rules.households import checked_number
from people.rules.imports import Finding, Problem
from people.rules.sheets import Row

MOST_OPENING: Final = 100_000  # coins of one household: a typed zero too many
OPENING_COLUMNS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {"number": ("户号",), "coins": ("绿币", "余额", "币")}
)


class OpeningState(StrEnum):
    """How far a table has come."""

    WAITING = "waiting"  # signed by whoever sent it
    POSTING = "posting"  # signed by a second person, and on its way into the books
    POSTED = "posted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            "waiting": "等另一个人签",
            "posting": "正在记账",
            "posted": "记好了",
            "refused": "没有同意",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHome:
    """A household that a table may name, and what speaks against it."""

    household_id: int
    area_code: str
    against: str = ""  # a reason, without its full stop


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """A line that was read and found good."""

    line: int
    household_id: int
    coins: int


def checked_coins(cell: str) -> int:
    """Return the whole coins of a cell.

    Raises:
        BadField: it is no number, not whole, not above zero, or too many.
    """
    typed = unicodedata.normalize("NFKC", cell).strip().replace(",", "")
    if not typed:
        raise BadField("没有写绿币")
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", typed):
        raise BadField("绿币要写数字")
    if typed.startswith("-"):
        raise BadField("绿币不能是负数")
    if "." in typed:
        raise BadField("绿币要写整数，不能有小数")
    digits = typed.lstrip("+0")
    if not digits:
        raise BadField("绿币要大于 0，没有币的户不用写")
    if len(digits) > len(str(MOST_OPENING)) or int(digits) > MOST_OPENING:
        raise BadField(f"绿币太多，一户最多 {MOST_OPENING} 币")
    return int(digits)


def check_openings(
    rows: Iterable[Row], known: Mapping[str, KnownHome]
) -> tuple[list[OpeningLine], list[Problem]]:
    """Read the lines of a table; return the good ones and every bad one.

    Args:
        rows: the lines.
        known: the households there are within reach, by number.
    """
    good: list[OpeningLine] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row in rows:
        found = Finding(row)
        number = found.read(checked_number, "number", "")
        coins = found.read(checked_coins, "coins", 0)
        home = known.get(number)
        if number and home is None:
            found.reasons.append("没有这个户号，或者它不归您管")
        if home is not None:
            found.reasons.append(home.against)
        if number in seen:
            found.reasons.append(f"和第 {seen[number]} 行是同一户")
        seen.setdefault(number, row.line)
        problem = found.problem()
        problems += problem
        if not problem and home is not None:
            good.append(OpeningLine(row.line, home.household_id, coins))
    return good, problems


def numbers_of(rows: Iterable[Row]) -> set[str]:
    """Return the household numbers that a table names, of those that are any."""
    found = set()
    for row in rows:
        try:
            found.add(checked_number(row.cells.get("number", "")))
        except BadField:
            continue
    return found


def common_area(codes: Sequence[str], lengths: Sequence[int]) -> str:
    """Return the smallest area that contains all of *codes*; *lengths* are those of codes."""
    first, last = min(codes), max(codes)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    most = min(map(len, codes)) if same is None else same
    return first[: max(length for length in lengths if length <= most)]
