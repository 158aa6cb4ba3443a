"""Where a desk may say that a case is, so that it can hand it down to the people there."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

import people.rules
from grid.errors import NotThatWay, NotYours
from grid.models import POLICE, Case
from grid.queries.pages import MOST_AREAS, Place
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Area
from people.queries import find_area, within
from people.rules import DIGITS, Level

DESKS: Final = frozenset({Role.TOWN_ADMIN, Role.DISTRICT_CMD})


def places_for(session: Session, case_id: int, *, by: Actor, near: str = "") -> tuple[Place, ...]:
    """Return where *by* may say that the case is; nowhere for whom it is not; two statements.

    Of grids only those in the town of the case and of *near*: a select has to stay one.
    """
    case = session.scalar(
        select(Case).where(Case.id == case_id, within(Case, by, Permission.CASE_ASSIGN))
    )
    ranges = () if case is None else _ranges(case, by)
    if case is None or not ranges:
        return ()
    towns = {code[: DIGITS[Level.TOWN]] for code in (case.area_code, near) if _has_town(code)}
    rows = session.execute(
        select(Area.code, Area.name, Area.level)
        .where(
            or_(false(), *(_in(code) for code in ranges)),
            Area.closed_at.is_(None),
            or_(
                Area.level.in_((Level.TOWN, Level.VILLAGE)),
                and_(Area.level == Level.GRID, or_(false(), *(_in(code) for code in towns))),
            ),
        )
        .order_by(Area.code)
        .limit(MOST_AREAS)
    )
    return tuple(Place(code=row.code, name=row.name, level=row.level) for row in rows)


def checked_place(session: Session, case: Case, code: str, *, by: Actor) -> Area:
    """Return the area *code*, where *by* may say that the case is.

    Raises:
        NotYours: *by* gives out nothing here, or nothing there.
        NotThatWay: there is no such area, or it is closed.
    """
    ranges = _ranges(case, by)
    if not ranges:
        raise NotYours("事情在哪里，由镇里或区里来定。")
    area = find_area(session, code)
    if area is None:
        raise NotThatWay("没有这个地方，请重新选。")
    if not any(code.startswith(own) for own in ranges):
        raise NotYours("那里不归您管。不是您这里的事，请报给上一级，由上一级转过去。")
    return area


def _ranges(case: Case, by: Actor) -> Sequence[str]:
    """Return the areas within which *by* gives out cases like this one, if this is one of them.

    A department's handler has no areas to give out; with a case for the police its own do.
    """
    own = [
        people.rules.reach(hat, scope) if hat.role in DESKS else hat.area
        for hat, scope in by.hats_for(Permission.CASE_ASSIGN)
        if (hat.department in POLICE if case.is_police else hat.role in DESKS)
    ]
    return own if any(case.area_code.startswith(code) for code in own) else ()


def _has_town(code: str) -> bool:
    return people.rules.is_code(code) and len(code) >= DIGITS[Level.TOWN]


def _in(code: str) -> ColumnElement[bool]:
    return and_(Area.code >= code, Area.code < people.rules.after(code))
