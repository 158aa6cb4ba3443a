"""Books that are gone after each test."""

import pytest

from kernel.work import Work
from tests.points.books import Books, open_books


@pytest.fixture
def books(work: Work) -> Books:
    return open_books(work)
