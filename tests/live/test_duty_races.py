"""Two at once at the table of duty, at an alarm, at a message: on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from grid import service
from grid.models import Case, Duty
from grid.rules import Move, State
from grid.rules.roster import Kind
from kernel.delivery import deliver
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.outbound import Message, release_messages, send_message, send_sms
from kernel.outbox import Delivery
from kernel.work import Work, transaction
from people import service as people
from tests.factories import GRID, TOWN, VILLAGE, make_staff
from tests.fakes import NOON, PostBox
from tests.grid.factories import a_report, make_case
from tests.grid.rosters import a_line
from tests.live.races import at_once

Act = Callable[[Work], object]


def test_the_same_shift_put_in_twice_at_once_is_there_once(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        line = a_line(Kind.NIGHT, worker)
    add: Act = lambda work: service.add_duty(work, line, by=None)  # noqa: E731

    found = at_once(live, *[add] * 4)

    with live.app_context(), transaction() as work:
        assert len(work.session.scalars(select(Duty)).all()) == 1
    assert sum(isinstance(one, Refusal) for one in found) == 3


def test_an_account_closed_while_its_cases_are_handed_over_leaves_nothing_behind(
    live: Flask,
) -> None:
    with live.app_context(), transaction() as work:
        gone = make_staff(work.session, Role.GRID_FULL, area=GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        cases = [
            make_case(work.session, owner_id=gone.id, state=State.HANDLING).id for _ in range(5)
        ]

    at_once(
        live,
        lambda work: service.hand_over(
            work, gone.id, cases, to=leader.id, reason="离岗", by=leader
        ),
        lambda work: people.close_account(work, gone.id, by=None),
    )
    with live.app_context(), transaction() as work:
        service.take_up_left(work)

    with live.app_context(), transaction() as work:
        owners = set(work.session.scalars(select(Case.owner_id)))
        assert owners == {leader.id}


def test_the_desk_goes_while_the_worker_accepts_and_one_has_it(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        worker = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case_id = service.open_case(work, a_report(danger=True, submitted_at=NOON))

    at_once(
        live,
        lambda work: service.desk_goes(work, case_id, by=town),
        lambda work: service.move(work, case_id, Move.ACCEPT, by=worker, expected=State.DISPATCHED),
    )

    with live.app_context(), transaction() as work:
        case = work.session.get_one(Case, case_id)
        assert (case.owner_id, case.state) == (town.id, State.HANDLING)
        assert case.responded_at is not None


@pytest.mark.parametrize("workers", [4])
def test_one_message_however_many_workers_have_it(live: Flask, workers: int) -> None:
    box = PostBox()
    parts = live.extensions["parts"]
    settings = replace(parts.settings, sms_url="https://sms.example", sms_key="k")
    live.extensions["parts"] = replace(parts, settings=settings, post=box)
    with live.app_context(), transaction() as work:
        send_sms(work, phone="13812345678", template="T02", text="您好")
    with live.app_context(), transaction() as work:
        for _ in range(workers - 1):
            work.later(send_message, message_id=1)
        release_messages(work)
    with live.app_context(), transaction() as work:
        rows = list(work.session.scalars(select(Delivery.id)))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda row: _deliver(live, row), rows * 2))

    assert len(box.posted) == 1
    with live.app_context(), transaction() as work:
        assert work.session.scalars(select(Message.tries)).all() == [1]


def _deliver(app: Flask, row: int) -> None:
    with app.app_context():
        deliver(row)
