import logging
from collections.abc import Iterator

import pytest
from redis import Redis
from rq.job import JobStatus

from kernel.jobs import LONGEST_JOB, RqDispatch, make_queue
from kernel.outbox import Queue, Ticket
from tests.conftest import REDIS_URL

TICKET = Ticket(Queue.URGENT, "outbox-7-0", 7)


@pytest.fixture
def redis() -> Iterator[Redis]:
    redis = Redis.from_url(REDIS_URL)
    redis.flushdb()
    yield redis
    redis.close()


@pytest.fixture
def sender() -> Iterator[RqDispatch]:
    sender = RqDispatch(REDIS_URL)
    yield sender
    sender.close()


def test_a_try_is_queued_once_in_its_queue_and_as_json(redis: Redis, sender: RqDispatch) -> None:
    sender.send([TICKET, TICKET])

    (job,) = make_queue(redis, Queue.URGENT).jobs
    assert (job.args, job.func_name) == ([7], "kernel.delivery.deliver")
    assert job.timeout == LONGEST_JOB
    assert make_queue(redis, Queue.DEFAULT).job_ids == []
    assert sender.is_up()


def test_a_try_that_died_at_once_is_queued_again(redis: Redis, sender: RqDispatch) -> None:
    queue = make_queue(redis, Queue.URGENT)
    sender.send([TICKET])
    queue.jobs[0].set_status(JobStatus.STARTED)
    queue.remove(TICKET.job_id)

    sender.send([TICKET])

    assert queue.job_ids == [TICKET.job_id]


def test_a_queue_that_is_down_is_noted_and_not_an_error(caplog: pytest.LogCaptureFixture) -> None:
    dispatch = RqDispatch("redis://127.0.0.1:1")

    with caplog.at_level(logging.WARNING):
        dispatch.send([TICKET])

    assert "the queue is down" in caplog.text
    assert not dispatch.is_up()
    dispatch.close()
