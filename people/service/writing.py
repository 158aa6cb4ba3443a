"""Compares a part of a table of households with what is there, and writes it.

Names and numbers come sealed; so the tables are named here without the type that would seal them
once more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Row, select

from kernel.db import Moment
from kernel.work import Work
from people.models import Area, Household, Person
from people.rules import HouseholdKind, Problem
from people.service.bars import bar_mates
from people.service.prepared import Line

_PERSON: Final = sa.table(
    "people_person",
    sa.column("id"),
    sa.column("name"),
    sa.column("name_index"),
    sa.column("surname_index"),
    sa.column("phone"),
    sa.column("phone_index"),
    sa.column("work_phone"),
    sa.column("public_name"),
    sa.column("household_id"),
    sa.column("is_head", sa.Boolean),
    sa.column("made_at", Moment),
)
NO_SYNC: Final = {"synchronize_session": False}
AT_ONCE: Final = 400  # names in one IN: PostgreSQL plans, and SQLite binds, no worse for it
_KNOWN: Final = (
    Person.id,
    Person.household_id,
    Person.name_index,
    Person.phone_index,
    Person.is_head,
)
Known = Row[int, int | None, str | None, str | None, bool]
Home = Row[int, str, str, str, datetime | None]
_HOME: Final = (
    Household.id,
    Household.number,
    Household.area_code,
    Household.address,
    Household.closed_at,
)


@dataclass(slots=True)
class Written:
    """What a part has added, and the lines that were left out after all."""

    households: int = 0
    members: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _There:
    """What the database knows of the households and people of one batch."""

    homes: dict[str, Home] = field(default_factory=dict)
    by_phone: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[int, str], Known] = field(default_factory=dict)
    headed: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)  # households whose members are free

    def member(self, home: Home | None, line: Line) -> Known | None:
        """Return who is meant by a line, if they are there."""
        if line.phone_index is not None and line.phone_index in self.by_phone:
            return self.by_phone[line.phone_index]
        if home is None or line.name_index is None:
            return None
        return self.by_name.get((home.id, line.name_index))


def compare_part(work: Work, part: Sequence[Line]) -> list[Problem]:
    """Return every line that does not go together with what is in the database."""
    there = _there(work, part)
    found = ((line, _why_not(there, line)) for line in part)
    return [Problem(line.line, reason) for line, reason in found if reason]


def write_part(work: Work, part: Sequence[Line], *, may: Callable[[str], bool]) -> Written:
    """Write the lines of a part that go together with what is there; the others are told.

    What is there stays as it is and only what was not known is added; so a second time changes
    nothing.  Minutes may have passed since the table was looked through: the areas and whoever
    *may* write into them are asked once more.
    """
    there, written, good = _there(work, part), Written(), list[Line]()
    areas = _open_areas(work, {line.area_code for line in part})
    for line in part:
        fits = line.area_code in areas and may(line.area_code)
        reason = _why_not(there, line) if fits else "这个区域已经撤销，或者不归您管了"
        if reason:
            written.problems.append(Problem(line.line, reason))
        else:
            good.append(line)
    written.households = _add_homes(work, good, there)
    written.members = _add_members(work, good, there)
    return written


def _why_not(there: _There, line: Line) -> str:
    home = there.homes.get(line.number)
    if home is not None and home.closed_at is not None:
        return "这个户号的户已经注销了"
    if home is not None and home.area_code != line.area_code:
        return "这个户号已经登记在别的区域"
    member = there.member(home, line)
    if member is None:
        return ""
    here = home is not None and member.household_id == home.id
    if not here and member.household_id not in {None, *there.closed}:
        return "这个手机号的人已经在别的户里"
    if here and None not in {line.phone_index, member.phone_index}:
        return (
            "" if member.phone_index == line.phone_index else "这一户里已经有同名的人，手机号不同"
        )
    return ""


def _add_homes(work: Work, batch: Sequence[Line], there: _There) -> int:
    fresh: dict[str, dict[str, Any]] = {}
    for line in batch:
        home = there.homes.get(line.number)
        if home is None and line.number not in fresh:
            fresh[line.number] = _home(work, line)
        elif home is not None and line.address and not home.address:
            change = sa.update(Household).where(Household.id == home.id)
            work.session.execute(change.values(address=line.address), execution_options=NO_SYNC)
    if fresh:
        work.session.execute(sa.insert(Household), list(fresh.values()))
        there.homes |= _homes(work, list(fresh))
    return len(fresh)


def _home(work: Work, line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "area_code": line.area_code,
        "kind": HouseholdKind(line.kind),
        "name": line.firm,
        "address": line.address,
        "opened_at": work.now(),
    }


def _add_members(work: Work, batch: Sequence[Line], there: _There) -> int:
    fresh: list[dict[str, Any]] = []
    for line in batch:
        if line.name_index is None:
            continue
        home = there.homes[line.number]
        is_head = line.is_head and home.id not in there.headed
        if is_head:
            there.headed.add(home.id)
        known = there.member(home, line)
        if known is None:
            fresh.append(_person(work, line, home, is_head=is_head))
        else:
            _complete(work, known, line, home, is_head=is_head)
    if fresh:
        work.session.execute(sa.insert(_PERSON), fresh)
    return len(fresh)


def _person(work: Work, line: Line, home: Home, *, is_head: bool) -> dict[str, Any]:
    return {
        "name": line.name,
        "name_index": line.name_index,
        "surname_index": line.surname_index,
        "phone": line.phone,
        "phone_index": line.phone_index,
        "work_phone": "",
        "public_name": "",
        "household_id": home.id,
        "is_head": is_head,
        "made_at": work.now(),
    }


def _complete(work: Work, known: Known, line: Line, home: Home, *, is_head: bool) -> None:
    """Write down of somebody who is there what was not known, and change nothing else."""
    values: dict[str, Any] = {}
    if known.household_id != home.id:
        values |= {"household_id": home.id, "is_head": False}
    if is_head:
        values["is_head"] = True
    if known.name_index is None:
        values |= {"name": line.name, "name_index": line.name_index}
        values["surname_index"] = line.surname_index
    if known.phone_index is None and line.phone_index is not None:
        values |= {"phone": line.phone, "phone_index": line.phone_index}
    if values:
        work.session.execute(sa.update(_PERSON).where(_PERSON.c.id == known.id).values(**values))
    if "household_id" in values:
        bar_mates(work, home.id)


def _there(work: Work, batch: Sequence[Line]) -> _There:
    there = _There(homes=_homes(work, sorted({line.number for line in batch})))
    homes = [home.id for home in there.homes.values()]
    phones = sorted({line.phone_index for line in batch if line.phone_index})
    found: dict[int, Known] = {}
    for part in _parts(homes):
        rows = select(*_KNOWN).where(Person.household_id.in_(part))
        found |= {row.id: row for row in work.session.execute(rows)}
    for part in _parts(phones):
        rows = select(*_KNOWN).where(Person.phone_index.in_(part)).with_for_update()
        found |= {row.id: row for row in work.session.execute(rows.order_by(Person.id))}
    for row in found.values():
        if row.phone_index:
            there.by_phone[row.phone_index] = row
        if row.household_id and row.name_index:
            there.by_name[row.household_id, row.name_index] = row
        if row.household_id and row.is_head:
            there.headed.add(row.household_id)
    there.closed = _closed(work, found.values(), there)
    return there


def _homes(work: Work, numbers: Sequence[str]) -> dict[str, Home]:
    found: dict[str, Home] = {}
    for part in _parts(numbers):
        rows = work.session.execute(select(*_HOME).where(Household.number.in_(part)))
        found |= {home.number: home for home in rows}
    return found


def _closed(work: Work, people: Any, there: _There) -> set[int]:  # noqa: ANN401
    here = {home.id for home in there.homes.values()}
    elsewhere = sorted({row.household_id for row in people if row.household_id} - here)
    closed: set[int] = set()
    for part in _parts(elsewhere):
        ended = select(Household.id).where(Household.id.in_(part), Household.closed_at.is_not(None))
        closed |= set(work.session.scalars(ended))
    return closed


def _open_areas(work: Work, codes: set[str]) -> set[str]:
    """Return those that are open, locked against being closed meanwhile."""
    found: set[str] = set()
    for part in _parts(sorted(codes)):
        rows = select(Area.code).where(Area.code.in_(part), Area.closed_at.is_(None))
        found |= set(work.session.scalars(rows.order_by(Area.code).with_for_update(read=True)))
    return found


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
