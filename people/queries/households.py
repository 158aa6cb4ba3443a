"""Reads of households for staff.

In lists a name is its surname.  The detail has whole names, and each look at it stands in the
log, which the view sees to.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.permissions import Permission
from people import rules
from people.errors import BadField, NoSuchHousehold
from people.models import (
    Area,
    Household,
    HouseholdImport,
    JoinRequest,
    Person,
    name_indexes,
    surname_index,
)
from people.queries.areas import paths_of
from people.queries.scope import area_ranges, scoped
from people.rules import HouseholdKind, JoinState, Level

HEAD: Final = aliased(Person)  # an alias costs more to make than its query to run

PAGE: Final = 50
MOST_HISTORY: Final = 20
MOST_PLACES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFilter:
    """Which households are wanted; empty fields want all."""

    number: str = ""  # what it begins with
    address: str = ""  # a part of it, or of a firm's name
    person: str = ""  # a whole name, a surname, or a whole mobile number
    area: str = ""
    after: int = 0  # only those with a higher number: the last of the page before


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdLine:
    """A household as a list shows it."""

    household_id: int
    number: str
    kind: HouseholdKind
    name: str
    address: str
    area_code: str
    head: str  # masked
    members: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """Somebody who lives there: the whole name, and the number masked."""

    person_id: int
    name: str
    phone: str
    is_head: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDetail:
    """A household with a page of its members."""

    household: Household
    members: tuple[MemberLine, ...]
    total: int
    more: int | None  # after whom the next page begins; None on the last
    history: tuple[AuditLine, ...]  # the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """Somebody waits to be let into a household."""

    request_id: int
    household_id: int
    number: str
    address: str
    area_code: str
    name: str
    phone: str  # masked
    asked_at: datetime
    expires_at: datetime


def household_page(
    session: Session, wanted: HouseholdFilter, *, by: Actor
) -> Sequence[HouseholdLine]:
    """Return up to 50 households that *by* may read: two statements.

    Raises:
        NoSuchArea: if the area asked for is no code.
    """
    statement = (
        scoped(select(Household), by, Permission.HOUSEHOLD_READ)
        .outerjoin(HEAD, (HEAD.household_id == Household.id) & HEAD.is_head)
        .add_columns(HEAD.name)
        .where(Household.id > wanted.after)
        .order_by(Household.id)
        .limit(PAGE)
    )
    found = session.execute(_filtered(statement, wanted)).all()
    ids = [home.id for home, _ in found]
    counted = select(Person.household_id, func.count()).where(Person.household_id.in_(ids))
    members = dict(session.execute(counted.group_by(Person.household_id)).all())
    return [
        HouseholdLine(
            household_id=home.id,
            number=home.number,
            kind=home.kind,
            name=home.name,
            address=home.address,
            area_code=home.area_code,
            head=rules.mask_name(name),
            members=members.get(home.id, 0),
            closed_at=home.closed_at,
        )
        for home, name in found
    ]


def household_detail(
    session: Session, household_id: int, *, by: Actor, after: int = 0
) -> HouseholdDetail:
    """Return a household with up to 50 of its members: at most five statements.

    Raises:
        NoSuchHousehold: there is none, or not for *by*.
    """
    statement = select(Household).where(Household.id == household_id)
    home = session.scalar(scoped(statement, by, Permission.HOUSEHOLD_READ))
    if home is None:
        raise NoSuchHousehold("没有这一户，或者它不归您管。")
    living = Person.household_id == home.id
    total = session.scalar(select(func.count()).select_from(Person).where(living)) or 0
    page = select(Person).where(living, Person.id > after).order_by(Person.id).limit(PAGE + 1)
    found = list(session.scalars(page))
    more = found[PAGE - 1].id if len(found) > PAGE else None
    shown = found[:PAGE]
    if not after and not any(person.is_head for person in shown):
        shown = [*session.scalars(select(Person).where(living, Person.is_head)), *shown]
    history = session.scalars(
        select(AuditLine)
        .where(AuditLine.subject == f"household:{home.id}")
        .where(AuditLine.action.startswith("household."))
        .where(AuditLine.action.not_in(("household.read", "household.belonged")))
        .order_by(AuditLine.id.desc())
        .limit(MOST_HISTORY)
    ).all()
    return HouseholdDetail(
        household=home,
        members=tuple(
            sorted(map(_member, shown), key=lambda one: (not one.is_head, one.person_id))
        ),
        total=total,
        more=more,
        history=tuple(history),
    )


def household_member(
    session: Session, household_id: int, person_id: int, *, by: Actor
) -> MemberLine:
    """Return one member of a household that *by* may read.

    Raises:
        NoSuchHousehold: there is no such household, or not for *by*, or nobody like that in it.
    """
    statement = scoped(select(Household), by, Permission.HOUSEHOLD_READ)
    found = session.execute(
        statement.join(Person, Person.household_id == Household.id)
        .add_columns(Person)
        .where(Household.id == household_id, Person.id == person_id)
    ).one_or_none()
    if found is None:
        raise NoSuchHousehold("没有这一户，或者它不归您管。")
    return _member(found[1])


def places_for(
    session: Session,
    permission: Permission,
    *,
    by: Actor,
    levels: Collection[Level] = (Level.VILLAGE, Level.GRID),
) -> Sequence[tuple[str, str]]:
    """Return code and path of areas where *by* holds a permission, by name: 500 at most."""
    ranges = list(area_ranges(by, permission))
    there = or_(false(), *((Area.code >= start) & (Area.code < end) for start, end in ranges))
    codes = session.scalars(
        select(Area.code)
        .where(there, Area.level.in_(levels), Area.closed_at.is_(None))
        .order_by(Area.code)
        .limit(MOST_PLACES)
    ).all()
    top = Level.TOWN if Level.TOWN in levels else Level.VILLAGE
    paths = paths_of(session, codes, top=top)
    return [(code, paths[code]) for code in codes]


def join_requests(session: Session, *, by: Actor, now: datetime) -> Sequence[RequestLine]:
    """Return up to 50 wishes to join a household that *by* may decide, the oldest first."""
    statement = scoped(
        select(JoinRequest, Household, Person), by, Permission.HOUSEHOLD_JOIN_APPROVE
    )
    found = session.execute(
        statement.join(Household, Household.id == JoinRequest.household_id)
        .join(Person, Person.id == JoinRequest.person_id)
        .where(
            JoinRequest.state == JoinState.WAITING,
            JoinRequest.expires_at > now,
            Household.closed_at.is_(None),
        )
        .order_by(JoinRequest.id)
        .limit(PAGE)
    ).all()
    return [
        RequestLine(
            request_id=request.id,
            household_id=home.id,
            number=home.number,
            address=home.address,
            area_code=home.area_code,
            name=person.name,
            phone=rules.mask_phone(person.phone),
            asked_at=request.asked_at,
            expires_at=request.expires_at,
        )
        for request, home, person in found
    ]


def household_import(session: Session, import_id: int, *, by: Actor) -> HouseholdImport:
    """Return an import that *by* asked for.

    Raises:
        NoSuchHousehold: there is none, or somebody else asked for it.
    """
    found = session.get(HouseholdImport, import_id)
    if found is None or found.asked_by != by.id or not by.may(Permission.HOUSEHOLD_IMPORT):
        raise NoSuchHousehold("没有这次导入，或者不是您导入的。")
    return found


def _filtered(statement: Select[Household, str], wanted: HouseholdFilter) -> Select[Household, str]:
    if wanted.number:
        number = wanted.number.strip().upper()
        statement = statement.where(Household.number.startswith(number, autoescape=True))
    if wanted.address:
        part = wanted.address.strip()
        statement = statement.where(
            or_(
                Household.address.contains(part, autoescape=True),
                Household.name.contains(part, autoescape=True),
            )
        )
    if wanted.area:
        rules.level_of(wanted.area)
        statement = statement.where(
            Household.area_code >= wanted.area, Household.area_code < rules.after(wanted.area)
        )
    if wanted.person:
        lives = exists().where(Person.household_id == Household.id, _is(wanted.person.strip()))
        statement = statement.where(lives)
    return statement


def _is(person: str) -> ColumnElement[bool]:
    """Return the condition of being called so, having that surname or that number."""
    try:
        return Person.phone_index == keyring().index(rules.checked_phone(person))
    except BadField:
        pass
    if rules.is_surname(person):
        return Person.surname_index == surname_index(person)
    return Person.name_index == name_indexes(person)[0]


def _member(person: Person) -> MemberLine:
    return MemberLine(
        person_id=person.id,
        name=person.name,
        phone=rules.mask_phone(person.phone),
        is_head=person.is_head,
    )
