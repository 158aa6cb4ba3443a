"""What somebody reads about the household they belong to, and about themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from people import rules
from people.models import Household, JoinRequest, Person
from people.rules import HouseholdKind, JoinState

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeMember:
    """Somebody of the same household: the surname, no number."""

    person_id: int
    name: str  # masked, but for oneself
    is_head: bool
    is_self: bool
    joined_themselves: bool  # by card or by asking, of late


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRequest:
    """Somebody waits for the head's yes or no: who they say they are."""

    request_id: int
    name: str
    phone: str  # masked
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One's own household."""

    household: Household
    is_head: bool
    has_head: bool
    total: int
    members: tuple[HomeMember, ...]  # the first fifty; in a dormitory oneself and its head
    requests: tuple[HomeRequest, ...]  # for the head alone


def home_of(session: Session, person_id: int, *, now: datetime) -> Home | None:
    """Return the household somebody belongs to: at most six statements, however many live there."""
    found = session.execute(
        select(Household, Person)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id, Household.closed_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    home, me = found
    living = Person.household_id == home.id
    total = session.scalar(select(func.count()).select_from(Person).where(living)) or 0
    # Who shares a dormitory or a firm are strangers: each sees whoever runs it, and no more.
    strangers = home.kind is not HouseholdKind.FAMILY and not me.is_head
    seen = Person.is_head if strangers else true()
    others = session.scalars(
        select(Person)
        .where(living, Person.id != me.id, seen)
        .order_by(Person.is_head.desc(), Person.id)
        .limit(PAGE - 1)
    ).all()
    recent = joined_themselves(session, home.id, since=now - rules.OWN_TO_UNDO)
    members = tuple(_member(person, me, recent) for person in [me, *others])
    return Home(
        household=home,
        is_head=me.is_head,
        has_head=any(member.is_head for member in members),
        total=total,
        members=members,
        requests=tuple(_waiting(session, home.id, now)) if me.is_head else (),
    )


def joined_themselves(session: Session, household_id: int, *, since: datetime) -> Collection[int]:
    """Return who came into a household by card or by asking, lately: at most the last fifty."""
    return set(
        session.scalars(
            select(JoinRequest.person_id)
            .where(
                JoinRequest.household_id == household_id,
                JoinRequest.state == JoinState.APPROVED,
                JoinRequest.decided_at >= since,
            )
            .order_by(JoinRequest.id.desc())
            .limit(PAGE)
        )
    )


def last_request(session: Session, person_id: int) -> JoinRequest | None:
    """Return what somebody asked for last, if they ever did."""
    mine = select(JoinRequest).where(JoinRequest.person_id == person_id)
    return session.scalar(mine.order_by(JoinRequest.id.desc()).limit(1))


def profile_of(session: Session, person_id: int) -> Person:
    """Return all that people keeps about oneself."""
    return session.get_one(Person, person_id)


def _waiting(session: Session, household_id: int, now: datetime) -> Sequence[HomeRequest]:
    found = session.execute(
        select(JoinRequest, Person)
        .join(Person, Person.id == JoinRequest.person_id)
        .where(
            JoinRequest.household_id == household_id,
            JoinRequest.state == JoinState.WAITING,
            JoinRequest.expires_at > now,
        )
        .order_by(JoinRequest.id)
        .limit(PAGE)
    ).all()
    return [
        HomeRequest(
            request_id=request.id,
            name=person.name,
            phone=rules.mask_phone(person.phone),
            asked_at=request.asked_at,
            expires_at=request.expires_at,
        )
        for request, person in found
    ]


def _member(person: Person, me: Person, recent: Collection[int]) -> HomeMember:
    is_self = person.id == me.id
    return HomeMember(
        person_id=person.id,
        name=person.name if is_self else rules.mask_name(person.name),
        is_head=person.is_head,
        is_self=is_self,
        joined_themselves=person.id in recent and not is_self,
    )
