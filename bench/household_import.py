"""Measures the import of 70,000 households: ``DATABASE_URL=… python -m bench.household_import``.

The database must be new and empty; without one, a SQLite file in a temporary folder is used.  What
counts is the longest transaction, since on SQLite everybody else waits that long, and the longest
job, since RQ interrupts one after three minutes.
"""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from flask_migrate import upgrade
from sqlalchemy import event, select
from sqlalchemy.engine import Connection

from bench.house import ROOT
from bootstrap import create_app
from kernel.access import Actor, Hat
from kernel.clock import SystemClock
from kernel.db import db
from kernel.delivery import deliver
from kernel.facts import check_keys
from kernel.grants import Role
from kernel.jobs import LONGEST_JOB
from kernel.outbox import Delivery
from kernel.settings import Settings
from kernel.work import transaction
from people import service
from people.models import Account, Area, HouseholdImport, Membership, Person
from people.rules import LEVELS

HOUSEHOLDS: Final = 70_000
MEMBERS: Final = 3
BAD: Final = 300
GRID: Final = "330106001001001"


class Longest:
    """How long the longest transaction took, from its begin to its end."""

    def __init__(self) -> None:
        self.seconds = self._begun = 0.0
        event.listen(db.engine, "begin", self._begin)
        event.listen(db.engine, "commit", self._end)
        event.listen(db.engine, "rollback", self._end)

    def _begin(self, _connection: Connection) -> None:
        self._begun = time.monotonic()

    def _end(self, _connection: Connection) -> None:
        self.seconds = max(self.seconds, time.monotonic() - self._begun)


def main() -> None:
    """Look through a table with bad rows, then look through and write one without."""
    logging.getLogger("kernel.jobs").setLevel(logging.ERROR)  # that the queue is away is known
    var = mkdtemp(prefix="pinganma-bench-")
    url = os.environ.get("DATABASE_URL", f"sqlite:///{var}/bench.db")
    settings = Settings.from_env(
        {
            "DATABASE_URL": url,
            "VAR": var,
            "REDIS_URL": "redis://127.0.0.1:1",  # nobody answers there: the rows are run here
            "SECRET_KEY": "bench",
            "SEAL_KEYS": "x8xXV6v9mYxHBoyoHkmKDRQ0zPSDDW4QdbZHSBPUKQI=",
            "INDEX_KEY": "bench",
        }
    )
    app = create_app(settings)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        check_keys()
        town = _places()
        _measure("looked through, 300 bad rows", lambda: _send(_table(bad=BAD), town))
        number = 0

        def look() -> int:
            nonlocal number
            number = _send(_table(), town)
            return number

        _measure("looked through, all good", look)
        _measure("written", lambda: _confirm(number, town))


def _places() -> Actor:
    now = SystemClock().now()
    with transaction() as work:
        for digits, level in LEVELS.items():
            if digits <= len(GRID):
                work.session.add(Area(code=GRID[:digits], name=level.value, level=level))
                work.session.flush()
        person = Person(name="镇", made_at=now)
        work.session.add(person)
        work.session.flush()
        work.session.add(Account(person_id=person.id, login="town", password="-"))  # noqa: S106 - nobody signs in
        hat = Membership(person_id=person.id, role=Role.TOWN_ADMIN, area_code=GRID[:9])
        work.session.add(hat)
        return Actor(person.id, frozenset({Hat(Role.TOWN_ADMIN, GRID[:9])}))


def _table(bad: int = 0) -> bytes:
    lines = ["户号,区域编码,姓名,手机,户主,地址"]
    for home in range(HOUSEHOLDS):
        for one in range(MEMBERS):
            phone = f"1{30_000_000_00 + home * MEMBERS + one}" if one < MEMBERS - 1 else ""
            head = "是" if one == 0 else ""
            lines.append(f"QX-{home},{GRID},王{home}{'甲乙丙'[one]},{phone},{head},{home}幢")
    lines += [f"QX-B{number},{GRID},李,{number},," for number in range(bad)]
    return "\n".join(lines).encode()


def _send(content: bytes, town: Actor) -> int:
    with transaction() as work:
        return service.send_households(work, content, by=town)


def _confirm(number: int, town: Actor) -> int:
    with transaction() as work:
        service.confirm_import(work, number, by=town)
    return number


def _measure(name: str, start: Callable[[], int]) -> None:
    longest, jobs, longest_job = Longest(), 0, 0.0
    begun = time.monotonic()
    number = start()
    while owed := _owed():
        job = time.monotonic()
        deliver(owed)
        jobs, longest_job = jobs + 1, max(longest_job, time.monotonic() - job)
    found = db.session.get_one(HouseholdImport, number, populate_existing=True)
    print(  # noqa: T201 - a command's answer
        f"{name}: {found.state.value}, {found.lines} lines, {found.problem_count} bad, "
        f"{len(found.problems or ())} named, {found.new_households} households, "
        f"{found.new_members} people; {time.monotonic() - begun:.1f} s in {jobs} jobs, "
        f"the longest {longest_job:.1f} s (RQ allows {LONGEST_JOB}), "
        f"the longest transaction {longest.seconds * 1000:.0f} ms",
        flush=True,
    )
    db.session.rollback()


def _owed() -> int | None:
    owed = select(Delivery.id).where(Delivery.done_at.is_(None)).order_by(Delivery.id).limit(1)
    found = db.session.scalar(owed)
    db.session.rollback()
    return found


if __name__ == "__main__":
    if not Path("wsgi.py").exists():
        raise SystemExit("Run it in the folder of the program.")
    main()
