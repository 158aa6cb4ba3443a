"""Who can take a case: hats over the place, hours, and how much each has already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

import people.rules
from grid.errors import NoSuchCase
from grid.models import OPEN, POLICE, Callback, Case, Hours
from grid.models.cases import BARRED_AS
from grid.queries.duty import roster_over
from grid.queries.placing import checked_place
from grid.rules import Level, level_of_department
from grid.rules.duty import ROLES_ASKED, Shift, on_duty
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Account, Area, Barred, Membership, Person, Spoken
from people.queries import within
from people.rules import DIGITS
from people.rules import Level as AreaLevel

LEVELS: Final[Mapping[Role, Level]] = {
    Role.GRID_FULL: Level.GRID,
    Role.GRID_PART: Level.GRID,
    Role.GRID_LEADER: Level.GRID_LEADER,
    Role.POLICE_AUX: Level.POLICE_AUX,
    Role.VILLAGE_ADMIN: Level.VILLAGE,
    Role.TOWN_ADMIN: Level.TOWN,
    Role.DISTRICT_CMD: Level.DISTRICT,
    Role.DEPT_HANDLER: Level.DEPARTMENT,
}
# Above them whoever is there is asked at any hour: somebody must be.
BY_THE_HOURS: Final = frozenset({Level.GRID, Level.POLICE_AUX})
WORKERS: Final = (Role.GRID_FULL, Role.GRID_PART)
# Where the table of duty names one of these, nobody else of them is on duty by the weekly hours.
TEAMS: Final = (frozenset({Level.GRID, Level.GRID_LEADER}), frozenset({Level.POLICE_AUX}))
CASE_ID: Final = bindparam("case_id", type_=Integer)
# To build a statement costs more than to ask the database.
HOURS: Final = (
    select(Hours.area_code, Hours.role, Hours.weekday, Hours.opens, Hours.closes)
    .where(Hours.area_code.in_(bindparam("areas", expanding=True)))
    .order_by(func.length(Hours.area_code).desc(), Hours.id)
)
VILLAGE_DIGITS: Final = DIGITS[AreaLevel.VILLAGE]
GRID_DIGITS: Final = DIGITS[AreaLevel.GRID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody a case can be given to, by one of their hats."""

    person_id: int
    name: str  # what residents read: 王师傅
    role: Role
    level: Level
    department: str  # "" for none
    on_duty: bool
    open_cases: int
    rostered: bool = False  # by the table of duty, and not only by the weekly hours
    off: bool = False  # somebody stands in for them just now
    speaks: bool = False  # the dialect that was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Who looks after a place, for the page a code opens."""

    name: str  # 网格员 王师傅, or 清溪村值班室
    phone: str | None  # None: residents are called back
    area_line: str  # 清溪村 · 第3网格


def who_can_take(
    session: Session, case: Case, *, now: datetime, area: str = ""
) -> tuple[Candidate, ...]:
    """Return everybody the case can be given to, the nearest first; three statements.

    *area* is where it would be then; without it, where it is.

    At one level come first: whom the table of duty names, who is on duty by the weekly hours,
    who speaks the dialect that was asked for, full-time workers, who has least to do.

    Never whoever reported it as staff (G3), nor whom it is against or their kin; a police case
    only goes to the police.
    """
    where = area or case.area_code
    shifts = _shifts(session, where)
    there = _there(where, only_police=case.is_police)
    rows = session.execute(there, {"case_id": case.id}).all()
    roster = roster_over(session, where, now=now, fitting={row.person_id for row in rows})
    by_hours = {row.person_id for row in rows if on_duty(row.role, now, shifts.get(row.role))}
    covering = {who for who, absent in roster.stand_ins if absent in by_hours}
    found = [
        Candidate(
            person_id=row.person_id,
            name=row.public_name,
            role=row.role,
            level=_level(row.role, row.department),
            department=row.department,
            on_duty=row.person_id in (by_hours | covering) - roster.off,
            open_cases=row.load,
            rostered=row.person_id in roster.on
            or (row.role is Role.TOWN_ADMIN and row.person_id in roster.desk),
            off=row.person_id in roster.off,
            speaks=bool(row.speaks),
        )
        for row in rows
        if row.person_id != case.staff_reporter
    ]
    return tuple(sorted(_by_the_roster(found), key=_order))


def pick(people: Iterable[Candidate], levels: Sequence[Level]) -> Candidate | None:
    """Return whom to give a case: at the first level where somebody is, the first in order.

    Workers only while they are on duty; nobody for whom somebody stands in.  Ties go to the
    lower number.
    """
    there = list(people)
    for level in levels:
        at_work = [
            one
            for one in there
            if one.level is level and not one.off and (one.on_duty or level not in BY_THE_HOURS)
        ]
        if at_work:
            return min(at_work, key=_order)
    return None


def candidates(
    session: Session, case_id: int, *, by: Actor, now: datetime, area: str = ""
) -> tuple[Candidate, ...]:
    """Return whom *by* may give the case to, if it is (or turns out to be) in *area*.

    Four statements at most.

    Raises:
        NoSuchCase: there is none that *by* may assign or reassign.
        NotYours, NotThatWay: *by* may not say that it is there.
    """
    may = [
        within(Case, by, permission)
        for permission in (Permission.CASE_ASSIGN, Permission.CASE_REASSIGN)
    ]
    case = session.scalar(select(Case).where(Case.id == case_id, or_(*may)))
    if case is None:
        raise NoSuchCase("没有这件事，或者它不在您的区域。")
    if area and area != case.area_code:
        area = checked_place(session, case, area, by=by).code
    return who_can_take(session, case, now=now, area=area)


def responsible_for(session: Session, area_code: str) -> Responsible:
    """Return who looks after a place, at whatever hour, or its desk; two statements."""
    columns = (Area.code, Area.name, Area.desk_phone, Area.shows_phones)
    areas = session.execute(
        select(*columns)
        .where(Area.code.in_(people.rules.ancestors(area_code)))
        .order_by(func.length(Area.code).desc())
    ).all()
    worker = session.execute(
        select(Person.public_name, Person.work_phone)
        .join(Membership, Membership.person_id == Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(Account.closed_at.is_(None), Membership.role.in_(WORKERS), _over(area_code))
        .order_by(Membership.role != Role.GRID_FULL, Person.id)
        .limit(1)
    ).first()
    local = [area for area in areas if len(area.code) >= VILLAGE_DIGITS]
    line = " · ".join(area.name for area in reversed(local or areas[:1]))
    if worker is not None:
        # The village decides whether numbers are shown, a town for what lies in no village.
        shows = next(
            (area.shows_phones for area in areas if len(area.code) <= VILLAGE_DIGITS), True
        )
        phone = worker.work_phone if shows else ""
        return Responsible(name=f"网格员 {worker.public_name}", phone=phone or None, area_line=line)
    desks = [area for area in areas if len(area.code) <= VILLAGE_DIGITS]
    desk = next((area for area in desks if area.desk_phone), desks[0] if desks else None)
    if desk is None:
        return Responsible(name="值班室", phone=None, area_line=line)
    return Responsible(name=f"{desk.name}值班室", phone=desk.desk_phone or None, area_line=line)


@lru_cache(maxsize=512)  # to build it costs more than to ask the database
def _there(area_code: str, *, only_police: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement for whose hats cover a place, and how much each has already."""
    load = (
        select(func.count(Case.id))
        .where(Case.owner_id == Membership.person_id, Case.state.in_(OPEN))
        .correlate(Membership)
        .scalar_subquery()
    )
    wanted = select(Callback.dialect).where(Callback.case_id == CASE_ID).scalar_subquery()
    speaks = (
        exists()
        .where(Spoken.person_id == Membership.person_id, Spoken.dialect == wanted)
        .correlate(Membership)
    )
    of_the_police = or_(Membership.role == Role.POLICE_AUX, Membership.department.in_(POLICE))
    mine = Barred.person_id == Membership.person_id
    barred = select(Barred.ref).where(mine, Barred.about == BARRED_AS, Barred.ref == CASE_ID)
    return (
        select(
            Membership.person_id,
            Membership.role,
            Membership.department,
            Person.public_name,
            load.label("load"),
            speaks.label("speaks"),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(Account, Account.person_id == Membership.person_id)
        .where(
            Account.closed_at.is_(None),
            Membership.role.in_(LEVELS),
            _over(area_code),
            ~exists(barred),
            *([of_the_police] if only_police else []),
        )
        .order_by(Membership.person_id, Membership.id)
    )


def over(area_code: str) -> ColumnElement[bool]:
    """Return the condition under which a hat covers a place: who may be on duty there."""
    return _over(area_code)


def _by_the_roster(found: Iterable[Candidate]) -> list[Candidate]:
    """Let the table of duty go before the weekly hours, wherever it names somebody just now."""
    everybody = list(found)
    named = [team for team in TEAMS if any(one.rostered and one.level in team for one in everybody)]
    settled = BY_THE_HOURS & {level for team in named for level in team}
    return [
        replace(one, on_duty=one.rostered or (one.on_duty and one.level not in settled))
        for one in everybody
    ]


def _order(one: Candidate) -> tuple[int, bool, bool, bool, bool, int, int, int]:
    return (
        list(Level).index(one.level),
        one.off,
        not one.rostered,
        not one.on_duty,
        not one.speaks,
        ROLES_ASKED.index(one.role),
        one.open_cases,
        one.person_id,
    )


def _level(role: Role, department: str) -> Level:
    return level_of_department(department) if role is Role.DEPT_HANDLER else LEVELS[role]


def _over(area_code: str) -> ColumnElement[bool]:
    """Return the condition under which a hat covers *area_code*.

    The head of a micro-grid is asked for the whole grid.
    """
    covers = Membership.area_code.in_(people.rules.ancestors(area_code))
    if len(area_code) < GRID_DIGITS:
        return covers
    grid = area_code[:GRID_DIGITS]
    micro = and_(
        Membership.area_code >= grid,
        Membership.area_code < people.rules.after(grid),
        func.length(Membership.area_code) > GRID_DIGITS,
    )
    return or_(covers, micro)


def _shifts(session: Session, area_code: str) -> dict[Role, list[Shift]]:
    """Return the hours in force by role: those of the nearest area that set any."""
    nearest: dict[Role, str] = {}
    shifts: dict[Role, list[Shift]] = {}
    rows = session.execute(HOURS, {"areas": people.rules.ancestors(area_code)})
    for area, role, weekday, opens, closes in rows:
        if nearest.setdefault(role, area) == area:
            shifts.setdefault(role, []).append(Shift(weekday, opens, closes))
    return shifts
