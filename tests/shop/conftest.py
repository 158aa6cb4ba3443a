"""A shop that is gone after each test."""

import pytest

from kernel.work import Work
from tests.shop.shops import Shop


@pytest.fixture
def shop(work: Work) -> Shop:
    return Shop(work)
