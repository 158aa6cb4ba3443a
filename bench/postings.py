"""Measures the ledger beside a bare script: ``BENCH_DATABASE_URL=… python -m bench.postings``.

The database must be new and empty.  Eight writers on 10,000 accounts, first with 10^4 entries in
the books, then with 10^6: our service, by way of its one transaction, and bench/five.sql by
pgbench, in turns on the same server.  A round that something else disturbed hits both.
"""

import logging
import os
import random  # noqa: TID251 - nothing here is a secret
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Final

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bench import claims
from bench.house import ROOT
from bench.usage import Process
from bootstrap import create_app
from kernel.db import db
from kernel.facts import check_keys
from kernel.settings import Settings
from kernel.work import transaction
from points import queries, service
from points.rules import Line, PostingKind, Request, moment_of

ACCOUNTS: Final = 10_000
FULL: Final = 1_000_000  # entries
WRITERS: Final = 8
ROUNDS: Final = 3
SECONDS: Final = float(os.environ.get("BENCH_SECONDS", "12"))
LOOKS: Final = 2000
DAY: Final = date(2026, 3, 2)
MS: Final = 1000.0
FORK: Final = get_context("fork")
_forked: Final[list[Flask]] = []  # what the writers are born with
SCRIPT: Final = Path(__file__).with_name("five.sql")


def main() -> None:
    """Fill the books in two steps, measure after each, then approve claims."""
    app = _app(os.environ["BENCH_DATABASE_URL"])
    postgres = Process(int(os.environ["BENCH_POSTGRES_PID"]))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        check_keys()
    _run("books")
    filled, flat = 0, []
    for entries in (ACCOUNTS, FULL):
        begun = time.monotonic()
        _run("fill", first=filled + 1, last=entries // ACCOUNTS)
        _say(f"filled to {entries:,} entries", f"{time.monotonic() - begun:.0f} s")
        filled = entries // ACCOUNTS
        flat.append(_measure(app, postgres, entries))
    ours, bare = (last / first for first, last in zip(*flat, strict=True))
    _say("10^6 against 10^4 entries", f"service {ours:.0%}, five statements {bare:.0%}")
    with app.app_context():
        claims.measure(_say)


def _app(url: str) -> Flask:
    logging.getLogger("kernel.jobs").setLevel(logging.ERROR)  # that the queue is away is known
    return create_app(
        Settings.from_env(
            {
                "DATABASE_URL": url,
                "VAR": "/nonexistent",
                "REDIS_URL": "redis://127.0.0.1:1",  # nobody answers there
                "SECRET_KEY": "bench",
                "SEAL_KEYS": "x8xXV6v9mYxHBoyoHkmKDRQ0zPSDDW4QdbZHSBPUKQI=",
                "INDEX_KEY": "bench",
            }
        )
    )


def _run(script: str, **values: int) -> None:
    told = [f"{name}={value}" for name, value in {"accounts": ACCOUNTS, **values}.items()]
    known = [part for one in told for part in ("-v", one)]
    file = str(ROOT / "bench" / f"{script}.sql")
    _call("psql", "-q", "-v", "ON_ERROR_STOP=1", *known, "-f", file)


def _call(program: str, *arguments: str) -> str:
    url = sa.make_url(os.environ["BENCH_DATABASE_URL"])
    place = ["-h", str(url.query.get("host") or url.host), "-U", str(url.username)]
    command = [program, *place, *arguments, str(url.database)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _measure(app: Flask, postgres: Process, entries: int) -> tuple[float, float]:
    """Return the median postings per second of our service, and of the bare script."""
    with app.app_context():
        _look(entries)
        db.session.remove()
        db.engine.dispose()  # the writers are forked
    ways: dict[str, Callable[[], tuple[int, int]]] = {
        "service": lambda: _service(app),
        "five statements": lambda: _pgbench("simple"),
        "five statements, prepared": lambda: _pgbench("prepared"),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            mine, theirs = _cpu(), postgres.cpu()
            done, with_warming = way()
            rates[name].append(done / SECONDS)
            used[name].append((_cpu() - mine + postgres.cpu() - theirs) / with_warming)
    best = {name: median(some) for name, some in rates.items()}
    for name, some in rates.items():
        rounds = ", ".join(f"{one:.0f}" for one in some)
        cpu = f"{median(used[name]) * MS:.2f} ms CPU"
        ratio = f"{best['service'] / best[name]:.0%}"
        told = f"{best[name]:.0f}/s ({rounds}); {cpu}; the service is {ratio} of it"
        _say(f"{entries:,} entries, {WRITERS} writers, {name}", told)
    return best["service"], best["five statements"]


def _cpu() -> float:
    return sum(os.times()[:4])  # ours and our children's


def _service(app: Flask) -> tuple[int, int]:
    """Post for a while by as many processes as there are writers.

    Return how many postings, and how many with those before the clock ran.
    """
    _forked[:] = [app]
    with FORK.Pool(WRITERS) as pool:
        # A posting or two before the clock runs, so that each writer is connected.
        until = time.monotonic() + 1
        warming = pool.starmap(_write, [(until, n) for n in range(WRITERS)], chunksize=1)
        until = time.monotonic() + SECONDS
        done = pool.starmap(_write, [(until, n) for n in range(WRITERS)], chunksize=1)
        pool.close()
        pool.join()
    return sum(done), sum(done) + sum(warming)


def _write(until: float, writer: int) -> int:
    draw, done, begun = random.Random(writer), 0, time.time_ns()  # noqa: S311 - not a secret
    with _forked[0].app_context():
        while time.monotonic() < until:
            a, b = draw.sample(range(1, ACCOUNTS + 1), 2)
            request = Request(
                key=f"bench:{os.getpid()}:{begun}:{done}",
                kind=PostingKind.ADJUST,
                lines=[Line(debit=a, credit=b, amount=1)],
                effective_on=DAY,
                source=("bench", str(done)),
                actor_id=1,
                second_actor_id=2,
            )
            with transaction() as work:
                service.post(work, request)
            done += 1
    return done


def _pgbench(protocol: str) -> tuple[int, int]:
    """Let pgbench run the bare script for a while; return how many transactions, twice."""
    sized = ["-c", str(WRITERS), "-j", "2", "-T", f"{SECONDS:.0f}", "-M", protocol]
    told = _call("pgbench", "-n", *sized, "-f", str(SCRIPT))
    [line] = [one for one in told.splitlines() if "actually processed" in one]
    count = int(line.split(":")[1].split("/")[0])
    return count, count


def _look(entries: int) -> None:
    """Say what a balance costs, now and at a moment before: each account is asked for once."""
    moment = moment_of(entries // ACCOUNTS // 2)  # as the fillings count: in the middle
    for name in ("balance", "balance at a moment"):
        taken: list[float] = []
        for n in range(LOOKS):
            account = n * 7 % ACCOUNTS + 1
            with _timed(taken):
                if name == "balance":
                    queries.balance(db.session(), account)
                else:
                    queries.balance_at(db.session(), account, moment)
        _say(f"{entries:,} entries, {name}", f"p50 {median(taken) * MS:.2f} ms")


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    taken.append(time.perf_counter() - begun)


def _say(name: str, told: str) -> None:
    print(f"{name}: {told}", flush=True)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
