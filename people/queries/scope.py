"""The one place that knows who sees what."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, true

from kernel.access import Actor, Hat
from kernel.grants import Scope
from kernel.permissions import Permission
from people import rules
from people.models import InArea

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


def scoped(statement: S, by: Actor, permission: Permission) -> S:
    """Narrow *statement* to the rows that *by* may reach under *permission*.

    Every table in it that lies somewhere is narrowed.  A table says by three
    optional class methods what else decides: ``of_assignee(person_id)``,
    ``of_department(code)`` and ``of_owner(person_id)`` for the scopes that are
    no area, and ``open_to(by)`` for rows that some roles never see.

    Raises:
        TypeError: if nothing in the statement lies in an area.
    """
    tables = [
        entity
        for column in statement.column_descriptions
        if isinstance(entity := column["entity"], type) and issubclass(entity, InArea)
    ]
    if not tables:
        raise TypeError("nothing in this statement lies in an area")
    for table in tables:
        statement = statement.where(within(table, by, permission))
    return statement


def within(table: type[InArea], by: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition under which *by* may reach a row of *table*."""
    table_itself: Any = table  # mypy takes no class with declared attributes for hashable
    return _within(table_itself, by, permission)


@lru_cache(maxsize=512)  # to build it costs more than to ask the database
def _within(table: type[Any], by: Actor, permission: Permission) -> ColumnElement[bool]:
    reached = [_reached(table, by, hat, scope) for hat, scope in by.hats_for(permission)]
    open_to = getattr(table, "open_to", None)
    return and_(or_(false(), *reached), true() if open_to is None else open_to(by))


def area_ranges(by: Actor, permission: Permission) -> Iterator[tuple[str, str]]:
    """Yield (first code, first code beyond) for each area *by* reaches under *permission*."""
    for hat, scope in by.hats_for(permission):
        if scope not in {Scope.OWN, Scope.ASSIGNED}:
            area = hat.area if scope in {Scope.DEPARTMENT, Scope.ALL} else rules.reach(hat, scope)
            yield area, rules.after(area)


def reaches(by: Actor, permission: Permission, area_code: str) -> bool:
    """Whether *by* holds *permission* in an area that contains *area_code*."""
    return any(
        start <= area_code < end and len(area_code) >= len(start)
        for start, end in area_ranges(by, permission)
    )


def _reached(table: type[Any], by: Actor, hat: Hat, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.OWN:
            return _asked(table, "of_owner", by.id)
        case Scope.ASSIGNED:
            return _asked(table, "of_assignee", by.id)
        case Scope.DEPARTMENT:
            there = lies_in(table, hat.area)
            return and_(there, _asked(table, "of_department", hat.department))
        case Scope.ALL:
            return true()
        case _:
            return lies_in(table, rules.reach(hat, scope))


def lies_in(table: type[InArea], code: str) -> ColumnElement[bool]:
    """Return the condition that a row of *table* lies in the area *code* or below it."""
    return and_(table.area_code >= code, table.area_code < rules.after(code))


def _asked(table: type[Any], name: str, value: object) -> ColumnElement[bool]:
    """Ask the table; one that has no such thing gives nothing away."""
    condition = getattr(table, name, None)
    if condition is None or value is None:
        return false()
    found: ColumnElement[bool] = condition(value)
    return found
