"""Who comes to the staff's door."""

import pytest
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Account, Person
from people.rules import HatWanted, StaffRow
from tests.factories import GRID, NEXT_GRID, NEXT_TOWN, TOWN, make_area, make_staff
from tests.people.views.doors import GOOD, SignIn


@pytest.fixture
def account(session: Session) -> Account:
    make_area(session, GRID)
    session.commit()
    row = StaffRow(login="wang.wei", name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
    with transaction() as work:
        issued = service.add_staff(work, row, by=None, password=GOOD)
    return session.get_one(Account, issued.person_id)


@pytest.fixture
def worker(session: Session) -> Actor:
    make_area(session, NEXT_GRID)
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    session.get_one(Person, worker.id).phone = "13812345678"
    return worker


@pytest.fixture
def town(session: Session, sign_in: SignIn, worker: Actor) -> Actor:
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    sign_in(town)
    return town


@pytest.fixture
def stranger(session: Session, sign_in: SignIn, worker: Actor) -> Actor:
    stranger = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    sign_in(stranger)
    return stranger
