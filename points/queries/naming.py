"""Whether somebody is named in public: what they read of it, and staff at the counter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import within
from points.models import NameConsent


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A household's head, and whether they agreed to be named."""

    person_id: int
    given_at: datetime | None
    recorder: str  # who wrote it down at the counter, by their public name


def own_naming(session: Session, person_id: int) -> Naming | None:
    """Return one's own consent; None for whoever heads no household and gave none.

    Whoever heads another household by now has not agreed for that one.
    """
    here = or_(Person.is_head.is_(False), NameConsent.household_id == Person.household_id)
    row = session.execute(
        select(Person.is_head, NameConsent.given_at, _RECORDER.public_name)
        .outerjoin(NameConsent, and_(_HOLDS, here))
        .outerjoin(_RECORDER, _RECORDER.id == NameConsent.given_to)
        .where(Person.id == person_id)
    ).one_or_none()
    if row is None or (not row[0] and row[1] is None):
        return None
    return Naming(person_id=person_id, given_at=row[1], recorder=row[2] or "")


def household_naming(session: Session, household_id: int, *, by: Actor) -> Naming | None:
    """Return whether the head of a household that *by* may edit agreed; None where they may not."""
    row = session.execute(
        select(Person.id, NameConsent.given_at, _RECORDER.public_name)
        .join(Household, and_(Household.id == Person.household_id, Person.is_head))
        .outerjoin(NameConsent, and_(_HOLDS, NameConsent.household_id == Household.id))
        .outerjoin(_RECORDER, _RECORDER.id == NameConsent.given_to)
        .where(
            Household.id == household_id,
            Household.closed_at.is_(None),
            within(Household, by, Permission.HOUSEHOLD_EDIT),
        )
    ).one_or_none()
    if row is None:
        return None
    return Naming(person_id=row[0], given_at=row[1], recorder=row[2] or "")


_RECORDER = aliased(Person)
_HOLDS = and_(NameConsent.person_id == Person.id, NameConsent.withdrawn_at.is_(None))
