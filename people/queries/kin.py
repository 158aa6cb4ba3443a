"""Who is written down as whose kin, for whoever keeps the staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from people.models import Account, Kin, Person
from people.queries.staff import staff_detail
from people.rules import mask_name, mask_phone


@dataclass(frozen=True, slots=True, kw_only=True)
class KinLine:
    """One relative: of the staff their login, of anybody else a masked name and number."""

    person_id: int
    name: str
    login: str
    phone: str


def kin_of(session: Session, person_id: int, *, by: Actor) -> Sequence[KinLine]:
    """Return the kin of a member of staff whom *by* may change.

    Raises:
        NoSuchPerson: there is none, or not for this person.
    """
    staff_detail(session, person_id, by=by)
    rows = session.execute(
        select(Person, Account.login)
        .join(Kin, or_(Kin.person_id == Person.id, Kin.other_id == Person.id))
        .outerjoin(Account, Account.person_id == Person.id)
        .where(or_(Kin.person_id == person_id, Kin.other_id == person_id), Person.id != person_id)
        .order_by(Person.id)
    )
    return [
        KinLine(
            person_id=person.id,
            name=person.public_name or person.name if login else mask_name(person.name),
            login=login or "",
            phone="" if login else mask_phone(person.phone),
        )
        for person, login in rows
    ]
