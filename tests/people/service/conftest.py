"""Who looks after the households of the tests."""

import pytest

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import (
    GRID,
    NEXT_GRID,
    NEXT_VILLAGE,
    VILLAGE,
    make_area,
    make_staff,
)


@pytest.fixture
def clerk(work: Work) -> Actor:
    make_area(work.session, GRID)
    make_area(work.session, NEXT_GRID)
    make_area(work.session, f"{NEXT_VILLAGE}001")
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)


@pytest.fixture
def stranger(work: Work, clerk: Actor) -> Actor:
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
