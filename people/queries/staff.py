"""Reads about members of staff: who they are at the door, and who is listed for whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from kernel.access import Actor, Hat
from kernel.permissions import Permission
from people import rules
from people.errors import NoSuchPerson
from people.models import Account, EndedSession, Membership, Person, Spoken
from people.queries.scope import scoped, within

PAGE: Final = 50
# Asked at every request of whoever is signed in, so they are built once.
_WHO: Final = bindparam("person_id", type_=Person.id.type)
_GOES_ON: Final = ~exists().where(EndedSession.key_hash == bindparam("key_hash"))
_RESIDENT: Final = select(Person.name, Person.public_name).where(Person.id == _WHO, _GOES_ON)
_STAFF: Final = (
    select(Person.name, Person.public_name, Account.must_change)
    .join(Account, Account.person_id == Person.id)
    .where(
        Person.id == _WHO,
        Account.epoch == bindparam("epoch"),
        Account.closed_at.is_(None),
        _GOES_ON,
    )
)
_HATS: Final = select(Membership.role, Membership.area_code, Membership.department).where(
    Membership.person_id == _WHO
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who a session belongs to."""

    actor: Actor
    name: str
    is_staff: bool
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """A member of staff as a list shows them; the private number is masked."""

    person_id: int
    login: str
    name: str
    public_name: str
    phone: str  # masked
    work_phone: str
    must_change: bool
    has_totp: bool
    locked_until: datetime | None
    hats: tuple[rules.HatWanted, ...]  # those within reach of whoever asks


def actor_of(session: Session, person_id: int) -> Actor | None:
    """Return the member of staff as the services know them, or None if there is none."""
    account = session.get(Account, person_id)
    if account is None or account.closed_at is not None:
        return None
    return Actor(person_id, _hats(session, person_id))


def signed_in(
    session: Session, person_id: int, epoch: int | None, key_hash: str = ""
) -> Signed | None:
    """Return who signed in as *person_id*, or None if that session is over.

    Without an *epoch* it is a resident's session: it wears no hats even if the
    same person works here.  With one it holds until the account's is raised.
    Whoever must change an issued password wears no hats until then.  One that
    was signed out of, by its *key_hash*, is over.  At most two statements.
    """
    wanted = {"person_id": person_id, "key_hash": key_hash}
    if epoch is None:
        resident = session.execute(_RESIDENT, wanted).one_or_none()
        if resident is None:
            return None
        return Signed(actor=Actor(person_id), name=resident.name, is_staff=False)
    found = session.execute(_STAFF, {**wanted, "epoch": epoch}).one_or_none()
    if found is None:
        return None
    hats = frozenset[Hat]() if found.must_change else _hats(session, person_id)
    return Signed(
        actor=Actor(person_id, hats),
        name=found.public_name or found.name,
        is_staff=True,
        must_change=found.must_change,
    )


def account_of(session: Session, person_id: int) -> Account | None:
    """Return one's own account; a resident has none."""
    return session.get(Account, person_id)


def hats_of(session: Session, person_id: int) -> tuple[rules.HatWanted, ...]:
    """Return all the hats of one person, wherever they are worn."""
    rows = session.scalars(select(Membership).where(Membership.person_id == person_id))
    return tuple(sorted(map(_worn, rows), key=_order))


def dialects_of(session: Session, person_id: int) -> frozenset[str]:
    """Return the codes of what somebody speaks."""
    spoken = select(Spoken.dialect).where(Spoken.person_id == person_id)
    return frozenset(session.scalars(spoken))


def staff_page(
    session: Session, *, by: Actor, login: str = "", area: str = "", after: int = 0
) -> Sequence[StaffLine]:
    """Return up to 50 members of staff who wear a hat within reach of *by*, by number.

    Args:
        session: where to read.
        by: who asks.
        login: only logins that begin so.
        area: only hats worn there or below.
        after: only those whose number is higher: the last one of the page before.

    Raises:
        NoSuchArea: if *area* is no code.
    """
    worn = exists().where(
        Membership.person_id == Account.person_id,
        within(Membership, by, Permission.SYSTEM_STAFF_EDIT),
    )
    if area:
        rules.level_of(area)
        worn = worn.where(Membership.area_code >= area, Membership.area_code < rules.after(area))
    statement = _accounts().where(worn, Person.id > after)
    if login:
        statement = statement.where(Account.login.startswith(login.lower(), autoescape=True))
    found = session.execute(statement.order_by(Person.id).limit(PAGE)).all()
    return _lines(session, found, by)


def staff_detail(session: Session, person_id: int, *, by: Actor) -> StaffLine:
    """Return one member of staff who wears a hat within reach of *by*.

    Raises:
        NoSuchPerson: there is none, or not for this person.
    """
    found = session.execute(_accounts().where(Person.id == person_id)).all()
    line = next(iter(_lines(session, found, by)), None)
    if line is None or not line.hats:
        raise NoSuchPerson("没有这个人，或者不归您管。")
    return line


def _accounts() -> Select[Person, Account]:
    return (
        select(Person, Account)
        .join(Account, Account.person_id == Person.id)
        .where(Account.closed_at.is_(None))
    )


def _lines(
    session: Session, found: Sequence[Row[Person, Account]], by: Actor
) -> Sequence[StaffLine]:
    ids = [person.id for person, _ in found]
    hats = session.scalars(
        scoped(
            select(Membership).where(Membership.person_id.in_(ids)),
            by,
            Permission.SYSTEM_STAFF_EDIT,
        )
    ).all()
    return [
        StaffLine(
            person_id=person.id,
            login=account.login,
            name=person.name,
            public_name=person.public_name,
            phone=rules.mask_phone(person.phone),
            work_phone=person.work_phone,
            must_change=account.must_change,
            has_totp=account.totp is not None,
            locked_until=account.locked_until,
            hats=tuple(
                sorted((_worn(hat) for hat in hats if hat.person_id == person.id), key=_order)
            ),
        )
        for person, account in found
    ]


def public_names(session: Session, people: Collection[int]) -> Mapping[int, str]:
    """Return what everybody may call some people; "" for who has no such name."""
    if not people:
        return {}
    found = select(Person.id, Person.public_name).where(Person.id.in_(people))
    return {number: name or "" for number, name in session.execute(found)}


def _hats(session: Session, person_id: int) -> frozenset[Hat]:
    rows = session.execute(_HATS, {"person_id": person_id})
    return frozenset(Hat(role, area, department or None) for role, area, department in rows)


def _worn(row: Membership) -> rules.HatWanted:
    return rules.HatWanted(row.role, row.area_code, row.department)


def _order(hat: rules.HatWanted) -> tuple[str, str, str]:
    return hat.area, hat.role, hat.department
