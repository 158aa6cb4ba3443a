"""The outbox: once each, however often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kernel.delivery import KEEP_DONE, Daily, Every, deliver, plan, prune, retry, sweep
from kernel.facts import fact
from kernel.outbox import MOST_TRIES, Queue, wait_after
from kernel.work import transaction
from tests.fakes import NOON, FixedClock, ListDispatch
from tests.kernel.conftest import RAN, Heard, Rows, fail, go_out, write_fact

HOURLY = Every(timedelta(hours=1), write_fact)
NIGHTLY = Daily(3, fail)


def owe(name: str = "a") -> None:
    with transaction() as work:
        work.later(write_fact, name=name)


def break_handler(session: Session, rows: Rows) -> None:
    rows.one().handler = "os.system"
    session.commit()


def test_delivering_twice_acts_once(session: Session, rows: Rows) -> None:
    owe()

    deliver(rows.one().id)
    deliver(rows.one().id)

    assert fact(session, "a") == "written"
    assert rows.one().tries == 1
    assert rows.one().done_at == NOON


def test_an_event_comes_out_as_it_went_in(session: Session, rows: Rows) -> None:
    with transaction() as work:
        work.announce(Heard(name="a"))

    for row in rows.all():
        deliver(row.id)

    assert (fact(session, "a"), fact(session, "a-too")) == ("heard", "heard")


def test_a_row_can_name_only_what_is_registered(session: Session, rows: Rows) -> None:
    owe()
    break_handler(session, rows)

    deliver(rows.one().id)

    assert rows.one().done_at is None
    assert rows.one().error == "LookupError: nothing is registered as os.system"


def test_a_row_that_does_not_exist_is_no_error(rows: Rows) -> None:
    deliver(12345)

    assert rows.all() == []


def test_a_handler_that_breaks_leaves_nothing_behind(session: Session, rows: Rows) -> None:
    with transaction() as work:
        work.later(fail, name="a")

    deliver(rows.one().id)

    assert fact(session, "a") is None
    assert (rows.one().tries, rows.one().error) == (1, "LookupError: broken on purpose")


class TestErrand:
    """What is done outside happens between two transactions, with the row's number as key."""

    def test_writes_down_what_came_back(self, session: Session, rows: Rows) -> None:
        with transaction() as work:
            work.later(go_out, name="a")

        deliver(rows.one().id)
        deliver(rows.one().id)

        assert [str(rows.one().id)] == RAN
        assert fact(session, "a") == f"answer {rows.one().id}"
        assert rows.one().done_at == NOON

    def test_that_fails_is_tried_again_under_the_same_key(
        self, session: Session, rows: Rows
    ) -> None:
        with transaction() as work:
            work.later(go_out, name="closed")

        deliver(rows.one().id)
        deliver(rows.one().id)

        assert [str(rows.one().id)] * 2 == RAN
        assert rows.one().done_at is None
        assert rows.one().error == "OSError: nobody answers"


def test_a_row_that_keeps_failing_is_parked_and_can_be_taken_up(
    session: Session, rows: Rows, clock: FixedClock
) -> None:
    owe()
    break_handler(session, rows)
    for _ in range(MOST_TRIES):
        assert rows.one().parked_at is None
        deliver(rows.one().id)
        clock.advance(hours=3)
    assert rows.one().parked_at is not None
    session.commit()  # what was read is let go before sweep() rolls this session back
    assert sweep() == 0
    rows.one().handler = "tests.kernel.conftest.write_fact"
    number = rows.one().id
    session.commit()

    with transaction() as work:
        retry(work, number)
        retry(work, number)
    deliver(number)

    assert rows.one().done_at is not None
    assert fact(session, "a") == "written"


class TestSweep:
    def test_leaves_a_fresh_row_alone(self, session: Session) -> None:
        owe()

        assert sweep() == 0

    def test_sends_again_what_got_lost_and_then_waits(
        self, rows: Rows, clock: FixedClock, dispatch: ListDispatch
    ) -> None:
        owe()
        dispatch.sent.clear()
        clock.advance(minutes=1)

        assert sweep() == 1
        assert sweep() == 0
        number = rows.one().id
        assert [ticket.job_id for ticket in dispatch.sent] == [f"outbox-{number}-0"]

    def test_touches_nothing_while_the_queue_is_down(
        self, rows: Rows, clock: FixedClock, dispatch: ListDispatch
    ) -> None:
        owe()
        dispatch.up = False
        clock.advance(minutes=1)

        assert sweep() == 0
        assert rows.one().due_at == NOON + timedelta(minutes=1)

    def test_parks_what_kills_its_worker_every_time(
        self, session: Session, rows: Rows, clock: FixedClock
    ) -> None:
        owe()
        rows.one().tries = MOST_TRIES
        session.commit()
        clock.advance(hours=3)

        sweep()

        assert rows.one().parked_at is not None


def test_waiting_doubles_up_to_two_hours() -> None:
    minutes = [wait_after(tries).total_seconds() / 60 for tries in range(1, 9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 120]


class TestPlan:
    def test_owes_a_job_once_per_period(self, rows: Rows, clock: FixedClock) -> None:
        plan([HOURLY])
        plan([HOURLY])
        clock.advance(hours=1)
        plan([HOURLY])

        assert [row.payload for row in rows.all()] == [{}, {}]
        assert sweep() == 2

    def test_a_day_begins_at_its_hour_in_shanghai(self, rows: Rows, clock: FixedClock) -> None:
        plan([NIGHTLY])
        clock.advance(hours=6, minutes=59)  # 02:59 in Shanghai: still yesterday's turn
        plan([NIGHTLY])
        clock.advance(minutes=1)
        plan([NIGHTLY])

        assert [(row.slot or "").rpartition("@")[2] for row in rows.all()] == [
            "2026-03-02",
            "2026-03-03",
        ]

    @given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - made aware below
    def test_each_moment_lies_in_one_day(self, moment: datetime) -> None:
        aware = moment.replace(tzinfo=UTC)

        later = NIGHTLY.slot(aware + timedelta(days=1))

        assert NIGHTLY.slot(aware) < later


def test_what_was_done_long_ago_is_forgotten(
    session: Session, rows: Rows, clock: FixedClock
) -> None:
    owe("old")
    deliver(rows.one().id)
    session.commit()
    owe("owed")
    clock.advance(seconds=KEEP_DONE.total_seconds() + 1)
    owe("fresh")

    with transaction() as work:
        prune(work)

    assert [row.payload["name"] for row in rows.all()] == ["owed", "fresh"]


@pytest.mark.parametrize("queue", list(Queue))
def test_a_ticket_names_queue_try_and_row(queue: Queue, session: Session, rows: Rows) -> None:
    owe()
    rows.one().queue, rows.one().tries = queue, 3
    session.flush()

    ticket = rows.one().ticket()

    assert (ticket.queue, ticket.job_id) == (queue, f"outbox-{ticket.row_id}-3")
