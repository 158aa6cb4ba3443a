"""Small reads the staff pages need beside the lists: names of things, choices, hours, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

import people.rules
from grid.errors import NoSuchCase
from grid.models import Case, CaseFile, Hours
from kernel import crockford
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.media import Attachment
from kernel.permissions import Permission
from people.models import Area
from people.queries import area_ranges, scoped
from people.rules import Level

MOST_AREAS: Final = 500  # what one select can hold; a district has fewer villages


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area somebody may choose."""

    code: str
    name: str
    level: Level


def case_named(session: Session, number: str) -> int:
    """Return the id of the case with this number; says nothing about who may read it.

    Unscoped: what it returns is only handed on to reads and verbs that are.

    Raises:
        NoSuchCase: there is none.
    """
    folded = crockford.fold(number)
    found = None
    if folded.isascii() and folded.isalnum():  # what cannot be a number never gets there
        found = session.scalar(select(Case.id).where(Case.number == folded))
    if found is None:
        raise NoSuchCase("没有这件事，或者它不在您的区域。")
    return found


def case_number(session: Session, case_id: int) -> str:
    """Return the number of a case, which says nothing about it; "" where there is none."""
    return session.scalar(select(Case.number).where(Case.id == case_id)) or ""


def file_of(session: Session, attachment_id: int, *, by: Actor) -> Attachment:
    """Return a picture or voice note of a case whose content *by* may see; one statement.

    Raises:
        NotFound: there is none for this person.
    """
    shown = select(Case).join(CaseFile, CaseFile.case_id == Case.id)
    mine = scoped(
        shown.where(CaseFile.attachment_id == attachment_id), by, Permission.CASE_CONTENT_READ
    )
    found = session.scalar(
        select(Attachment).where(
            Attachment.id == attachment_id, mine.with_only_columns(Case.id).exists()
        )
    )
    if found is None:
        raise NotFound("没有这个文件，或者它不归您看。")
    return found


def places(
    session: Session, permission: Permission, *levels: Level, by: Actor
) -> tuple[Place, ...]:
    """Return the areas of *levels* in which *by* holds *permission*, closed ones left out."""
    rows = session.execute(
        select(Area.code, Area.name, Area.level)
        .where(
            _inside(Area.code, by, permission),
            Area.level.in_(levels),
            Area.closed_at.is_(None),
        )
        .order_by(Area.code)
        .limit(MOST_AREAS)
    )
    return tuple(Place(code=row.code, name=row.name, level=row.level) for row in rows)


def hours_set(session: Session, permission: Permission, *, by: Actor) -> Sequence[Hours]:
    """Return the rows of the hours table that *by* may reach under *permission*.

    Those of the areas above are among them: where nothing nearer is set they hold here too.
    """
    above = {
        part for start, _ in area_ranges(by, permission) for part in people.rules.ancestors(start)
    }
    return session.scalars(
        select(Hours)
        .where(or_(_inside(Hours.area_code, by, permission), Hours.area_code.in_(sorted(above))))
        .order_by(func.length(Hours.area_code), Hours.area_code, Hours.role, Hours.weekday)
        .limit(MOST_AREAS)
    ).all()


def _inside(code: Any, by: Actor, permission: Permission) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    ranges = area_ranges(by, permission)
    return or_(false(), *(and_(code >= start, code < end) for start, end in ranges))
