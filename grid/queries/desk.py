"""What people at work read: their own queue, what waits for a second look, the town's list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import Session

import people.rules
from grid.models import OPEN, Case, External
from grid.queries.cards import PAGE, Page, card_of, with_card
from grid.rules import State, Urgency
from grid.rules.copyout import folded
from kernel import crockford
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped, within

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
MOST_PAGES: Final = 200
SHORTEST_OUTSIDE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the town desk narrows its list to; None and "" narrow nothing."""

    state: State | None = None
    area: str = ""
    urgency: Urgency | None = None
    category: str = ""
    overdue: bool = False
    number: str = ""  # as typed; its beginning is enough
    only_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases lie where."""

    by_state: Mapping[State, int]
    overdue: int
    urgent: int  # of the open ones

    @property
    def open(self) -> int:
        """How many are not over."""
        return sum(number for state, number in self.by_state.items() if not state.is_over)


def queue(session: Session, *, by: Actor, now: datetime, page: int = 1) -> Page:
    """Return the open cases whose turn is *by*'s, what burns first on top; one statement.

    That is what they own, what they may verify, and at a desk what nobody owns yet.
    """
    statement = with_card().where(Case.state.in_(OPEN))
    mine = scoped(statement, by, Permission.CASE_CONTENT_READ)
    return _page(session, _burning(mine), now=now, page=page, full=True)


def queue_version(session: Session, *, by: Actor) -> str:
    """Return a word that changes whenever ``queue`` would show something else; one statement."""
    statement = select(
        func.count(Case.id),
        func.sum(Case.id),
        func.sum(Case.last_step),
        func.max(Case.touched_at),
    ).where(Case.state.in_(OPEN), within(Case, by, Permission.CASE_CONTENT_READ))
    count, ids, steps, touched = session.execute(statement).one()
    stamp = int(touched.timestamp() * 1_000_000) if touched else 0
    return f"{count}-{ids or 0}-{steps or 0}-{stamp}"


def to_verify(session: Session, *, by: Actor, now: datetime, page: int = 1) -> Page:
    """Return the cases whose result *by* may look at on the spot; one statement."""
    statement = with_card().where(
        Case.state == State.TO_VERIFY,
        Case.of_assignee(by.id),
        or_(Case.owner_id.is_(None), Case.owner_id != by.id),
    )
    mine = scoped(statement, by, Permission.CASE_VERIFY)
    return _page(session, _burning(mine), now=now, page=page, full=True)


def to_spot_check(session: Session, *, by: Actor, now: datetime) -> Page:
    """Return the first closed cases *by* may take the drawn second look at; one statement."""
    statement = with_card().where(
        Case.to_spot_check,
        Case.of_assignee(by.id),
        or_(Case.owner_id.is_(None), Case.owner_id != by.id),
    )
    mine = scoped(statement, by, Permission.CASE_VERIFY).order_by(Case.closed_at, Case.id)
    return _page(session, mine, now=now, page=1, full=True)


def listed(
    session: Session, *, by: Actor, now: datetime, filters: Filters | None = None, page: int = 1
) -> Page:
    """Return the cases of the areas *by* reads, with their number; two statements.

    Masked: what a resident said is only on those that are *by*'s to handle.
    """
    wanted = conditions(filters or Filters(), now)
    mine = within(Case, by, Permission.CASE_CONTENT_READ).label("extra")
    found = scoped(with_card(mine).where(*wanted), by, Permission.CASE_READ)
    number = select(func.count(Case.id)).where(*wanted, within(Case, by, Permission.CASE_READ))
    total = session.scalar(number) or 0
    return _page(session, _burning(found), now=now, page=page, full=False, total=total)


def open_at(session: Session, spot_id: int, *, by: Actor, now: datetime) -> Page:
    """Return the open cases at a spot that *by* reads, masked like a list; one statement."""
    statement = with_card().where(Case.spot_id == spot_id, Case.state.in_(OPEN))
    found = scoped(statement, by, Permission.CASE_READ)
    return _page(session, _burning(found), now=now, page=1, full=False)


def counts(session: Session, *, by: Actor, now: datetime) -> Counts:
    """Return how many cases *by* reads, by state; one statement."""
    late = case((Case.state.in_(OPEN) & (Case.burns_at <= now), 1), else_=0)
    urgent = case((Case.state.in_(OPEN) & (Case.urgency == Urgency.URGENT), 1), else_=0)
    statement = select(Case.state, func.count(Case.id), func.sum(late), func.sum(urgent)).group_by(
        Case.state
    )
    rows = session.execute(scoped(statement, by, Permission.CASE_READ)).all()
    return Counts(
        by_state={row[0]: row[1] for row in rows},
        overdue=sum(row[2] for row in rows),
        urgent=sum(row[3] for row in rows),
    )


def conditions(filters: Filters, now: datetime) -> list[Any]:
    """Return what narrows the list as *filters* ask."""
    wanted: list[Any] = []
    if filters.state is not None:
        wanted.append(Case.state == filters.state)
    if filters.only_open or filters.overdue:
        wanted.append(Case.state.in_(OPEN))
    if filters.overdue:
        wanted.append(Case.burns_at <= now)
    if filters.urgency is not None:
        wanted.append(Case.urgency == filters.urgency)
    if filters.category:
        wanted.append(Case.category == filters.category)
    return [*wanted, *_typed(filters)]


def _typed(filters: Filters) -> list[Any]:
    """Return the conditions of what somebody types: an area, the beginning of a number.

    The number may be ours or, from four signs on, the one another system has for the case.
    """
    wanted: list[Any] = []
    if people.rules.is_code(filters.area):
        wanted += [
            Case.area_code >= filters.area,
            Case.area_code < people.rules.after(filters.area),
        ]
    number = crockford.fold(filters.number)
    if number:
        # What no number can begin with need not be looked for, least of all a NUL.
        possible = set(number) <= set(crockford.ALPHABET)
        ours = Case.number.startswith(number) if possible else false()
        theirs = folded(filters.number)
        if len(theirs) >= SHORTEST_OUTSIDE:
            ours = or_(ours, _known_outside_as(theirs))
        wanted.append(ours)
    return wanted


def _known_outside_as(number: str) -> ColumnElement[bool]:
    known = select(External.case_id).where(External.folded.startswith(number))
    return Case.id.in_(known)


def _burning(statement: S) -> S:
    """Put on top what burns first: urgent, then what runs out first, then what came."""
    return statement.order_by(
        case((Case.urgency == Urgency.URGENT, 0), else_=1),
        case((Case.burns_at.is_(None), 1), else_=0),
        Case.burns_at,
        Case.submitted_at,
        Case.id,
    )


def _page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    *,
    now: datetime,
    page: int,
    full: bool,
    total: int | None = None,
) -> Page:
    page = min(max(page, 1), MOST_PAGES)
    rows = session.execute(statement.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    cards = tuple(card_of(row, now=now, full=full or bool(row.extra)) for row in rows[:PAGE])
    return Page(cards, page, more=len(rows) > PAGE, total=total)
