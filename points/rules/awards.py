"""Whether a closed case pays, by which rule, and who has to look at it first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from grid.rules import Finding, Urgency
from kernel.clock import SHANGHAI
from points.rules.table import ReviewLevel, Rule, RuleTable

BURST: Final = timedelta(minutes=10)
MOST_IN_BURST: Final = 4  # so many within ten minutes are looked at one by one
MOST_IN_DAY: Final = 10


def case_rule(
    table: RuleTable, *, coin: str | None, urgency: Urgency, finding: Finding
) -> Rule | None:
    """Return the rule a case falls under as it was closed, or None where it earns nothing.

    *coin* is what its category names.  Between P01 and P02 the urgency decides; P03 stays P03.
    """
    if coin not in table.case_award.rules or finding not in table.case_award.findings:
        return None
    by_urgency = table.case_award.by_urgency
    code = by_urgency[urgency] if coin in by_urgency.values() else coin
    found = table.by_code.get(code or "")
    return found if found is not None and found.active else None


def is_burst(moment: datetime, others: Iterable[datetime]) -> bool:
    """Whether somebody who reported at *moment* reported too many to pay without a second look.

    *others* are the other reports of the same person: four within any ten minutes around this one,
    or ten on one day in Shanghai, this one counted.
    """
    near = sorted([moment, *(one for one in others if abs(one - moment) <= BURST)])
    for first in near:
        if first <= moment and sum(first <= one <= first + BURST for one in near) >= MOST_IN_BURST:
            return moment <= first + BURST
    day = moment.astimezone(SHANGHAI).date()
    same = sum(one.astimezone(SHANGHAI).date() == day for one in others)
    return same + 1 >= MOST_IN_DAY


def levels_for(
    rule: Rule, *, flagged: bool = False, sensitive: bool = False
) -> tuple[ReviewLevel, ...]:
    """Return who has to look at a claim.

    What is *flagged* gets two looks even where the rule asks for one.  Who reported a *sensitive*
    case is not for the village to know, so the village is never asked about it.
    """
    levels = rule.levels
    if flagged and len(levels) < 2:  # noqa: PLR2004 - two looks
        levels = (ReviewLevel.VILLAGE, ReviewLevel.TOWN)
    if sensitive:
        levels = tuple(one for one in levels if one is not ReviewLevel.VILLAGE)
    return levels


def next_level(
    levels: Sequence[ReviewLevel], passed: Collection[ReviewLevel]
) -> ReviewLevel | None:
    """Return who is to look next, None when all have."""
    return next((one for one in levels if one not in passed), None)


def claimable_until(closed_at: datetime, days: int) -> date:
    """Return the last day in Shanghai on which a closed case can still be claimed."""
    return closed_at.astimezone(SHANGHAI).date() + timedelta(days=days)
