"""Counts in Redis: none is given twice, and no page waits for a Redis that is away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel import tallies
from kernel.tallies import RedisTally
from tests.conftest import REDIS_URL

NAME = "test-tallies"


@pytest.fixture
def tally() -> Iterator[RedisTally]:
    tally = RedisTally(REDIS_URL)
    tally.take(NAME)
    yield tally
    tally.close()


def test_what_was_added_is_taken_out_once(tally: RedisTally) -> None:
    for field in ("a", "b", "a"):
        tally.add(NAME, field)

    assert tally.take(NAME) == {"a": 2, "b": 1}
    assert tally.take(NAME) == {}


def test_takers_at_the_same_time_share_what_there_is(tally: RedisTally) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = [pool.submit(tally.add, NAME, "a") for _ in range(200)]
        taken = [pool.submit(tally.take, NAME) for _ in range(20)]

    assert [one.result() for one in added] == [None] * 200
    assert sum(one.result().get("a", 0) for one in taken) + tally.take(NAME).get("a", 0) == 200


def test_a_redis_that_is_away_is_asked_now_and_then_and_nothing_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = RedisTally(f"unix://{tmp_path}/nobody.sock")

    for _ in range(tallies.PASSED_OVER + 2):
        away.add(NAME, "a")

    assert away.take(NAME) == {}
    assert caplog.messages.count("nothing is tallied") == 2
    away.close()
