"""The rules of the coins: versioned reference data, read into values that cannot change.

``SHIPPED`` is what the program brings along; ``RuleTable.read`` reads another version.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar

import yaml

from grid.rules import CATALOGUE, Finding, Urgency
from kernel.shipped import read_shipped
from points.errors import BadRules, NoSuchRule
from points.rules.budget import BudgetRule
from points.rules.forbidden import FORBIDDEN, check_reason
from points.rules.shapes import check_shape

MOST_COINS: Final = 1000  # of one rule or cap; a typed zero too many must not pay
E = TypeVar("E", bound=StrEnum)


class Period(StrEnum):
    """What a cap counts within."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def label(self) -> str:
        """What residents read: 每天最多 2 次."""
        return {"day": "每天", "month": "每月", "quarter": "每季度", "year": "每年"}[self.value]


class ReviewLevel(StrEnum):
    """Who looks at a claim, from the bottom up."""

    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return {"village": "村里", "town": "镇里", "district": "区里"}[self.value]


class Source(StrEnum):
    """What a rule pays for."""

    CASE = "case"
    ACTIVITY = "activity"
    DISPUTE = "dispute"
    LESSON = "lesson"
    PLACE = "place"
    MEETING = "meeting"
    TENANCY = "tenancy"
    EVALUATE = "evaluate"
    MANUAL = "manual"


class Earner(StrEnum):
    """Who may earn by a rule, or lose."""

    ANYBODY = "anybody"
    MEDIATOR = "mediator"
    PLACE_OWNER = "place_owner"
    LANDLORD = "landlord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the positive list.  ``caps`` counts times, never coins."""

    code: str
    name: str
    coins: int
    source: Source
    caps: tuple[tuple[Period, int], ...]
    evidence: str
    levels: tuple[ReviewLevel, ...]
    earner: Earner
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeRule:
    """One line of the negative list: *coins* is below zero."""

    code: str
    name: str
    coins: int
    notice_days: int
    freeze_days: int
    restorable: bool
    clawback: bool  # what the balance does not cover is offset against later awards
    caps: tuple[tuple[Period, int], ...]  # times for one household
    levels: tuple[ReviewLevel, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Caps:
    """Whole coins a person or household may earn; ``exempt`` rules neither count nor are cut."""

    person_day: int
    person_month: int
    household_month: int
    person_year: int
    exempt: frozenset[str]


@dataclass(frozen=True, slots=True)
class CaseAward:
    """How a closed case pays: only with such a finding; by urgency, or by its category's rule."""

    rules: frozenset[str]
    findings: frozenset[Finding]
    by_urgency: Mapping[Urgency, str]


@dataclass(frozen=True)
class RuleTable:
    """One version of the table."""

    version: int
    positive: tuple[Rule, ...]
    negative: tuple[NegativeRule, ...]
    caps: Caps
    case_award: CaseAward
    claim_days: int  # from the closing of a case
    remind_days: tuple[int, ...]
    sla_days: Mapping[ReviewLevel, int]  # working days
    budget: BudgetRule
    tree: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> "RuleTable":
        """Read YAML or JSON.

        Raises:
            BadRules: it is no whole rule table, or one that must not be.
        """
        try:
            tree = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BadRules("规则表读不出来。") from error
        return cls.of(tree)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> "RuleTable":
        """Read a tree.

        Raises:
            BadRules: as ``read``.
        """
        try:
            return cls._of(tree)
        except (AttributeError, TypeError) as error:  # a list where a map belongs, and the like
            raise BadRules("规则表读不出来。") from error

    @classmethod
    def _of(cls, tree: Mapping[str, Any]) -> "RuleTable":
        check_shape(tree)
        award = tree["case_award"]
        table = cls(
            version=_whole(tree["version"], "version"),
            positive=tuple(_rule(row) for row in tree["positive"]),
            negative=tuple(_negative(row) for row in tree["negative"]),
            caps=_caps(tree["caps"]),
            case_award=CaseAward(
                frozenset(_texts(award["rules"], "case_award.rules")),
                frozenset(
                    _one_of(Finding, one, "findings") for one in _texts(award["findings"], "")
                ),
                MappingProxyType(_by_urgency(award["by_urgency_at_closing"])),
            ),
            claim_days=_whole(tree["anonymous_claim"]["days"], "anonymous_claim.days"),
            remind_days=tuple(
                _whole(one, "validity") for one in tree["validity"]["remind_before_days"]
            ),
            sla_days=MappingProxyType(
                {
                    _one_of(ReviewLevel, name, "review.sla_wd"): _whole(days, "review.sla_wd")
                    for name, days in tree["review"]["sla_wd"].items()
                }
            ),
            budget=BudgetRule(
                _part(tree["unit"]["yuan_ref"], "unit.yuan_ref"),
                _part(tree["budget"]["warn_at"], "budget.warn_at"),
                _part(tree["budget"]["stop_automatic_at"], "budget.stop_automatic_at"),
            ),
            tree=MappingProxyType(dict(tree)),
        )
        _check_whole(table)
        return table

    @cached_property
    def by_code(self) -> Mapping[str, Rule]:
        """Every rule of the positive list."""
        return MappingProxyType({one.code: one for one in self.positive})

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """What pays and is shown; a rule that waits for its feature does neither."""
        return tuple(one for one in self.positive if one.active)

    def rule(self, code: str) -> Rule:
        """Return a rule that pays.

        Raises:
            NoSuchRule: there is none with that code, or it is not active.
        """
        found = self.by_code.get(code)
        if found is None or not found.active:
            raise NoSuchRule("没有这条规则，或者它还没有启用。")
        return found

    @cached_property
    def text(self) -> str:
        """The whole table as canonical JSON: what a version is kept and hashed as."""
        return json.dumps(dict(self.tree), ensure_ascii=False, sort_keys=True)

    @property
    def digest(self) -> str:
        """SHA-256 of ``text`` in hex."""
        return sha256(self.text.encode()).hexdigest()


def _check_whole(table: RuleTable) -> None:
    """Look at what no part can see alone.

    Raises:
        BadRules: a code twice or unknown, or the forbidden list cut short.
    """
    codes = [*(one.code for one in table.positive), *(one.code for one in table.negative)]
    if len(set(codes)) != len(codes):
        raise BadRules("规则编号重复了。")
    paid = {*table.case_award.rules, *table.case_award.by_urgency.values()}
    asked = {one.coin for one in CATALOGUE.categories.values() if one.coin}
    if not paid | asked | table.caps.exempt <= set(table.by_code):
        raise BadRules("规则表引用了没有的编号。")
    if {*FORBIDDEN} - {*_texts(table.tree["forbidden"], "forbidden")}:
        raise BadRules("不许扣币的情形只能增加，不能减少。")
    if set(table.case_award.by_urgency) != set(Urgency):
        raise BadRules("规则表的“%(part)s”不完整。", part="by_urgency_at_closing")
    if (
        table.tree["caps"]["over_cap"] != "cut"
        or table.tree["validity"]["expire"] != "next_year_end"
    ):
        raise BadRules("规则表的“%(part)s”不完整。", part="caps")


def _rule(row: Mapping[str, Any]) -> Rule:
    code = _code(row, "P")
    coins = _whole(row.get("coins"), code)
    levels = _levels(row, code)
    return Rule(
        code=code,
        name=_text(row.get("name"), code),
        coins=coins,
        source=_one_of(Source, row.get("source"), code),
        caps=_times(row.get("cap"), code),
        evidence=_text(row.get("evidence"), code),
        levels=levels,
        earner=_one_of(Earner, row.get("for", Earner.ANYBODY), code),
        active=_active(row, code),
    )


def _negative(row: Mapping[str, Any]) -> NegativeRule:
    code = _code(row, "N")
    coins = row.get("coins")
    if type(coins) is not int or not -MOST_COINS <= coins < 0:
        raise BadRules("规则“%(code)s”的数不对。", code=code)
    for said in (row.get("name"), row.get("restore_if", ""), *row.get("need", ())):
        check_reason(str(said))
    levels = _levels(row, code)
    if len(levels) < 2:  # noqa: PLR2004 - a deduction is two people's
        raise BadRules("规则“%(code)s”要两级审核。", code=code)
    return NegativeRule(
        code=code,
        name=_text(row.get("name"), code),
        coins=coins,
        notice_days=_whole(row.get("notice_days", 1), code),
        freeze_days=_whole(row.get("freeze_days", 1), code) if "freeze_days" in row else 0,
        clawback=bool(row.get("clawback")),
        caps=_times(row["cap"], code) if "cap" in row else (),
        restorable=bool(row.get("restore_if_fixed") or row.get("restore_if")),
        levels=levels,
        active=_active(row, code),
    )


def _code(row: Mapping[str, Any], letter: str) -> str:
    code = str(row.get("code", ""))
    if len(code) != 3 or code[0] != letter or not code[1:].isdecimal() or not code.isascii():  # noqa: PLR2004 - P01
        raise BadRules("规则编号“%(code)s”不对。", code=code)
    return code


def _levels(row: Mapping[str, Any], code: str) -> tuple[ReviewLevel, ...]:
    levels = tuple(_one_of(ReviewLevel, one, code) for one in _texts(row.get("levels"), code))
    order = list(ReviewLevel)
    ordered = [*levels] == sorted(set(levels), key=order.index)
    if not ordered or (levels and ReviewLevel.TOWN not in levels):
        raise BadRules("规则“%(code)s”的审核级别不对。", code=code)
    return levels


def _active(row: Mapping[str, Any], code: str) -> bool:
    active = row.get("active", True)
    if type(active) is not bool:
        raise BadRules("规则“%(code)s”的数不对。", code=code)
    return active


def _times(cap: object, code: str) -> tuple[tuple[Period, int], ...]:
    if not isinstance(cap, Mapping) or not cap:
        raise BadRules("规则“%(code)s”没有上限。", code=code)
    return tuple((_one_of(Period, name, code), _whole(most, code)) for name, most in cap.items())


def _caps(part: Mapping[str, Any]) -> Caps:
    return Caps(
        person_day=_whole(part["person_day"], "caps"),
        person_month=_whole(part["person_month"], "caps"),
        household_month=_whole(part["household_month"], "caps"),
        person_year=_whole(part["person_year"], "caps"),
        exempt=frozenset(_texts(part["exempt"], "caps.exempt")),
    )


def _by_urgency(part: Mapping[str, Any]) -> dict[Urgency, str]:
    names = {"urgent": Urgency.URGENT, "not_urgent": Urgency.NORMAL}
    if set(part) != set(names):
        raise BadRules("规则表的“%(part)s”不完整。", part="by_urgency_at_closing")
    return {names[name]: str(code) for name, code in part.items()}


def _whole(number: object, where: str) -> int:
    """Return a whole number above zero; a bool is an int to Python and none to us."""
    if type(number) is not int or not 1 <= number <= MOST_COINS:
        raise BadRules("规则“%(code)s”的数不对。", code=where)
    return number


def _part(number: object, where: str) -> Decimal:
    """Return a number above zero that need not be whole, exactly as it was written."""
    if type(number) not in {int, float} or not 0 < number <= MOST_COINS:  # type: ignore[operator]
        raise BadRules("规则“%(code)s”的数不对。", code=where)
    return Decimal(str(number))


def _text(text: object, where: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise BadRules("规则“%(code)s”没有写清楚。", code=where)
    return text.strip()


def _texts(texts: object, where: str) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise BadRules("规则“%(code)s”没有写清楚。", code=where)
    return tuple(texts)


def _one_of(kind: type[E], word: object, where: str) -> E:
    if word not in [one.value for one in kind]:
        raise BadRules("规则“%(code)s”没有写清楚。", code=where)
    return kind(str(word))


SHIPPED: Final = RuleTable.of(
    read_shipped(files("points").joinpath("data", "coin_rules.yaml").read_text(encoding="utf-8"))
)
