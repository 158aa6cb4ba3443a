"""Spans of time as the policies write them: 60s, 5m, 24h, 30d, 3wd."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

SPELLING: Final = re.compile(r"([1-9][0-9]{0,4})(s|m|h|d|wd)", re.ASCII)


class Unit(StrEnum):
    """What a span counts.  Only working days know holidays."""

    SECOND = "s"
    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    WORKING_DAY = "wd"


LENGTHS: Final = {
    Unit.SECOND: timedelta(seconds=1),
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """So many of one unit; never zero of them."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read ``5m`` or ``3wd``.

        Raises:
            ValueError: it is spelled otherwise.
        """
        found = SPELLING.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), Unit(found[2]))

    @property
    def spelled(self) -> str:
        """How the policies write it."""
        return f"{self.count}{self.unit}"

    @property
    def length(self) -> timedelta:
        """How long it lasts on any clock.

        Raises:
            KeyError: working days, whose length depends on the calendar.
        """
        return self.count * LENGTHS[self.unit]
