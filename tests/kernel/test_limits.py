"""Whoever asks too often is asked to wait, whether Redis answers or not."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask_limiter import Limiter
from redis import Redis
from redis.exceptions import RedisError

from kernel.access import public
from kernel.errors import TooMany
from kernel.web.limits import MISSES, count_miss, install_limits, make_limiter

PATIENCE = 60.0
LIMIT = "5 per hour"


def make_site(redis_url: str) -> Flask:
    """Return a site with a wide page, a narrow one and a guess, and a limiter of its own."""
    site, limiter = Flask("limited"), make_limiter()

    @site.get("/")
    @public
    def wide() -> str:
        return "here"

    @site.get("/narrow")
    @public
    @limiter.limit(LIMIT)
    def narrow() -> str:
        return "here"

    @site.get("/guess")
    @public
    def guess() -> str:
        count_miss("receipt")
        return "wrong"

    @site.errorhandler(TooMany)
    def too_many(_: TooMany) -> tuple[str, int]:
        return "wait", 429

    install_limits(site, redis_url, using=limiter)
    return site


def ask(site: Flask, path: str, times: int = 1) -> list[int]:
    client = site.test_client()
    return [client.get(path).status_code for _ in range(times)]


@pytest.fixture
def refusing() -> str:
    """The address of a Redis that is not there."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{free.getsockname()[1]}/0"


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A door that takes calls and never says a word."""
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        door.listen(100)
        door.setblocking(False)  # noqa: FBT003 - the socket's own signature
        yield door


def calls(door: socket.socket) -> int:
    """Return how many have called since the last time."""
    count = 0
    while True:
        try:
            door.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


class TestWithoutRedis:
    def test_pages_come_and_limits_hold(self, refusing: str) -> None:
        site = make_site(refusing)

        assert ask(site, "/", 3) == [200] * 3
        assert ask(site, "/narrow", 7) == [200] * 5 + [429] * 2
        assert ask(site, "/") == [200]

    def test_guesses_are_counted_in_memory(self, refusing: str) -> None:
        site = make_site(refusing)
        most = MISSES["receipt"][0].amount

        assert ask(site, "/guess", most + 1) == [200] * most + [429]

    def test_a_silent_one_is_called_once_or_for_a_look_and_not_by_every_page(
        self, silent: socket.socket
    ) -> None:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        site = make_site(url)

        assert ask(site, "/") == [200]

        # Once to count, and perhaps once more to see whether it is back; no call is repeated.
        assert 1 <= calls(silent) <= 2
        pages = 200
        assert ask(site, "/", pages) == [200] * pages
        # A look after 1, 2, 4, 8 ... seconds.
        assert calls(silent) < pages / 10

    def test_a_call_ends_soon(self, refusing: str) -> None:
        site = make_site(refusing)
        limiter: Limiter = site.extensions["limits"]

        pool = limiter.storage.storage.connection_pool  # type: ignore[attr-defined]

        kept = pool.connection_kwargs
        assert kept["socket_connect_timeout"] == kept["socket_timeout"] == 0.25
        assert kept["retry"].get_retries() == 0


def test_a_redis_that_comes_back_is_used_again(refusing: str, tmp_path: Path) -> None:
    site = make_site(refusing)
    assert ask(site, "/narrow", 6) == [200] * 5 + [429]
    port = refusing.rpartition(":")[2].partition("/")[0]
    command = ["redis-server", "--port", port, "--save", "", "--bind", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        with Redis.from_url(refusing) as redis:
            deadline = time.monotonic() + PATIENCE
            while not counted(redis):
                assert time.monotonic() < deadline, "it was never used again"
                assert ask(site, "/") == [200]
                time.sleep(0.1)

            assert ask(site, "/narrow", 6) == [200] * 5 + [429]
    finally:
        server.kill()
        server.wait()

    assert ask(site, "/", 2) == [200] * 2  # and gone once more


def counted(redis: Redis) -> bool:
    try:
        return bool(redis.dbsize())
    except RedisError:
        return False  # it is still starting
