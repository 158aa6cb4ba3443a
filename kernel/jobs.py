"""The outbox's way to the workers: RQ, one kind of job, JSON."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import rq
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.exceptions import DuplicateJobError
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from kernel import audit
from kernel.delivery import deliver, prune
from kernel.outbox import Queue, Ticket, on
from kernel.work import Work

# Redis forgets a job soon, done or failed: the outbox row is the record, and a
# job id that lingers would turn away the next try.
FORGET_FAILED_AFTER: Final = 60
# A worker says every 45 seconds that it is there; left to itself RQ says so every 7 minutes, and
# one that was killed would be counted for as long.
WORKER_TTL: Final = 60
FRESH: Final = timedelta(seconds=90)
# Seconds; then RQ interrupts a job and its row is tried again.
LONGEST_JOB: Final = 180
LONGEST_BULK_JOB: Final = 1800  # a table of 200,000 people is looked through in one, on any machine
log = logging.getLogger(__name__)


def make_queue(connection: Redis, queue: Queue) -> rq.Queue:
    """Return one of the application's queues; JSON, so a job cannot smuggle an object."""
    return rq.Queue(
        queue.value,
        connection=connection,
        serializer=JSONSerializer,
        default_timeout=LONGEST_BULK_JOB if queue is Queue.BULK else LONGEST_JOB,
    )


class RqDispatch:
    """Hands outbox rows to RQ, and gives up quickly: somebody is waiting for a page."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=0.5,
            socket_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )
        self._queues = {queue: make_queue(self.redis, queue) for queue in Queue}

    def is_up(self) -> bool:
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def workers(self) -> Counter[str]:
        """Return how many workers of each queue have given a sign of life within `FRESH`.

        One that has been at the same job for longer is not counted either: nothing else moves
        in its queue.  Redis tells the time, since the workers may run on other machines.

        Raises:
            RedisError: Redis does not answer.
        """
        seconds, _ = self.redis.time()
        oldest = datetime.fromtimestamp(int(seconds), UTC) - FRESH
        found = rq.SimpleWorker.all(connection=self.redis, serializer=JSONSerializer)
        return Counter(
            name
            for worker in found
            if worker.last_heartbeat is not None and worker.last_heartbeat >= oldest
            for name in worker.queue_names()
        )

    def close(self) -> None:
        """Let go of the connections to Redis."""
        self.redis.close()

    def send(self, tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            try:
                self._send(ticket)
            except RedisError as error:
                log.warning(
                    "the queue is down, the sweep will send it",
                    extra={"job": ticket.job_id, "error": str(error)},
                )
                return

    def _send(self, ticket: Ticket) -> None:
        try:
            self._enqueue(ticket)
        except DuplicateJobError:
            # The first thing a delivery does is count the try, which changes
            # the job id.  One that was started and is asked for again under
            # the same id died before that; RQ notices only minutes later.
            job = self._queues[ticket.queue].fetch_job(ticket.job_id)
            if job is not None and job.get_status() is JobStatus.STARTED:
                job.delete()
                with suppress(DuplicateJobError):  # another sweep was faster
                    self._enqueue(ticket)

    def _enqueue(self, ticket: Ticket) -> None:
        self._queues[ticket.queue].enqueue(
            deliver,
            ticket.row_id,
            job_id=ticket.job_id,
            unique=True,
            result_ttl=0,
            failure_ttl=FORGET_FAILED_AFTER,
        )


def in_batches(work: Work, verb: Callable[[Work], int], job: Callable[[Work], None]) -> None:
    """Take a few, and owe the next few: a long transaction would make everybody wait."""
    if verb(work):
        work.later(job)


@on(Queue.BULK)
def prune_outbox(work: Work) -> None:
    """Forget what has long been done."""
    prune(work)


@on(Queue.BULK)
def forget_lines(work: Work) -> None:
    """Forget lines of the log that are older than three years; owed daily, and while there are."""
    in_batches(work, audit.forget_lines, forget_lines)
