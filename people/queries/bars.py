"""Who neither sees nor handles what: the accused and their kin (回避).

Unscoped: bars are read to keep people out, and by services that have let their caller in.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from people import rules
from people.models import Account, Barred, Kin, Membership, Person


def open_to(about: str, ref: InstrumentedAttribute[int], person_id: int) -> ColumnElement[bool]:
    """Return the condition that *person_id* is not kept away from the thing numbered *ref*."""
    return ~exists(
        select(literal(1)).where(
            Barred.person_id == person_id, Barred.about == about, Barred.ref == ref
        )
    )


def subjects_barred(person_id: int) -> Select[str]:
    """Return the subjects, as audit lines name them, that *person_id* is kept away from."""
    subject = Barred.about + literal(":") + cast(Barred.ref, String)
    return select(subject).where(Barred.person_id == person_id)


def barred_from(session: Session, about: str, ref: int) -> frozenset[int]:
    """Return everybody who is kept away from one thing; one statement."""
    return frozenset(
        session.scalars(select(Barred.person_id).where(Barred.about == about, Barred.ref == ref))
    )


def near(session: Session, people: Iterable[int]) -> frozenset[int]:
    """Return who lives in a household with one of *people*, or is written down as their kin.

    Of household-mates only staff count: nobody else is ever let in to anything.
    """
    chosen = sorted(people)
    if not chosen:
        return frozenset()
    homes = select(Person.household_id).where(
        Person.id.in_(chosen), Person.household_id.is_not(None)
    )
    mates = select(Person.id).where(
        Person.household_id.in_(homes),
        exists(select(literal(1)).where(Account.person_id == Person.id)),
    )
    kin = select(Kin.other_id).where(Kin.person_id.in_(chosen))
    niks = select(Kin.person_id).where(Kin.other_id.in_(chosen))
    found = session.scalars(mates.union(kin, niks))
    return frozenset(found) - frozenset(chosen)


def members(session: Session, household_id: int) -> frozenset[int]:
    """Return who lives in a household."""
    return frozenset(session.scalars(select(Person.id).where(Person.household_id == household_id)))


def staff_under(session: Session, code: str) -> frozenset[int]:
    """Return who of the staff wears a hat in *code* or anywhere below it."""
    return frozenset(
        session.scalars(
            select(Membership.person_id)
            .join(Account, Account.person_id == Membership.person_id)
            .where(
                Membership.area_code >= code,
                Membership.area_code < rules.after(code),
                Account.closed_at.is_(None),
            )
            .distinct()
        )
    )
