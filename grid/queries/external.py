"""Numbers of other systems, and the list of cases as it is taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import people.rules
from grid.models import Case, External, ExternalSystem
from grid.queries.cards import Card, card_of, with_card
from grid.queries.desk import Filters, conditions
from grid.rules import Finding
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped

USUAL: Final = ("12345 热线", "省平台（四平台）")
AT_ONCE: Final = 500
MOST_EXPORTED: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One case as it is taken out: what the desk's list shows, and nothing a resident said."""

    card: Card
    category: str
    department: str
    finding: Finding | None
    closed_at: datetime | None
    numbers: tuple[tuple[str, str], ...]


def systems_for(session: Session, area_code: str) -> tuple[str, ...]:
    """Return whose numbers are written down there: the nearest list, else the usual ones."""
    rows = session.execute(
        select(ExternalSystem.area_code, ExternalSystem.name)
        .where(ExternalSystem.area_code.in_(people.rules.ancestors(area_code)))
        .order_by(func.length(ExternalSystem.area_code).desc(), ExternalSystem.id)
    ).all()
    return tuple(row.name for row in rows if row.area_code == rows[0].area_code) or USUAL


def numbers_of(session: Session, case_id: int) -> tuple[tuple[str, str], ...]:
    """Return (system, number) of a case its caller was let in to."""
    return _numbers(session, [case_id]).get(case_id, ())


def exported(
    session: Session, *, by: Actor, now: datetime, filters: Filters
) -> Iterator[ExportLine]:
    """Yield the cases of the areas *by* reads, the newest first, two statements for each 500."""
    last, left = None, MOST_EXPORTED
    while left > 0:
        statement = with_card().where(*conditions(filters, now))
        if last is not None:
            statement = statement.where(Case.id < last)
        found = scoped(statement, by, Permission.CASE_READ)
        rows = session.execute(found.order_by(Case.id.desc()).limit(min(AT_ONCE, left))).all()
        numbers = _numbers(session, [row.Case.id for row in rows])
        for row in rows:
            case: Case = row.Case
            yield ExportLine(
                card=card_of(row, now=now, full=False),
                category=case.category or "",
                department=case.department or "",
                finding=case.finding,
                closed_at=case.closed_at,
                numbers=numbers.get(case.id, ()),
            )
        if len(rows) < AT_ONCE:
            return
        last, left = rows[-1].Case.id, left - len(rows)


def _numbers(session: Session, ids: list[int]) -> Mapping[int, tuple[tuple[str, str], ...]]:
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    if not ids:
        return found
    for row in session.scalars(
        select(External).where(External.case_id.in_(ids)).order_by(External.id)
    ):
        found[row.case_id] = (*found.get(row.case_id, ()), (row.system, row.number))
    return found
