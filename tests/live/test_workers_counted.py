"""What ``/readyz`` says of workers is what is there, also after a kill -9."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from redis import Redis

from kernel.facts import check_keys
from kernel.jobs import FRESH, WORKER_TTL
from tests.conftest import REDIS_URL
from tests.live.test_killed_worker import PATIENCE, kill_hard, worker_process

NOBODY = {"urgent": 0, "default": 0, "bulk": 0, "outbound": 0}


def standing_by(app: Flask) -> dict[str, int]:
    """Return the workers that ``/readyz`` tells of."""
    facts = app.test_client().get("/readyz").json
    assert facts is not None
    found: dict[str, int] = facts["workers"]
    return found


def test_a_killed_worker_is_not_counted_for_long(live: Flask, tmp_path: Path) -> None:
    with live.app_context():
        check_keys()
    stall = tmp_path / "no-stall"
    with worker_process(live, stall) as killed, worker_process(live, stall) as alive:
        deadline = time.monotonic() + PATIENCE
        while standing_by(live) != NOBODY | {"urgent": 2}:
            assert time.monotonic() < deadline, "the workers never said that they are there"
            time.sleep(0.05)
        kill_hard(killed)

        with Redis.from_url(REDIS_URL, decode_responses=True) as redis:
            names = redis.smembers("rq:workers:urgent")
            pids = {redis.hget(name, "pid"): name for name in names}
            # RQ goes on to list it: it forgets a worker only when its key runs out.
            assert len(names) == len(pids) == 2
            assert all(0 < redis.ttl(name) <= WORKER_TTL + 60 for name in names)
            late = datetime.fromtimestamp(redis.time()[0], UTC) - FRESH - timedelta(seconds=1)
            redis.hset(pids[str(killed.pid)], "last_heartbeat", f"{late:%Y-%m-%dT%H:%M:%S.%fZ}")

        assert alive.is_alive()
        assert standing_by(live) == NOBODY | {"urgent": 1}


def test_a_worker_at_rest_says_so_within_the_time_it_is_believed() -> None:
    # RQ waits 15 seconds less than the time to live for a job, then gives the next sign of life.
    assert timedelta(seconds=WORKER_TTL - 15) * 2 <= FRESH
