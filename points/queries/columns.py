"""What the entries of a month come to in each column of its table, as the database sums it.

In two steps: first by what a posting was, one pass over the entries with little to do for each;
then those few rows into columns.  To ask each of a million entries for its column costs thrice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from points.models import Claim, Entry, Posting, RuleVersion
from points.rules import PostingKind
from points.rules.months import AWARDS, SPENDS, SPHERES, Sphere
from points.rules.table import SHIPPED, RuleTable


def tables(session: Session) -> Mapping[int, RuleTable]:
    """Return every version of the rules."""
    versions = session.scalars(select(RuleVersion)).all()
    return {SHIPPED.version: SHIPPED} | {one.version: one.table() for one in versions}


def by_what_it_was(
    keys: Sequence[SQLColumnExpression[Any]], first_day: SQLColumnExpression[str]
) -> Select[*tuple[Any, ...]]:
    """Return sums of entries by *keys* and by what their postings were; the caller narrows them.

    What was done before *first_day* is late (补记).  Who reported what is sensitive is hidden: such
    coins stand in no column that says by what they were earned.
    """
    hidden = Claim.id.is_not(None)
    what = (Posting.kind, Posting.rule_version, Posting.rule_code, hidden)
    late = case((Posting.effective_on < first_day, Entry.amount), else_=0)
    return (
        select(
            *keys,
            Posting.kind,
            Posting.rule_version,
            Posting.rule_code,
            hidden.label("hidden"),
            func.sum(Entry.amount).label("amount"),
            func.sum(late).label("late"),
            func.max(Entry.version).label("version"),
        )
        .select_from(Entry)
        .join(Posting, Posting.id == Entry.posting_id)
        .outerjoin(Claim, and_(Claim.posting_id == Posting.id, Claim.sensitive))
        .group_by(*keys, *what)
    )


def in_columns(
    rows: Select[*tuple[Any, ...]], keys: Sequence[str], tables: Mapping[int, RuleTable]
) -> Subquery:
    """Return *rows* (as above) by *keys*: a column of the table each, amount and last_version."""
    part = rows.subquery().c
    award, spend = part.kind.in_(AWARDS), part.kind.in_(SPENDS)
    expiry, sphere = part.kind == PostingKind.EXPIRY, _sphere(part, tables)

    def total(
        name: str, condition: ColumnElement[bool], value: ColumnElement[int]
    ) -> ColumnElement[int]:
        # Sums of bigints are numeric to PostgreSQL; a ledger's are whole and fit.
        return cast(func.sum(case((condition, value), else_=0)), BigInteger).label(name)

    return (
        select(
            *[part[key] for key in keys],
            *[total(one.value, and_(award, sphere == one.value), part.amount) for one in Sphere],
            total("spent", spend, -part.amount),
            total("expired", expiry, -part.amount),
            total("adjusted", ~or_(award, spend, expiry), part.amount),
            total("late", award, part.late),
            cast(func.sum(part.amount), BigInteger).label("amount"),
            func.max(part.version).label("last_version"),
        )
        .group_by(*[part[key] for key in keys])
        .subquery("moved")
    )


def _sphere(part: Any, tables: Mapping[int, RuleTable]) -> ColumnElement[str]:  # noqa: ANN401 - columns by name
    """Return in which column an award stands."""
    found = []
    for sphere in (Sphere.HAZARDS, Sphere.VOLUNTEERING, Sphere.MEDIATION):
        for version, table in tables.items():
            codes = [one.code for one in table.positive if SPHERES.get(one.source) is sphere]
            same = and_(part.rule_version == version, part.rule_code.in_(codes))
            found.append((same, literal(sphere.value)))
    return case((part.hidden, literal(Sphere.OTHER.value)), *found, else_=Sphere.OTHER.value)
