"""A table of households, read line by line into parts that are written one after the other.

It needs no database and takes its time.  A part holds the good lines of 250, sealed as a
whole; so 200,000 people never stand in memory at once, and none of them lies open in the store.
"""

import base64
import json
import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kernel.db import keyring
from people import rules
from people.errors import BadFile
from people.models import name_indexes

MOST_TOLD: Final = 1000  # bad lines that are named; the rest are counted
PART: Final = 250  # lines of the table: written well within a second, for which all others wait


class Line(NamedTuple):
    """One line as it goes into the database; without a member `name` is None."""

    line: int
    number: str
    area_code: str
    kind: str
    firm: str
    address: str
    name: str | None  # sealed
    name_index: str | None
    surname_index: str | None
    phone: str | None  # sealed
    phone_index: str | None
    is_head: bool


@dataclass(slots=True)
class Prepared:
    """What became of a table."""

    lines: int = 0
    households: int = 0
    problem_count: int = 0
    problems: list[str] = field(default_factory=list)  # the first

    def blame(self, problems: Iterable[rules.Problem | str]) -> None:
        """Count what is wrong, and keep the first of it."""
        for problem in problems:
            self.problem_count += 1
            if len(self.problems) < MOST_TOLD:
                self.problems.append(str(problem))


def prepare(
    content: bytes,
    *,
    areas: Collection[str],
    may: Callable[[str], bool],
    keep: Callable[[bytes], None],
) -> Prepared:
    """Look through a table; what is good of each 250 lines goes to *keep*, in their order.

    Args:
        content: the file as it came.
        areas: the open areas.
        may: whether whoever imports may write into an area.
        keep: takes one part, for `open_part`.
    """
    found, good = Prepared(), list[rules.HouseholdLine]()
    table = rules.HouseholdTable(areas, may)
    try:
        for row in rules.open_sheet(content, rules.HOUSEHOLD_COLUMNS, rules.LARGE):
            found.lines += 1
            line = table.read(row)
            if isinstance(line, rules.Problem):
                found.blame([line])
            else:
                good.append(line)
            if found.lines % PART == 0:
                keep(_part(good))
                good.clear()
    except BadFile as refusal:
        found.blame([str(refusal)])
    if found.lines % PART:
        keep(_part(good))
    found.households = table.households
    return found


def parts_of(lines: int) -> int:
    """Return how many parts a table of that many lines has."""
    return -(-lines // PART)


def open_part(part: bytes, *, seals: bool) -> list[Line]:
    """Return the lines of a part, sealed one by one if *seals*: to compare needs no names."""
    return [_indexed(Line(*values), seals=seals) for values in json.loads(opened(part))]


def sealed(content: bytes) -> bytes:
    """Return *content* as it may lie in the store."""
    return keyring().seal(base64.b64encode(zlib.compress(content)).decode()).encode()


def opened(content: bytes) -> bytes:
    """Return what was `sealed`."""
    return zlib.decompress(base64.b64decode(keyring().open(content.decode())))


def _part(lines: Iterable[rules.HouseholdLine]) -> bytes:
    return sealed(json.dumps([_plain(line) for line in lines]).encode())


def _plain(read: rules.HouseholdLine) -> Line:
    """Return a line as it lies in a part: what is found by comes when the part is opened."""
    home, member = read.household, read.member
    name, phone, is_head = None, None, False
    if member is not None:
        name, phone, is_head = member.name, member.phone or None, member.is_head
    of_home = (read.line, home.number, home.area_code, home.kind.value, home.name)
    return Line(*of_home, home.address, name, None, None, phone, None, is_head)


def _indexed(line: Line, *, seals: bool) -> Line:
    if line.name is None:
        return line
    ring, (whole, family) = keyring(), name_indexes(line.name)
    return line._replace(
        name=ring.seal(line.name) if seals else "",
        name_index=whole,
        surname_index=family,
        phone=ring.seal(line.phone) if seals and line.phone else None,
        phone_index=line.phone and ring.index(line.phone),
    )
