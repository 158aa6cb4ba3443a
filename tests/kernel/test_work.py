import pytest
from sqlalchemy.orm import Session

from kernel.events import Event
from kernel.facts import Fact, establish, fact
from kernel.outbox import Queue, make_routes
from kernel.work import Work, transaction
from tests.fakes import NOON, ListDispatch
from tests.kernel.conftest import Heard, Rows, fail, forgotten, hear, write_fact


def test_what_is_owed_leaves_only_after_the_commit(rows: Rows, dispatch: ListDispatch) -> None:
    with transaction() as work:
        work.later(write_fact, name="a")
        assert dispatch.sent == []

    row = rows.one()
    assert row.handler == "tests.kernel.conftest.write_fact"
    assert row.payload == {"name": "a"}
    assert [(ticket.queue, ticket.row_id) for ticket in dispatch.sent] == [(Queue.DEFAULT, row.id)]


def test_an_exception_undoes_everything(
    session: Session, rows: Rows, dispatch: ListDispatch
) -> None:
    def break_down(work: Work) -> None:
        establish(work, "half", "written")
        work.later(write_fact, name="a")
        raise LookupError

    with pytest.raises(LookupError), transaction() as work:
        break_down(work)

    assert fact(session, "half") is None
    assert rows.all() == []
    assert dispatch.sent == []


def test_an_event_is_owed_to_every_subscriber_in_its_own_queue(rows: Rows) -> None:
    with transaction() as work:
        work.announce(Heard(name="a"))
        work.announce(Event())

    assert [(row.handler.rpartition(".")[2], row.queue) for row in rows.all()] == [
        ("hear", Queue.DEFAULT),
        ("hear_too", Queue.URGENT),
    ]


def test_what_is_due_later_is_not_sent_now(rows: Rows, dispatch: ListDispatch) -> None:
    tomorrow = NOON.replace(day=3)

    with transaction() as work:
        work.later_at(tomorrow, write_fact, name="a")

    assert rows.one().due_at == tomorrow
    assert dispatch.sent == []


def test_a_job_nobody_registered_is_refused_at_once(work: Work) -> None:
    with pytest.raises(LookupError, match="forgotten"):
        work.later(forgotten, name="a")


def test_a_row_is_not_something_to_send(work: Work) -> None:
    with pytest.raises(TypeError, match="plain"):
        work.later(write_fact, name=Fact(name="a", value="b"))  # type: ignore[arg-type]


def test_a_job_takes_keywords(work: Work) -> None:
    with pytest.raises(TypeError, match="keyword"):
        work.later(write_fact, "a")  # type: ignore[call-arg]


def test_a_handler_has_one_place_in_the_table() -> None:
    with pytest.raises(RuntimeError, match="twice"):
        make_routes({Heard: (hear,)}, (hear, fail))


@pytest.mark.usefixtures("session")
def test_a_second_transaction_is_refused() -> None:
    with transaction(), pytest.raises(RuntimeError, match="already open"), transaction():
        pytest.fail("opened a transaction inside a transaction")


def test_a_change_made_outside_a_transaction_is_refused(session: Session) -> None:
    session.add(Fact(name="a", value="b"))

    with pytest.raises(RuntimeError, match="outside"), transaction():
        pytest.fail("took over what someone else had changed")


def test_a_lost_queue_does_not_fail_the_transaction(rows: Rows, dispatch: ListDispatch) -> None:
    dispatch.up = False

    with transaction() as work:
        work.later(write_fact, name="a")

    assert rows.one().done_at is None
