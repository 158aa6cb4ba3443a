"""A new version of the rules: built from the one before by what is changed, and how they differ."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from points.errors import BadRules
from points.rules.table import NegativeRule, Rule, RuleTable, Source

# What rules may be opened for: the rest waits for its feature.
BUILT: Final = frozenset(
    {Source.CASE, Source.ACTIVITY, Source.DISPUTE, Source.MANUAL, Source.EVALUATE}
)
CAPS: Final[Mapping[str, str]] = {
    "person_day": "一个人一天最多几币",
    "person_month": "一个人一个月最多几币",
    "household_month": "一家一个月最多几币",
    "person_year": "一个人一年最多几币",
}


class DraftState(StrEnum):
    """What became of a draft."""

    WAITING = "waiting"
    SET = "set"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say differently; "" for what one of them does not say."""

    code: str  # "" for what is of no single rule
    name: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWish:
    """What is wanted of one rule."""

    active: bool
    coins: int
    caps: Mapping[str, int]  # by period; a deduction's are those the rule has
    notice_days: int | None = None  # of a deduction


def drafted(
    table: RuleTable, rules: Mapping[str, RuleWish], caps: Mapping[str, int], *, version: int
) -> RuleTable:
    """Return a version with what is wanted changed; what is not named stays.

    Raises:
        BadRules: nothing is changed, a rule is opened whose feature there is not, or the whole
            is no rule table.
    """
    tree: dict[str, Any] = copy.deepcopy(json.loads(table.text))
    for row in (*tree["positive"], *tree["negative"]):
        wish = rules.get(row["code"])
        if wish is not None:
            _change(row, wish)
    tree["caps"].update({name: value for name, value in caps.items() if name in CAPS})
    if tree == json.loads(table.text):
        raise BadRules("没有改动。")
    tree["version"] = version
    return RuleTable.of(tree)


def differences(before: RuleTable, after: RuleTable) -> Iterator[Difference]:
    """Yield what two versions say differently about what is paid, taken, and how often."""
    for code in sorted({*before.by_code, *after.by_code}):
        yield from _of(code, before.by_code.get(code), after.by_code.get(code))
    old, new = ({one.code: one for one in table.negative} for table in (before, after))
    for code in sorted({*old, *new}):
        yield from _of(code, old.get(code), new.get(code))
    for name, label in CAPS.items():
        was, is_now = getattr(before.caps, name), getattr(after.caps, name)
        if was != is_now:
            yield Difference("", label, "coins", str(was), str(is_now))


def _change(row: dict[str, Any], wish: RuleWish) -> None:
    was = row.get("active", True)
    if wish.active and not was and row.get("source", "manual") not in BUILT:
        raise BadRules("“%(name)s”的功能还没有，不能启用。", name=row["name"])
    if wish.active != was:
        row["active"] = wish.active
        row.pop("until", None)
    row["coins"] = wish.coins
    if row.get("cap"):
        row["cap"] = {name: wish.caps.get(name, most) for name, most in row["cap"].items()}
    if wish.notice_days is not None and "notice_days" in row:
        row["notice_days"] = wish.notice_days


def _of(
    code: str, before: Rule | NegativeRule | None, after: Rule | NegativeRule | None
) -> Iterator[Difference]:
    old, new = _said(before), _said(after)
    name = (after or before or _NOBODY).name
    for what in dict.fromkeys((*old, *new)):
        if old.get(what, "") != new.get(what, ""):
            yield Difference(code, name, what, old.get(what, ""), new.get(what, ""))


def _said(rule: Rule | NegativeRule | None) -> dict[str, str]:
    if rule is None:
        return {}
    said = {"name": rule.name, "active": "on" if rule.active else "off", "coins": str(rule.coins)}
    said["levels"] = ",".join(rule.levels)
    if isinstance(rule, Rule):
        said |= {period.value: str(most) for period, most in rule.caps}
    else:
        said["notice"] = str(rule.notice_days)
    return said


class _Nobody:
    name = ""


_NOBODY: Final = _Nobody()
