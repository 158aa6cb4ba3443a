"""A report becomes exactly one case, whatever is killed, flushed or restarted on its way (G1)."""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from citizen import service
from citizen.rules import Place
from grid.models import Case
from kernel.clock import SystemClock
from kernel.db import db
from kernel.delivery import deliver, sweep
from kernel.facts import check_keys
from kernel.grants import Role
from kernel.jobs import RqDispatch
from kernel.outbox import Delivery, Queue, Ticket
from kernel.work import Parts, transaction
from tests.citizen.factories import said
from tests.conftest import INDEX_KEY, REDIS_URL, SEAL_KEY
from tests.factories import GRID, make_area, make_staff
from tests.fakes import FixedClock
from tests.live import stalling_worker
from worker import beat

PATIENCE = 60.0


@contextmanager
def worker_process(
    app: Flask,
    stall: Path,
    *args: str,
    at: str = "effect",
    redis_url: str = REDIS_URL,
    queue: Queue = Queue.URGENT,
) -> Iterator[BaseProcess]:
    """Start the real worker of a queue, and leave none behind."""
    environment = os.environ | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "REDIS_URL": redis_url,
        "SECRET_KEY": "test",
        "SEAL_KEYS": SEAL_KEY,
        "INDEX_KEY": INDEX_KEY,
        "VAR": str(stall.parent),
        "STALL": str(stall),
        "STALL_AT": at,
    }
    process = stalling_worker.start(environment, (queue.value, *args))
    try:
        yield process
    finally:
        kill_hard(process)


def kill_hard(process: BaseProcess) -> None:
    """Send kill -9, which nothing can catch."""
    process.kill()
    process.join()


def ended(worker: BaseProcess) -> int | None:
    """Wait for a worker to end by itself; return its status."""
    worker.join(PATIENCE)
    return worker.exitcode


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"waited in vain for {path.name}"
        time.sleep(0.02)


@pytest.fixture
def owed(live: Flask) -> Iterator[int]:
    """The number of the row that owes a report to the grid, already in the queue."""
    parts(live)[1].moment = SystemClock().now()  # the worker's clock is the machine's
    with live.app_context():
        check_keys()
        make_area(db.session())
        make_staff(db.session(), Role.GRID_LEADER, area=GRID)
        db.session.commit()
        yield report(live)


def report(app: Flask) -> int:
    """Take down a report; return the number of the row that owes it to the grid."""
    with transaction() as work:
        service.submit(work, said(), Place(area_code=GRID, name="菜场东门"))
        return work.session.query(Delivery).order_by(Delivery.id.desc()).limit(1).one().id


def parts(app: Flask) -> tuple[Parts, FixedClock]:
    built: Parts = app.extensions["parts"]
    assert isinstance(built.clock, FixedClock)
    return built, built.clock


def standing(row_id: int) -> tuple[int, bool, int]:
    """Return (cases, whether the row is done, how often it was begun)."""
    db.session.rollback()
    row = db.session.get_one(Delivery, row_id)
    return db.session.query(Case).count(), row.done_at is not None, row.tries


def finish(app: Flask, stall: Path, redis_url: str = REDIS_URL) -> None:
    """Let a fresh worker do whatever is in the queue."""
    with worker_process(app, stall, "burst", redis_url=redis_url) as worker:
        assert ended(worker) == 0


@pytest.mark.parametrize("moment", ["counted", "effect"])
def test_killed_in_mid_job_the_effect_still_happens_once(
    moment: str, live: Flask, owed: int, tmp_path: Path
) -> None:
    queue, clock = parts(live)[0].dispatch, parts(live)[1]
    stall = tmp_path / "stall"
    stall.touch()
    with worker_process(live, stall, at=moment) as worker:
        wait_for(stall.with_suffix(".reached"))
        kill_hard(worker)
    stall.unlink()
    assert standing(owed) == (0, False, 1)

    clock.advance(minutes=5)
    assert sweep() == 1
    queue.send([Ticket(Queue.URGENT, f"again-{n}", owed) for n in range(2)])
    finish(live, stall)

    assert standing(owed) == (1, True, 2)


def test_two_workers_at_one_row_act_once(live: Flask, owed: int, tmp_path: Path) -> None:
    """On PostgreSQL the second passes by at once; on SQLite it waits for the only writer."""
    stall = tmp_path / "stall"
    stall.touch()

    def second() -> None:
        with live.app_context():
            deliver(owed)

    with worker_process(live, stall) as worker, ThreadPoolExecutor(1) as pool:
        wait_for(stall.with_suffix(".reached"))
        other = pool.submit(second)
        assert standing(owed) == (0, False, 1)
        stall.unlink()
        other.result(PATIENCE)
        worker.terminate()
        ended(worker)

    assert standing(owed) == (1, True, 1)


def test_a_flushed_queue_loses_nothing(live: Flask, owed: int, tmp_path: Path) -> None:
    with Redis.from_url(REDIS_URL) as redis:
        redis.flushdb()

    parts(live)[1].advance(minutes=5)
    beat(live)
    finish(live, tmp_path / "no-stall")

    assert standing(owed) == (1, True, 1)


class TestRedis:
    """A Redis of one's own, which can be killed."""

    @pytest.fixture
    def address(self, tmp_path: Path) -> str:
        return f"unix://{tmp_path}/r.sock?db=0"

    @pytest.fixture(autouse=True)
    def queue(self, live: Flask, address: str) -> Iterator[None]:
        """The application's queue is that Redis, whether it runs or not."""
        built, dispatch = parts(live)[0], RqDispatch(address)
        live.extensions["parts"] = replace(built, dispatch=dispatch)
        yield
        dispatch.close()
        live.extensions["parts"] = built

    @contextmanager
    def running(self, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        socket = folder / "r.sock"
        socket.unlink(missing_ok=True)
        where = ("--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "")
        process = subprocess.Popen(["redis-server", *where], stdout=subprocess.DEVNULL)
        try:
            wait_for(socket)
            yield process
        finally:
            process.kill()
            process.wait()

    @pytest.mark.usefixtures("owed")
    def test_that_is_down_when_a_report_comes_gets_it_later(
        self, live: Flask, tmp_path: Path, address: str
    ) -> None:
        number = report(live)
        parts(live)[1].advance(minutes=5)
        beat(live)
        assert standing(number) == (0, False, 0)

        with self.running(tmp_path):
            beat(live)
            finish(live, tmp_path / "no-stall", address)

        assert standing(number) == (2, True, 1)

    @pytest.mark.usefixtures("owed")
    def test_that_was_killed_and_comes_back_empty_is_filled_again(
        self, live: Flask, tmp_path: Path, address: str
    ) -> None:
        with self.running(tmp_path) as redis:
            number = report(live)
            redis.kill()
            redis.wait()

        with self.running(tmp_path):
            parts(live)[1].advance(minutes=5)
            beat(live)
            finish(live, tmp_path / "no-stall", address)

        assert standing(number) == (2, True, 1)


def test_two_schedulers_owe_each_turn_once(live: Flask, owed: int) -> None:
    beat(live)
    beat(live)

    rows = db.session.query(Delivery).where(Delivery.slot.is_not(None)).all()
    assert len(rows) == len({row.slot for row in rows}) > 0
