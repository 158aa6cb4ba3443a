"""Books that are gone after each test."""

import pytest

from kernel.work import Work
from tests.fakes import FixedClock
from tests.points.books import Books, open_books
from tests.points.claims import Village, make_village
from tests.points.patrols import Patrol


@pytest.fixture
def books(work: Work) -> Books:
    return open_books(work)


@pytest.fixture
def village(work: Work) -> Village:
    return make_village(work)


@pytest.fixture
def patrol(village: Village, clock: FixedClock) -> Patrol:
    return Patrol(village, clock)
