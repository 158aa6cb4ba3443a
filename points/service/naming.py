"""Consent to be named in public: the person's own, taken back at any time."""

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.errors import NoSuchHousehold
from people.models import Household, Person
from people.queries import within
from points.errors import CannotClaim
from points.models import NameConsent


def agree_to_naming(work: Work, *, by: Actor) -> None:
    """Note that *by*, who heads a household, wants to be named; twice is once.

    Raises:
        CannotClaim: they head no household.
    """
    person = _locked(work, by.id)
    if not person.is_head or person.household_id is None:
        raise CannotClaim("公示里写的是户主，您不是户主，不会写您的姓名。")
    _give(work, person, person.household_id, by)


def end_naming(work: Work, *, by: Actor) -> None:
    """Take back one's own consent; where there is none nothing changes."""
    _withdraw(work, _locked(work, by.id), by)


def record_naming(work: Work, household_id: int, *, agrees: bool, by: Actor) -> None:
    """Write down at the counter what the head of a household said in person.

    Raises:
        NoSuchHousehold: there is no such household where *by* may edit, or it has no head.
        CannotClaim: it is the household of *by*.
    """
    head = work.session.scalar(
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(
            Household.id == household_id,
            Household.closed_at.is_(None),
            Person.is_head,
            within(Household, by, Permission.HOUSEHOLD_EDIT),
        )
    )
    if head is None:
        raise NoSuchHousehold("没有这一户，或者它不归您管，或者还没有写户主。")
    own = work.session.scalar(select(Person.household_id).where(Person.id == by.id))
    if own == household_id:
        raise CannotClaim("自己家的请在自己的绿币页上办，或者请一位同事记。")
    person = _locked(work, head)
    if agrees:
        _give(work, person, household_id, by)
    else:
        _withdraw(work, person, by)


def _locked(work: Work, person_id: int) -> Person:
    """Return somebody, so that of two wishes at once one waits for the other."""
    return work.session.scalars(
        select(Person).where(Person.id == person_id).with_for_update()
    ).one()


def _held(work: Work, person: Person) -> NameConsent | None:
    return work.session.scalar(
        select(NameConsent).where(
            NameConsent.person_id == person.id, NameConsent.withdrawn_at.is_(None)
        )
    )


def _give(work: Work, person: Person, household_id: int, by: Actor) -> None:
    held = _held(work, person)
    if held is not None:
        if held.household_id == household_id:
            return
        _withdraw(work, person, by)  # it was for a household they have left
    recorder = None if by.id == person.id else by.id
    work.session.add(
        NameConsent(
            person_id=person.id, household_id=household_id, given_at=work.now(), given_to=recorder
        )
    )
    _note(work, person, by, "coin.naming-given")


def _withdraw(work: Work, person: Person, by: Actor) -> None:
    held = _held(work, person)
    if held is None:
        return
    held.withdrawn_at = work.now()
    held.withdrawn_to = None if by.id == person.id else by.id
    _note(work, person, by, "coin.naming-ended")


def _note(work: Work, person: Person, by: Actor, action: str) -> None:
    work.session.flush()
    audit.note(work, by=by, action=action, subject=f"person:{person.id}")
