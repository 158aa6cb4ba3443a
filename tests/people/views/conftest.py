"""Who comes to the staff's door."""

import pytest
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Account
from people.rules import HatWanted, StaffRow
from tests.factories import GRID, make_area
from tests.people.views.doors import GOOD


@pytest.fixture
def account(session: Session) -> Account:
    make_area(session, GRID)
    session.commit()
    row = StaffRow(login="wang.wei", name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
    with transaction() as work:
        issued = service.add_staff(work, row, by=None, password=GOOD)
    return session.get_one(Account, issued.person_id)
