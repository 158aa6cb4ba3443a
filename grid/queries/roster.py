"""The table of duty as people read it: a week of a place, who may be put in, nights left open."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

import people.rules
from grid.errors import NoSuchLine
from grid.models import Duty, Hours
from grid.queries.duty import line_of, off_days, rows_between
from grid.queries.pages import Place, places
from grid.queries.staff import LEVELS, WORKERS, over
from grid.rules.duty import USUAL_HOURS, Shift, on_duty
from grid.rules.roster import Kind, Line, at_minute, night_of, roster_at
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Account, Membership, Person
from people.queries import reaches
from people.rules import Level

ABSENT: Final = aliased(Person)  # an alias costs more to make than its query to run

ONE_DAY: Final = timedelta(days=1)
MOST_PEOPLE: Final = 300
# Who may be put into the table: everybody a case can be given to, but the district and the
# departments, which plan for themselves.
ROSTERED: Final = tuple(
    role for role in LEVELS if role not in {Role.DISTRICT_CMD, Role.DEPT_HANDLER}
)
DUTY_LEVELS: Final = (Level.TOWN, Level.VILLAGE, Level.GRID)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """A line of the table with the names on it."""

    id: int
    line: Line
    name: str
    stands_for: str  # "" for nobody


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be put in."""

    person_id: int
    name: str
    role: Role


def duty_between(
    session: Session, area: str, first: date, last: date, *, by: Actor
) -> tuple[DutyLine, ...]:
    """Return the lines that hold for *area* on days from *first* to *last*; one statement.

    Those of the areas above are among them.

    Raises:
        NoSuchLine: *by* reads no duty there.
    """
    if not people.rules.is_code(area) or not reaches(by, Permission.DUTY_READ, area):
        raise NoSuchLine("没有这个区域，或者它的值班表不归您看。")
    return _named(
        session,
        Duty.area_code.in_(people.rules.ancestors(area)),
        Duty.last_day >= first,
        Duty.first_day <= last,
    )


def duty_line(session: Session, line_id: int, *, by: Actor) -> DutyLine:
    """Return one line that *by* may change; one statement.

    Raises:
        NoSuchLine: there is none.
    """
    found = _named(session, Duty.id == line_id)
    if not found or not reaches(by, Permission.DUTY_EDIT, found[0].line.area):
        raise NoSuchLine("没有这一班，或者它不归您排。")
    return found[0]


def colleagues(session: Session, area: str, *, by: Actor) -> tuple[Colleague, ...]:
    """Return who may be put into the table of *area* by *by*; one statement.

    Raises:
        NoSuchLine: *by* plans no duty there.
    """
    if not people.rules.is_code(area) or not reaches(by, Permission.DUTY_EDIT, area):
        raise NoSuchLine("没有这个区域，或者它的班不归您排。")
    rows = session.execute(
        select(Person.id, Person.public_name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(Account.closed_at.is_(None), Membership.role.in_(ROSTERED), over(area))
        .order_by(Person.id)
        .limit(MOST_PEOPLE)
    )
    first: dict[int, Colleague] = {}
    for row in rows:
        first.setdefault(row.id, Colleague(row.id, row.public_name, row.role))
    order = list(LEVELS)
    return tuple(sorted(first.values(), key=lambda one: (order.index(one.role), one.person_id)))


def fits(session: Session, person_id: int, area: str, *, kind: Kind) -> bool:
    """Whether somebody wears a hat under which they can cover *area*."""
    roles = (Role.TOWN_ADMIN,) if kind is Kind.DESK else ROSTERED
    return (
        session.scalar(
            select(Membership.id)
            .join(Account, Account.person_id == Membership.person_id)
            .where(
                Membership.person_id == person_id,
                Membership.role.in_(roles),
                Account.closed_at.is_(None),
                over(area),
            )
            .limit(1)
        )
        is not None
    )


def open_nights(
    session: Session, areas: Collection[str], days: Sequence[date], *, by: Actor
) -> tuple[tuple[str, date], ...]:
    """Return in which of *areas* in the night of which of *days* nobody is on duty.

    That is, at some moment of it: neither by the table nor by the weekly hours.  At most four
    statements, however many areas; those in which *by* reads no duty are left out.
    """
    mine = [area for area in areas if reaches(by, Permission.DUTY_READ, area)]
    if not mine or not days:
        return ()
    plan = _plan(session, mine, days[0] - ONE_DAY, days[-1] + ONE_DAY)
    return tuple((area, day) for day in days for area in mine if plan.is_open(area, day))


def grids_of(session: Session, *, by: Actor) -> tuple[Place, ...]:
    """Return the grids whose duty *by* plans; one statement."""
    return places(session, Permission.DUTY_EDIT, Level.GRID, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All that decides who is on duty in some places over some days, each by its area."""

    lines: Mapping[str, Sequence[Line]]
    hours: Mapping[str, Mapping[Role, list[Shift]]]
    hats: Mapping[str, Collection[tuple[int, Role]]]  # those of micro-grids at their grid
    is_off: Callable[[date], bool]

    def is_open(self, area: str, day: date) -> bool:
        """Whether nobody is on duty at some moment of the night that begins on *day*."""
        begins, ends = night_of(day)
        above = people.rules.ancestors(area)
        lines = [line for code in above for line in self.lines.get(code, ())]
        team = [hat for code in above for hat in self.hats.get(code, ())]
        moments = {begins}
        for line in lines:
            for shift in line.shifts(day - ONE_DAY, day + ONE_DAY):
                moments |= {one for one in shift if begins <= one < ends}
        moments |= {one for one in self._edges(above, day) if begins <= one < ends}
        return not all(self._anybody(area, lines, team, moment) for moment in moments)

    def _anybody(
        self,
        area: str,
        lines: Iterable[Line],
        team: Collection[tuple[int, Role]],
        moment: datetime,
    ) -> bool:
        there = {who for who, _role in team}
        fitting = [one for one in lines if one.kind is not Kind.STAND_IN or one.person_id in there]
        roster = roster_at(fitting, moment, is_off=self.is_off)
        if there & roster.on:
            return True
        return any(
            on_duty(role, moment, self._hours(area, role))
            for who, role in team
            if role in WORKERS and who not in roster.off
        )

    def _edges(self, above: Collection[str], day: date) -> set[datetime]:
        """Return when the weekly hours begin and end on *day* and the day after."""
        shifts = {one for code in above for own in self.hours.get(code, {}).values() for one in own}
        usual = {one for own in USUAL_HOURS.values() for one in own}
        return {
            at_minute(on, minute)
            for on in (day, day + ONE_DAY)
            for one in shifts | usual
            for minute in (one.opens, one.closes)
        }

    def _hours(self, area: str, role: Role) -> list[Shift] | None:
        for code in people.rules.ancestors(area):
            found = self.hours.get(code, {}).get(role)
            if found:
                return found
        return None


def _plan(session: Session, areas: Collection[str], first: date, last: date) -> _Plan:
    above = {code for area in areas for code in people.rules.ancestors(area)}
    lines = tuple(line_of(row) for row in rows_between(session, above, first, last))
    hours: dict[str, dict[Role, list[Shift]]] = {}
    for row in session.scalars(select(Hours).where(Hours.area_code.in_(sorted(above)))):
        shift = Shift(row.weekday, row.opens, row.closes)
        hours.setdefault(row.area_code, {}).setdefault(row.role, []).append(shift)
    grid = func.substr(Membership.area_code, 1, people.rules.DIGITS[Level.GRID])
    micro = and_(
        func.length(Membership.area_code) > people.rules.DIGITS[Level.GRID],
        grid.in_(sorted(above)),
    )
    hats = session.execute(
        select(Membership.person_id, Membership.role, Membership.area_code)
        .join(Account, Account.person_id == Membership.person_id)
        .where(
            Account.closed_at.is_(None),
            Membership.role.in_(ROSTERED),
            Membership.role != Role.POLICE_AUX,
            or_(Membership.area_code.in_(sorted(above)), micro),
        )
        .order_by(Membership.id)
    )
    by_area: dict[str, list[tuple[int, Role]]] = {}
    for person_id, role, code in hats:
        where = people.rules.at_level(code, Level.GRID) or code
        by_area.setdefault(where, []).append((person_id, role))
    lined = {one.area for one in lines}
    return _Plan(
        lines={code: [one for one in lines if one.area == code] for code in lined},
        hours=hours,
        hats=by_area,
        is_off=off_days(session, lines),
    )


def _named(session: Session, *conditions: object) -> tuple[DutyLine, ...]:
    rows = session.execute(
        select(Duty, Person.public_name, ABSENT.public_name.label("stands_for"))
        .join(Person, Person.id == Duty.person_id)
        .outerjoin(ABSENT, ABSENT.id == Duty.stands_for)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Duty.opens, func.length(Duty.area_code).desc(), Duty.id)
    )
    return tuple(
        DutyLine(
            id=row.Duty.id,
            line=line_of(row.Duty),
            name=row.public_name,
            stands_for=row.stands_for or "",
        )
        for row in rows
    )
