"""Several at once, each with a thread and a transaction of its own, and real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Final

from flask import Flask

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import Work, transaction

HANDS: Final = 6


def at_once(app: Flask, *jobs: Callable[[Work], Any]) -> list[Any]:
    """Run the jobs from the same moment on; return what came of each, refusals too."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[Work], Any]) -> Any:  # noqa: ANN401 - whatever the job returns
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as work:
                    return job(work)
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def race(app: Flask, job: Callable[[Work], Any]) -> list[Any]:
    """Run a job by as many hands as there are, all at once."""
    return at_once(app, *[job] * HANDS)


def refusals_of(app: Flask, job: Callable[[Work], Any]) -> list[Refusal]:
    """Run a job by as many hands as there are; return the refusals only."""
    return [came for came in race(app, job) if isinstance(came, Refusal)]
