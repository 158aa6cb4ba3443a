"""A table of households, read line by line into what the database will be given.

It needs no database and takes its time; what it has read lies in a file without a name, names and
numbers sealed, so that 200,000 people never stand in memory at once.
"""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple

from kernel.db import keyring
from people import rules
from people.errors import BadFile
from people.models import name_indexes

MOST_TOLD: Final = 1000  # bad lines that are named; the rest are counted
BATCH: Final = 1000


class Line(NamedTuple):
    """One line as it goes into the database; without a member `name_index` is None."""

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
    """What became of a table, and where its good lines lie."""

    file: IO[str]
    lines: int = 0
    households: int = 0
    problem_count: int = 0
    problems: list[str] = field(default_factory=list)  # the first

    def blame(self, problem: rules.Problem | str) -> None:
        """Count what is wrong, and keep the first of it."""
        self.problem_count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(str(problem))

    def batches(self) -> Iterator[list[Line]]:
        """Yield the good lines, a thousand at a time."""
        self.file.seek(0)
        while batch := [Line(*json.loads(line)) for line in islice(self.file, BATCH)]:
            yield batch


def prepare(
    content: bytes, *, areas: Collection[str], may: Callable[[str], bool], seals: bool
) -> Prepared:
    """Look through a table, and seal it if *seals*: a first look needs no sealed names.

    Args:
        content: the file as it came.
        areas: the open areas.
        may: whether whoever imports may write into an area.
        seals: whether what was read is to be written.
    """
    found = Prepared(TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 - closed by whoever writes it
    table = rules.HouseholdTable(areas, may)
    try:
        for row in rules.open_sheet(content, rules.HOUSEHOLD_COLUMNS, rules.LARGE):
            found.lines += 1
            line = table.read(row)
            if isinstance(line, rules.Problem):
                found.blame(line)
            else:
                json.dump(_line(line, seals=seals), found.file)
                found.file.write("\n")
    except BadFile as refusal:
        found.blame(str(refusal))
    found.households = table.households
    return found


def _line(read: rules.HouseholdLine, *, seals: bool) -> Line:
    home, member = read.household, read.member
    of_household = (read.line, home.number, home.area_code, home.kind.value, home.name)
    if member is None:
        nobody = (None, None, None, None, None)
        return Line(*of_household, home.address, *nobody, is_head=False)
    whole, family = name_indexes(member.name)
    phone = member.phone
    return Line(
        *of_household,
        home.address,
        keyring().seal(member.name) if seals else None,
        whole,
        family,
        keyring().seal(phone) if phone and seals else None,
        keyring().index(phone) if phone else None,
        member.is_head,
    )
