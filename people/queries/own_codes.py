"""A household's PIN and a member's 60-second code, as their pages show them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.db import keyring
from kernel.moving import seconds_left, step_at
from kernel.permissions import Permission
from people.models import Household, HouseholdPin, Person
from people.queries.scope import lies_in, scoped
from people.rules import own_codes
from people.rules.own_codes import Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCode:
    """What a member's phone shows."""

    digits: str
    seconds: int  # until the next one is shown: 1 to 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """When a household's PIN was set, and whether it is blocked; the PIN itself nobody reads."""

    set_at: datetime
    is_blocked: bool


def household_pin(session: Session, household_id: int, *, by: Actor) -> PinState | None:
    """Return what is known of the PIN of a household whose PIN *by* may set; None without one."""
    statement = scoped(
        select(HouseholdPin, Household).where(Household.id == household_id),
        by,
        Permission.HOUSEHOLD_JOIN_APPROVE,
    )
    return _state(session, statement)


def own_pin(session: Session, person_id: int) -> PinState | None:
    """Return what is known of the PIN of one's own household; None without one."""
    mine = Person.household_id == Household.id
    statement = select(HouseholdPin, Household).join(Person, mine).where(Person.id == person_id)
    return _state(session, statement)


def own_code(session: Session, person_id: int, *, now: datetime) -> OwnCode | None:
    """Return the code that somebody may show now; None without a household or a phone."""
    found = session.execute(_may_show().where(Person.id == person_id)).one_or_none()
    if found is None:
        return None
    digits = own_codes.code_of(code_key(), Holder(*found), step_at(now))
    return OwnCode(digits=digits, seconds=seconds_left(now))


def holders(session: Session, village: str) -> list[Holder]:
    """Return everybody who may show a code in a village; one statement."""
    return [Holder(*row) for row in session.execute(_may_show().where(lies_in(Household, village)))]


def _may_show() -> Select[int, int]:
    """Return the statement for (household, person): members of open ones who sign in by phone."""
    return (
        select(Household.id, Person.id)
        .join(Person, Person.household_id == Household.id)
        .where(Household.closed_at.is_(None), Person.phone_index.is_not(None))
    )


def code_key() -> bytes:
    """Return the key of these codes, derived so that it opens nothing else."""
    return keyring().index("pinganma: codes of households").encode()


def _state(session: Session, statement: Select[HouseholdPin, Household]) -> PinState | None:
    joined = statement.where(HouseholdPin.household_id == Household.id)
    found = session.scalar(joined.where(Household.closed_at.is_(None)))
    return found and PinState(set_at=found.set_at, is_blocked=found.blocked_at is not None)
