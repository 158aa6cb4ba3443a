"""What a department's handlers and the desks above them read: to sign for, asked for, to decide."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from grid.models import Case, Handover, Help, Signing
from grid.queries.cards import PAGE, Page, area_line, card_of, with_card
from grid.queries.wording import title_of
from grid.rules import DEPARTMENTS, ENDS, Level, State, Urgency
from grid.rules.signing import SIGNS, unit_at
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Account, Membership, Person
from people.queries import scoped, within

# Once: an alias costs more to make than its query to run.
ASKER: Final = aliased(Person)
ANSWERER: Final = aliased(Person)

TOWN: Final = "town"
DESKS: Final = (Role.TOWN_ADMIN, Role.DISTRICT_CMD)
A = TypeVar("A", Help, Handover)
MOST: Final = 100
MOST_PAGES: Final = 200


class Part(StrEnum):
    """A part of a department's list."""

    TO_SIGN = "to_sign"
    IN_HAND = "in_hand"
    WAITING = "waiting"
    DONE = "done"

    @property
    def label(self) -> str:
        """What the tab says."""
        return {
            Part.TO_SIGN: "待签收",
            Part.IN_HAND: "在办",
            Part.WAITING: "等别人",
            Part.DONE: "办完的",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLine:
    """One asking for help, as everybody who may see it reads it."""

    help_id: int
    number: str
    title: str
    place: str
    from_unit: str
    to_department: str
    to_unit: str
    asked_by: str
    asked_at: datetime
    words: str
    comes: bool | None
    answer: str
    answered_by: str | None
    answered_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One asking to hand over, as everybody who may see it reads it."""

    handover_id: int
    number: str
    title: str
    place: str
    from_unit: str
    to_unit: str
    asked_by: str
    asked_at: datetime
    reason: str
    agreed: bool | None
    answer: str
    decided_by: str | None
    decided_at: datetime | None
    is_void: bool  # the case has moved since, so there is nothing left to decide


def of_departments(by: Actor) -> Actor:
    """Return *by* with the hats of departments only."""
    return Actor(by.id, frozenset(hat for hat in by.hats if hat.role is Role.DEPT_HANDLER))


def of_desks(by: Actor) -> Actor:
    """Return *by* with the hats of the town's and the district's desk only."""
    return Actor(by.id, frozenset(hat for hat in by.hats if hat.role in DESKS))


def units_of(by: Actor) -> frozenset[str]:
    """Return the departments *by* handles for."""
    return frozenset(hat.department for hat in of_departments(by).hats if hat.department)


def signs_as(
    by: Actor, *, level: Level | None, department: str | None, area_code: str
) -> str | None:
    """Return the department for which *by* may sign for a case there; None for none."""
    wanted = unit_at(level, department)
    mine = (
        hat.department
        for hat in of_departments(by).hats
        if wanted is not None and hat.department == wanted and area_code.startswith(hat.area)
    )
    return next(mine, None)


def unit_name(code: str) -> str:
    """Return what a department is called; the town's desk has its code as well."""
    return DEPARTMENTS[code].name if code in DEPARTMENTS else code


def department_cases(
    session: Session, *, by: Actor, now: datetime, part: Part, page: int = 1
) -> Page:
    """Return the cases given to *by*'s departments, masked, what burns first on top."""
    page = min(max(page, 1), MOST_PAGES)
    statement = with_card().where(_in_part(part, units_of(by)))
    found = scoped(statement, of_departments(by), Permission.CASE_READ).order_by(
        Case.closed_at.desc() if part is Part.DONE else case((_urgent(), 0), else_=1),
        case((Case.burns_at.is_(None), 1), else_=0),
        Case.burns_at,
        Case.id.desc() if part is Part.DONE else Case.id,
    )
    rows = session.execute(found.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    cards = tuple(card_of(row, now=now, full=False) for row in rows[:PAGE])
    return Page(cards, page, more=len(rows) > PAGE)


def department_counts(session: Session, *, by: Actor) -> Mapping[Part, int]:
    """Return how many cases lie in each part of the list; one statement."""
    units = units_of(by)
    sums = [func.sum(case((_in_part(part, units), 1), else_=0)) for part in Part]
    counted = select(*sums).where(within(Case, of_departments(by), Permission.CASE_READ))
    row = session.execute(counted).one()
    return {part: row[index] or 0 for index, part in enumerate(Part)}


def helps_asked(session: Session, *, by: Actor) -> tuple[HelpLine, ...]:
    """Return what *by*'s departments, or *by*'s desk, were asked and have not answered."""
    departments = within(Help, of_departments(by), Permission.CASE_READ)
    desks = within(Help, of_desks(by), Permission.CASE_READ)
    mine = or_(
        and_(Help.to_department.in_(sorted(units_of(by))), departments),
        and_(Help.to_department == TOWN, desks),
    )
    return _helps(session, mine, Help.answered_at.is_(None), Case.state.not_in(ENDS))


def helps_of(session: Session, case_id: int) -> tuple[HelpLine, ...]:
    """Return every asking for help in a case its caller was let in to."""
    return _helps(session, Help.case_id == case_id)


def handovers_to_decide(session: Session, *, by: Actor) -> tuple[HandoverLine, ...]:
    """Return the hand-overs that wait for *by*'s desk."""
    return _handovers(session, to_decide(by))


def to_decide(by: Actor) -> ColumnElement[bool]:
    """Return the condition that a hand-over of a case waits for *by*'s desk."""
    there = within(Case, of_desks(by), Permission.CASE_REASSIGN)
    return and_(there, Handover.decided_at.is_(None), Case.turn == Handover.turn)


def handovers_of(session: Session, case_id: int) -> tuple[HandoverLine, ...]:
    """Return every asking to hand over a case its caller was let in to."""
    return _handovers(session, Handover.case_id == case_id)


def departments_there(session: Session, area_code: str) -> frozenset[str]:
    """Return the departments that have a handler for a place; that is public."""
    # An area's code begins with the codes of all that contain it.
    inside = func.substr(area_code, 1, func.length(Membership.area_code)) == Membership.area_code
    found = session.scalars(
        select(Membership.department)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Account.closed_at.is_(None))
        .where(Membership.role == Role.DEPT_HANDLER, Membership.department != "", inside)
        .distinct()
    )
    return frozenset(found)


def _urgent() -> ColumnElement[bool]:
    return Case.urgency == Urgency.URGENT


def _in_part(part: Part, units: frozenset[str]) -> ColumnElement[bool]:
    """Return which cases lie in a part; every case given to a department lies in one at most."""
    ours = Case.owner_level.in_([level for level in SIGNS if _is_ours(level, units)])
    open_row = exists().where(Signing.case_id == Case.id, Signing.ended_at.is_(None))
    in_hand = and_(ours, Case.state == State.HANDLING, ~open_row)
    waits = or_(
        exists().where(Help.case_id == Case.id, Help.answered_at.is_(None)),
        exists().where(
            Handover.case_id == Case.id,
            Handover.decided_at.is_(None),
            Handover.turn == Case.turn,
        ),
    )
    given = exists().where(Signing.case_id == Case.id, Signing.department.in_(sorted(units)))
    return {
        Part.TO_SIGN: and_(
            ours, or_(Case.state == State.DISPATCHED, and_(Case.state == State.HANDLING, open_row))
        ),
        Part.IN_HAND: and_(in_hand, ~waits),
        Part.WAITING: or_(and_(ours, Case.state == State.TO_VERIFY), and_(in_hand, waits)),
        Part.DONE: and_(Case.state.in_(ENDS), given) if units else false(),
    }[part]


def _is_ours(level: Level, units: frozenset[str]) -> bool:
    return level is Level.DEPARTMENT or unit_at(level, None) in units


def _place(case_row: Case, area: str) -> str:
    return " · ".join(dict.fromkeys(part for part in (area, case_row.place_name) if part))


def _helps(session: Session, *conditions: ColumnElement[bool]) -> tuple[HelpLine, ...]:
    return tuple(
        HelpLine(
            help_id=row.id,
            to_department=row.to_department,
            words=row.words,
            comes=row.comes,
            answer=row.answer,
            answered_by=other,
            answered_at=row.answered_at,
            is_over=found.state.is_over,
            **about,
        )
        for row, found, other, about in _asked(session, Help, Help.answered_by, conditions)
    )


def _handovers(session: Session, *conditions: ColumnElement[bool]) -> tuple[HandoverLine, ...]:
    return tuple(
        HandoverLine(
            handover_id=row.id,
            reason=row.reason,
            agreed=row.agreed,
            answer=row.answer,
            decided_by=other,
            decided_at=row.decided_at,
            is_void=row.decided_at is None and row.turn != found.turn,
            **about,
        )
        for row, found, other, about in _asked(session, Handover, Handover.decided_by, conditions)
    )


def _asked(
    session: Session,
    kind: type[A],
    answered_by: InstrumentedAttribute[int | None],
    conditions: Iterable[ColumnElement[bool]],
) -> Iterator[tuple[A, Case, str | None, dict[str, Any]]]:
    """Yield what was asked, its case, who answered, and what lines of either kind say alike."""
    rows = session.execute(
        select(kind, Case, area_line(Case.area_code), ASKER.public_name, ANSWERER.public_name)
        .join(Case, Case.id == kind.case_id)
        .join(ASKER, ASKER.id == kind.asked_by)
        .outerjoin(ANSWERER, ANSWERER.id == answered_by)
        .where(*conditions)
        .order_by(kind.id)
        .limit(MOST)
    )
    for row, found, area, by, other in rows:
        about = {
            "number": found.number,
            "title": title_of(found),
            "place": _place(found, area),
            "from_unit": unit_name(row.from_department),
            "to_unit": unit_name(row.to_department),
            "asked_by": by,
            "asked_at": row.asked_at,
        }
        yield row, found, other, about
