"""The run itself: six writers, somebody who kills, and the reckoning."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from flask import Flask

from bootstrap import create_app
from kernel.db import db
from kernel.work import transaction
from points import queries, service
from points.rules import System
from points.service import Owner
from tests.conftest import build_tables, make_settings
from tests.fakes import CountingChance, ListDispatch, PostBox
from tests.torture import journal
from tests.torture.checks import Rows, check
from tests.torture.cluster import PATIENCE, Cluster
from tests.torture.writer import Accounts, UnsteadyClock, write

WRITERS: Final = 6
HOMES: Final = 12  # few, so that they are waited for, and short again and again
FORK: Final = get_context("fork")  # to start Python anew would take longer than the run


@dataclass
class Outcome:
    """What was done, and what does not hold."""

    wishes: int = 0
    postings: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class Torture:
    """A cluster with an empty ledger, and an application on it."""

    cluster: Cluster
    app: Flask
    accounts: Accounts
    rounds: int = 0

    def run(self, seconds: float, kills: Sequence[str]) -> Outcome:
        """Let writers write for *seconds*, and kill in that time what *kills* names, in turn.

        Each run goes on with the books of the one before, and is judged with all of them.
        """
        self.rounds += 1
        names = [f"w{self.rounds}-{n}" for n in range(WRITERS)]
        files = [self.cluster.place / f"{name}.jsonl" for name in names]
        until = time.monotonic() + seconds
        outcome, ended = Outcome(), list[str]()
        writers = {file: self._writer(file, until) for file in files}
        try:
            for n, what in enumerate(kills, 1):
                moment = until - seconds + seconds * n / (len(kills) + 1)
                time.sleep(max(0.0, moment - time.monotonic()))
                outcome.kills[what] += self._kill(what, n, writers, until)
            for file, writer in writers.items():
                writer.join(PATIENCE)
                if writer.exitcode != 0:
                    ended.append(f"{file.stem}: it ended with {writer.exitcode}")
        finally:
            for writer in writers.values():
                writer.kill()
                writer.join()
        self.judge(outcome)
        outcome.faults += ended
        return outcome

    def _kill(self, what: str, turn: int, writers: dict[Path, ForkProcess], until: float) -> bool:
        """Kill one of *what*; return whether there was one."""
        if what == "postmaster":
            self.cluster.kill_postmaster()
            self.cluster.start()
        elif what == "writer":
            file = [*writers][turn % len(writers)]
            writers[file].kill()
            writers[file].join()
            writers[file] = self._writer(file, until)
        else:
            return self.cluster.kill_backend(hard=what == "backend, hard")
        return True

    def _writer(self, file: Path, until: float) -> ForkProcess:
        process = FORK.Process(target=write, args=(self.app, file, self.accounts, until))
        process.start()
        return process

    def judge(self, outcome: Outcome) -> None:
        """Add to *outcome* what there is, and whatever of it does not hold."""
        self.cluster.wait()
        files = sorted(self.cluster.place.glob("w*.jsonl"))
        answers = [one for file in files for one in journal.read(file)]
        with self.cluster.connect() as connection:
            rows = Rows.read(connection)
        outcome.wishes, outcome.postings = len(answers), len(rows.postings)
        for _, told in answers:
            kind = "replayed" if told and told.replayed else "posted"
            outcome.answers[told.refused or kind if told else "nothing"] += 1
        outcome.faults += check(answers, rows)
        with self.app.app_context():
            outcome.faults += [f"verify: {fault}" for fault in queries.verify(db.session())]
            db.session.remove()
            db.engine.dispose()  # nobody may have a connection while writers are forked


@contextmanager
def tortured() -> Iterator[Torture]:
    """Set up a cluster with an empty ledger, and take it down in the end."""
    cluster = Cluster()
    try:
        app = create_app(
            make_settings(cluster.url, cluster.place / "var"),
            clock=UnsteadyClock(),
            chance=CountingChance(),
            dispatch=ListDispatch(),
            post=PostBox(),
        )
        build_tables(app)
        yield Torture(cluster, app, _open(app))
    finally:
        cluster.remove()


def _open(app: Flask) -> Accounts:
    ends = [Owner.system(one) for one in (System.ISSUANCE, System.REDEEMED)]
    homes = [Owner.household(number) for number in range(1, HOMES + 1)]
    with app.app_context():
        with transaction() as work:
            found = service.account_ids(work, [*ends, *homes])
        db.session.remove()
        db.engine.dispose()
    issuance, redeemed = (found[one] for one in ends)
    return Accounts(issuance, redeemed, [found[one] for one in homes])


# What may be wrong with a ledger that no single hand at work shows: each has to be found.
MUTANTS: Final[dict[str, Sequence[str | tuple[str, str, str]]]] = {
    "an entry has the time at which its transaction began": [
        ("points_apply", "greatest(p_now, b.head_at)", "p_now")
    ],
    "a key is not unique": [
        "ALTER TABLE points_posting DROP CONSTRAINT uq_points_posting_idem_key"
    ],
    "an account is read without its lock": [
        (
            "points_apply",
            "b.in_total + i,",
            "(SELECT in_total FROM points_account WHERE id = b.id) + i,",
        )
    ],
    "nobody looks whether there is enough": [
        ("points_apply", "AND b.in_total + i - b.out_total - o - b.held - h >= 0 ", ""),
        "ALTER TABLE points_account DROP CONSTRAINT ck_points_account_covered",
        "ALTER TABLE points_entry DROP CONSTRAINT ck_points_entry_covered",
    ],
}


def put_in(app: Flask, mutant: Sequence[str | tuple[str, str, str]]) -> None:
    """Put a fault into the ledger of *app*."""
    with app.app_context(), db.engine.begin() as connection:
        for one in mutant:
            connection.exec_driver_sql(one if isinstance(one, str) else _changed(connection, *one))
    with app.app_context():
        db.engine.dispose()


def _changed(connection: sa.Connection, function: str, old: str, new: str) -> str:
    read = sa.text("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name")
    written = str(connection.scalar(read, {"name": function}))
    if old not in written:
        raise LookupError(old)
    return written.replace(old, new).replace("%", "%%")
