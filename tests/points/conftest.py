"""Books that are gone after each test."""

import pytest

from kernel.work import Work
from tests.fakes import FixedClock
from tests.points.books import Books, open_books
from tests.points.claims import Village, make_village
from tests.points.courts import Court
from tests.points.moves import Move
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


@pytest.fixture
def court(village: Village, clock: FixedClock) -> Court:
    return Court(village, clock)


@pytest.fixture
def move(village: Village) -> Move:
    return Move(village)
