"""What RQ runs: ``worker.py QUEUE`` works one queue, ``worker.py schedule`` keeps time."""

import logging
import os
import sys
import time
from typing import Final

import rq
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from bootstrap import SCHEDULE, create_app
from kernel.delivery import plan, sweep
from kernel.facts import check_keys, check_keys_if_there
from kernel.jobs import WORKER_TTL, make_queue
from kernel.logs import current_id, start_logging
from kernel.outbox import Queue
from kernel.settings import Settings

BEAT: Final = 5.0
MOST_JOBS: Final = 10_000  # then a fresh process, so nothing can pile up
# RQ's own maintenance finds what a killed worker left behind; our sweep does not need it.
MAINTENANCE: Final = 60
USAGE: Final = "usage: python worker.py urgent|default|bulk|outbound [burst] | schedule"
log = logging.getLogger(__name__)


class Worker(rq.SimpleWorker):
    """Works in its own process, one job after the other, and names the job on every log line."""

    def execute_job(self, job: Job, queue: rq.Queue) -> None:
        current_id.set(job.id)
        super().execute_job(job, queue)


def work(app: Flask, redis_url: str, queue: Queue, *, burst: bool = False) -> None:
    """Work one queue until told to stop or worn out, with the application in reach of every job.

    No fork per job: on two cores a fork each could not keep up with twenty
    reports a second.  One queue per process: RQ loses a job whose worker dies
    between pop and start when it listens to several (QR.md, section 6).
    """
    with app.app_context():
        check_keys()
        connection = Redis.from_url(redis_url)
        worker = Worker(
            [make_queue(connection, queue)],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE,
        )
        worker.work(burst=burst, max_jobs=MOST_JOBS, logging_level="WARNING")


def beat(app: Flask) -> None:
    """Owe what the schedule says and send again what got lost, once."""
    with app.app_context():
        try:
            plan(SCHEDULE)
            sweep()
        except (SQLAlchemyError, RedisError):
            log.exception("the schedule missed a beat")


def serve(app: Flask, redis_url: str, role: str, *, burst: bool = False) -> None:
    """Work a queue, or keep time, until told to stop."""
    if role != "schedule":
        work(app, redis_url, Queue(role), burst=burst)
        return
    with app.app_context():
        check_keys_if_there()
    while True:
        beat(app)
        time.sleep(BEAT)


def main(arguments: list[str]) -> int:
    """Start what the command line names."""
    start_logging()
    if not arguments or arguments[0] not in {*Queue, "schedule"}:
        sys.stderr.write(f"{USAGE}\n")
        return 2
    settings = Settings.from_env(os.environ)
    serve(create_app(settings), settings.redis_url, arguments[0], burst=arguments[1:] == ["burst"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
