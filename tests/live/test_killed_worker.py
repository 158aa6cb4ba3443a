"""A worker killed at the worst moment leaves nothing behind and nothing undone.

The job here is the kernel's own ``send_message`` without a gateway: its effect
is one row marked as sent.  What a report makes of it is tested with citizen.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from kernel.clock import SystemClock
from kernel.db import db
from kernel.delivery import deliver, sweep
from kernel.facts import check_keys
from kernel.outbound import Message, send_sms
from kernel.outbox import Delivery, Queue, Ticket
from kernel.work import Parts, transaction
from tests.architecture.test_shape import ROOT
from tests.conftest import INDEX_KEY, REDIS_URL, SEAL_KEY
from tests.fakes import FixedClock
from worker import beat

PATIENCE = 60.0


@contextmanager
def worker_process(
    app: Flask, stall: Path, *args: str, at: str = "effect", queue: Queue = Queue.OUTBOUND
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the real worker, and leave none behind."""
    environment = os.environ | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "REDIS_URL": REDIS_URL,
        "SECRET_KEY": "test",
        "SEAL_KEYS": SEAL_KEY,
        "INDEX_KEY": INDEX_KEY,
        "VAR": str(stall.parent),
        "PYTHONPATH": str(ROOT),
        "STALL": str(stall),
        "STALL_AT": at,
    }
    command = [sys.executable, "-m", "tests.live.stalling_worker", queue.value, *args]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        kill_hard(process)


def kill_hard(process: subprocess.Popen[bytes]) -> None:
    """Send kill -9, which nothing can catch."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"waited in vain for {path.name}"
        time.sleep(0.02)


@pytest.fixture
def owed(live: Flask) -> Iterator[int]:
    """The number of the row that owes a message, already in the queue."""
    parts(live)[1].moment = SystemClock().now()  # the worker's clock is the machine's
    with live.app_context():
        check_keys()
        with transaction() as work:
            send_sms(work, phone="13800000000", template="T01", text="一")
            number = work.session.query(Delivery).one().id
        yield number


def parts(app: Flask) -> tuple[Parts, FixedClock]:
    built: Parts = app.extensions["parts"]
    assert isinstance(built.clock, FixedClock)
    return built, built.clock


def standing(row_id: int) -> tuple[int, bool, int]:
    """Return (messages sent, whether the row is done, how often it was begun)."""
    db.session.rollback()
    row = db.session.get_one(Delivery, row_id)
    sent = db.session.query(Message).where(Message.sent_at.is_not(None)).count()
    return sent, row.done_at is not None, row.tries


def finish(app: Flask, stall: Path) -> None:
    """Let a fresh worker do whatever is in the queue."""
    with worker_process(app, stall, "burst") as worker:
        assert worker.wait(PATIENCE) == 0


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
    queue.send([Ticket(Queue.OUTBOUND, f"again-{n}", owed) for n in range(2)])
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
        worker.wait(PATIENCE)

    assert standing(owed) == (1, True, 1)


def test_a_flushed_queue_loses_nothing(live: Flask, owed: int, tmp_path: Path) -> None:
    with Redis.from_url(REDIS_URL) as redis:
        redis.flushdb()

    parts(live)[1].advance(minutes=5)
    beat(live)
    finish(live, tmp_path / "no-stall")

    assert standing(owed) == (1, True, 1)


def test_two_schedulers_owe_each_turn_once(live: Flask, owed: int) -> None:
    beat(live)
    beat(live)

    rows = db.session.query(Delivery).where(Delivery.slot.is_not(None)).all()
    assert len(rows) == len({row.slot for row in rows}) > 0
