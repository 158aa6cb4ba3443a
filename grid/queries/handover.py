"""Who holds open cases, and who could take them: for handing over when somebody leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from grid.errors import NoSuchCase
from grid.models import OPEN, Case
from grid.queries.cards import Card, card_of, with_card
from grid.queries.staff import Candidate, who_can_take
from grid.rules import TABLE, Move, Privacy
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Account, Person
from people.queries import scoped, within

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
MOST_OWNERS: Final = 200
MOST_CASES: Final = 200
MOST_PLACES: Final = 5  # of which is asked who could take what lies there


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody with open cases that the reader may give to others."""

    person_id: int
    name: str
    cases: int
    has_left: bool  # the account is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An open case somebody has."""

    card: Card
    may_move: bool  # else it waits for somebody else: to be verified, or decided


def owners(session: Session, *, by: Actor) -> tuple[Owner, ...]:
    """Return who has open cases that *by* may give to others; one statement."""
    mine = _to_move(select(Case).where(Case.state.in_(OPEN), Case.owner_id.is_not(None)), by)
    chosen = mine.with_only_columns(Case.id)
    rows = session.execute(
        select(
            Case.owner_id,
            Person.public_name,
            Account.login,
            func.count(Case.id),
            Account.closed_at,
        )
        .join(Person, Person.id == Case.owner_id)
        .outerjoin(Account, Account.person_id == Case.owner_id)
        .where(Case.id.in_(chosen))
        .group_by(Case.owner_id, Person.public_name, Account.login, Account.closed_at)
        .order_by(Account.closed_at.is_(None), func.count(Case.id).desc(), Case.owner_id)
        .limit(MOST_OWNERS)
    )
    return tuple(
        Owner(person_id=who, name=name or login or "", cases=number, has_left=closed is not None)
        for who, name, login, number, closed in rows
        if who is not None
    )


def held_by(session: Session, person_id: int, *, by: Actor, now: datetime) -> tuple[Held, ...]:
    """Return somebody's open cases that *by* may give to others, the urgent first; one statement.

    Raises:
        NoSuchCase: there is none.
    """
    statement = with_card().where(Case.owner_id == person_id, Case.state.in_(OPEN))
    mine = _to_move(statement, by)
    rows = session.execute(
        mine.order_by(Case.urgency.desc(), Case.submitted_at, Case.id).limit(MOST_CASES)
    ).all()
    if not rows:
        raise NoSuchCase("他手上没有归您改派的事。")
    return tuple(
        Held(
            card=card_of(row, now=now, full=False),
            may_move=any((row.Case.state, move) in TABLE for move in (Move.REASSIGN, Move.ASSIGN)),
        )
        for row in rows
    )


def takers(session: Session, person_id: int, *, by: Actor, now: datetime) -> tuple[Candidate, ...]:
    """Return who could take at least one of somebody's cases; a bounded number of statements."""
    mine = _to_move(select(Case).where(Case.owner_id == person_id, Case.state.in_(OPEN)), by)
    found: dict[int, Candidate] = {}
    seen: set[tuple[str, bool]] = set()
    for case in session.scalars(mine.order_by(Case.id).limit(MOST_CASES)).all():
        kind = (case.area_code, case.is_police)
        if kind in seen or len(seen) >= MOST_PLACES:
            continue
        seen.add(kind)
        for one in who_can_take(session, case, now=now):
            if one.person_id != person_id:
                found.setdefault(one.person_id, one)
    return tuple(found.values())


def _to_move(statement: S, by: Actor) -> S:
    """Narrow *statement* to what *by* may give to others; a department's only for the police."""
    others = Actor(by.id, frozenset(hat for hat in by.hats if hat.role is not Role.DEPT_HANDLER))
    moved = or_(Case.privacy == Privacy.POLICE, within(Case, others, Permission.CASE_REASSIGN))
    return scoped(statement.where(moved), by, Permission.CASE_REASSIGN)
