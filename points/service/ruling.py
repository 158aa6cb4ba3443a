"""Keeping the versions of the rules: the shipped one, and those a district sets."""

from datetime import date

from sqlalchemy import func, select

from kernel import audit
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from points.errors import BadRules
from points.models import RuleVersion
from points.queries.ruling import rules_in_force
from points.rules.table import SHIPPED, RuleTable

BEGINNING = date(2000, 1, 1)


def today(work: Work) -> date:
    """Return the day it is in Shanghai."""
    return work.now().astimezone(SHANGHAI).date()


def current_rules(work: Work) -> RuleTable:
    """Return the rules in force, which are kept from now on: a claim can name their version."""
    if work.session.scalar(select(RuleVersion.version).limit(1)) is None:
        _keep(work, SHIPPED, BEGINNING, set_by=None)
    return rules_in_force(work.session, today(work))


def set_rules(work: Work, table: RuleTable, *, valid_from: date, by: Actor) -> None:
    """Put a new version in force from a day on; what waits keeps the rules it was made under.

    Raises:
        BadRules: *by* may not, the version is not the next one, or the day is past.
    """
    current_rules(work)
    last = work.session.scalar(select(func.max(RuleVersion.version))) or 0
    if not by.may(Permission.RULE_EDIT):
        raise BadRules("规则由区里改。")
    if table.version != last + 1:
        raise BadRules("新规则的版本号应该是 %(version)s。", version=last + 1)
    if valid_from <= today(work):
        raise BadRules("新规则最早从明天起生效。")
    _keep(work, table, valid_from, set_by=by.id)
    audit.note(work, by=by, action="coin.rules-set", subject=f"rules:{table.version}")


def _keep(work: Work, table: RuleTable, valid_from: date, *, set_by: int | None) -> None:
    insert_once(
        work.session,
        RuleVersion,
        unique="version",
        version=table.version,
        text=table.text,
        digest=table.digest,
        valid_from=valid_from,
        set_by=set_by,
        set_at=work.now(),
    )
