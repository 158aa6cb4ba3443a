"""What towns make of the rules, on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.permissions import Permission
from people.models import Area
from people.queries import reaches
from people.rules import Level, at_level
from points.models import Claim, RuleDraft, RuleNarrowing, RuleVersion
from points.queries.ruling import rules_in_force, rules_of
from points.rules.drafts import DraftState
from points.rules.narrowing import Narrowing, narrowed
from points.rules.table import Rule, RuleTable


@dataclass(frozen=True, slots=True, kw_only=True)
class TownRule:
    """A rule that a town has narrowed, as it holds there."""

    town_code: str
    town: str
    rule: Rule
    narrowing: Narrowing


def rule_in(session: Session, rule: Rule, area_code: str, day: date) -> Rule:
    """Return a rule as it holds on *day* in the town in which an area lies.

    Open: the rules are for everybody to read.
    """
    row = session.scalar(
        select(RuleNarrowing)
        .where(
            RuleNarrowing.town_code == _town(area_code),
            RuleNarrowing.rule_code == rule.code,
            RuleNarrowing.valid_from <= day,
        )
        .order_by(RuleNarrowing.id.desc())
        .limit(1)
    )
    return narrowed(rule, None if row is None else row.narrowing())


def rules_for(session: Session, day: date, areas: Iterable[str]) -> Sequence[Rule]:
    """Return the rules in force on *day* that pay in some of *areas*: the best of their towns.

    Without an area those of the district.  Open: the rules are for everybody to read.
    """
    rules = rules_in_force(session, day).in_force
    towns = {_town(area) for area in areas}
    if not towns:
        return rules
    rows = session.scalars(
        select(RuleNarrowing)
        .where(RuleNarrowing.town_code.in_(towns), RuleNarrowing.valid_from <= day)
        .order_by(RuleNarrowing.id)
    )
    last = {(row.town_code, row.rule_code): row.narrowing() for row in rows}
    held = [
        max(
            (narrowed(rule, last.get((town, rule.code))) for town in towns),
            key=lambda one: (one.active, one.coins),
        )
        for rule in rules
    ]
    return [rule for rule in held if rule.active]


def terms_of(session: Session, claims: Sequence[Claim]) -> Sequence[Rule]:
    """Return the rule each was made under: of its version, as its town had it that day.

    Its coins are those the claim was filed for.  One statement for all of them.
    """
    rows = session.scalars(
        select(RuleNarrowing)
        .where(
            RuleNarrowing.town_code.in_({_town(one.area_code) for one in claims}),
            RuleNarrowing.rule_code.in_({one.rule_code for one in claims}),
        )
        .order_by(RuleNarrowing.id)
    ).all()
    return [_terms(session, claim, rows) for claim in claims]


def _terms(session: Session, claim: Claim, rows: Sequence[RuleNarrowing]) -> Rule:
    key = (_town(claim.area_code), claim.rule_code)
    day = claim.filed_at.astimezone(SHANGHAI).date()
    then = [one for one in rows if (one.town_code, one.rule_code) == key and one.valid_from <= day]
    rule = claim.terms(rules_of(session, claim.rule_version))
    return replace(narrowed(rule, then[-1].narrowing() if then else None), coins=claim.coins)


def _town(area_code: str) -> str:
    return at_level(area_code, Level.TOWN) or area_code


def town_rules(session: Session, table: RuleTable, day: date) -> Sequence[TownRule]:
    """Return what towns have narrowed and is in force on *day*, by town and rule.

    Open: the rules are for everybody to read.
    """
    last = (
        select(func.max(RuleNarrowing.id))
        .where(RuleNarrowing.valid_from <= day)
        .group_by(RuleNarrowing.town_code, RuleNarrowing.rule_code)
    )
    rows = session.execute(
        select(RuleNarrowing, Area.name)
        .join(Area, Area.code == RuleNarrowing.town_code)
        .where(RuleNarrowing.id.in_(last))
        .order_by(RuleNarrowing.town_code, RuleNarrowing.rule_code)
    ).all()
    return [
        TownRule(
            town_code=row.town_code,
            town=name,
            rule=narrowed(rule, narrowing),
            narrowing=narrowing,
        )
        for row, name in rows
        if (rule := table.by_code.get(row.rule_code)) is not None
        and rule.active
        and not (narrowing := row.narrowing()).is_none
    ]


def towns_ruled(session: Session, *, by: Actor) -> Sequence[tuple[str, str]]:
    """Return code and name of the towns whose rules *by* may narrow."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(Area.level == Level.TOWN, Area.closed_at.is_(None))
        .order_by(Area.code)
    )
    return [(code, name) for code, name in rows if reaches(by, Permission.RULE_SWITCH, code)]


def draft_waiting(session: Session) -> RuleDraft | None:
    """Return the draft that waits for a second person; like the rules, for everybody to read."""
    return session.scalar(select(RuleDraft).where(RuleDraft.state == DraftState.WAITING))


def versions_set(session: Session) -> Sequence[RuleVersion]:
    """Return the last versions, the newest first; those to come among them."""
    return session.scalars(select(RuleVersion).order_by(RuleVersion.version.desc()).limit(10)).all()
