"""What an auditor looks for, and how much of a table they may take away at once."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from kernel.clock import SHANGHAI
from points.errors import Unsaid
from points.rules.caps import span
from points.rules.claims import ClaimState
from points.rules.deductions import DeductionState
from points.rules.months import first_day
from points.rules.table import Period

MOST_EXPORTED: Final = 5000  # lines; more would be held in memory, and nobody reads more
PARTS: Final = ("claims", "deductions", "reversals", "warnings")
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """What part of the books is looked at; "" and 0 leave a column as it is."""

    part: str = "claims"
    village: str = ""  # a code, or what it begins with
    period: str = ""  # 2026-03
    rule: str = ""
    reviewer: int = 0
    state: str = ""

    def checked(self) -> "AuditWish":
        """Return itself.

        Raises:
            Unsaid: what was chosen is none.
        """
        if self.part not in PARTS:
            raise Unsaid("请选要看的是哪一部分")
        if self.period and not _is_month(self.period):
            raise Unsaid("月份要写成 2026-03 这样")
        states = {*ClaimState, *DeductionState}
        if self.state and self.state not in states:
            raise Unsaid("请从列出来的里面选一种状态")
        if self.rule and not (self.rule.isascii() and self.rule.isalnum()):
            raise Unsaid("请从列出来的里面选一条规则")  # it names the file, too
        if self.village and not (self.village.isascii() and self.village.isdecimal()):
            raise Unsaid("请从列出来的村里选一个")
        return self

    def between(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last moment of the month, None for all months."""
        if not self.period:
            return None
        first, last = span(Period.MONTH, first_day(self.period))
        return (
            datetime.combine(first, time(), SHANGHAI),
            datetime.combine(last, time.max, SHANGHAI),
        )

    def day(self, today: date) -> date:
        """Return a day of the month that was chosen, else *today*."""
        return first_day(self.period) if self.period else today

    def asked(self) -> dict[str, Any]:
        """Return what was chosen, as the words of an address."""
        words = {
            "part": self.part,
            "village": self.village,
            "month": self.period,
            "rule": self.rule,
            "reviewer": str(self.reviewer or ""),
            "state": self.state,
        }
        return {name: word for name, word in words.items() if word}


def _is_month(period: str) -> bool:
    try:
        return _FIRST_YEAR <= first_day(period).year <= _LAST_YEAR
    except ValueError:
        return False
