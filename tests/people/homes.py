"""Households and who lives in them, for tests.  Say only what the test is about."""

from itertools import count

from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.db import keyring
from people.models import Household, Person
from tests.factories import GRID, make_household
from tests.fakes import NOON

_phones = count(13900000000)


def make_resident(session: Session, name: str = "李明") -> Actor:
    """Return somebody who signed in with a phone and belongs nowhere yet."""
    phone = str(next(_phones))
    person = Person(name=name, phone=phone, phone_index=keyring().index(phone), made_at=NOON)
    session.add(person)
    session.flush()
    return Actor(person.id)


def make_home(session: Session, *names: str, area: str = GRID) -> Household:
    """Return a household with members; the first is its head."""
    home = make_household(session, area)
    home.address = "3幢201室"
    for number, name in enumerate(names or ("王秀英", "王小明")):
        person = Person(
            name=name, household_id=home.id, is_head=number == 0, made_at=NOON, phone=None
        )
        session.add(person)
        session.flush()
    return home


def members(session: Session, home: Household) -> list[Person]:
    """Return who lives there, the head first."""
    session.flush()
    session.expire_all()
    found = session.query(Person).filter(Person.household_id == home.id).all()
    return sorted(found, key=lambda one: (not one.is_head, one.id))


def head_of(session: Session, home: Household) -> Actor:
    """Return the head as somebody who is signed in."""
    return Actor(members(session, home)[0].id)
