"""The real worker, but it waits before the commit that would mark a row done.

What a handler did is then written and not yet committed: the worst moment to
be killed.  It goes on when the file named by ``STALL`` is gone.  Where
``STALL_AT`` is "counted" it waits earlier: the try is counted and committed,
and nothing else has happened.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

import worker
from kernel.outbox import Delivery


def start(environment: Mapping[str, str], arguments: Sequence[str]) -> BaseProcess:
    """Start one, in a process of its own.

    It is forked from one that has imported everything: an import of everything is
    seconds of work, and some thirty workers are started and killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", __name__])
    process = context.Process(target=run, args=(dict(environment), list(arguments)))
    process.start()
    return process


def run(environment: Mapping[str, str], arguments: Sequence[str]) -> None:
    """Be a worker in this process, until told to stop."""
    os.environ.clear()
    os.environ.update(environment)
    stall_at_commits(Path(environment["STALL"]), environment["STALL_AT"])
    sys.exit(worker.main(list(arguments)))


def stall_at_commits(stall: Path, moment: str) -> None:
    def wait_here() -> None:
        stall.with_suffix(".reached").touch()
        while stall.exists():
            time.sleep(0.02)

    def before_commit(session: Session) -> None:
        rows = [row for row in session.identity_map.values() if isinstance(row, Delivery)]
        session.info["counted"] = any(row.tries > 0 and row.done_at is None for row in rows)
        if moment == "effect" and stall.exists() and any(row.done_at is not None for row in rows):
            wait_here()

    def after_commit(session: Session) -> None:
        if moment == "counted" and stall.exists() and session.info.get("counted"):
            wait_here()

    event.listen(Session, "before_commit", before_commit)
    event.listen(Session, "after_commit", after_commit)
