"""Two people, two workers, two schedulers at once, on a database with real commits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from grid import service
from grid.errors import WrongMoment
from grid.models import Case, LadderStep, Step
from grid.rules import Move, State
from grid.rules import Step as LadderName
from grid.service import NewCase, Values
from kernel.access import Actor
from kernel.db import db
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work, transaction
from tests.factories import GRID, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import a_report, make_case, make_team
from tests.live.races import HANDS, at_once


def test_of_many_who_move_the_same_case_one_wins_and_the_others_are_told(live: Flask) -> None:
    with live.app_context():
        town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
        people = [make_staff(db.session(), Role.GRID_FULL, area=GRID) for _ in range(HANDS)]
        case = make_case(db.session())
        case_id, turn = case.id, case.turn
        db.session.commit()

    def give(owner: Actor) -> Callable[[Work], Any]:
        values = Values(owner=owner.id, reason="换人", turn=turn)
        return lambda work: (
            service.move(
                work, case_id, Move.REASSIGN, by=town, expected=State.DISPATCHED, values=values
            ).owner_id
        )

    came = at_once(live, *(give(person) for person in people))

    refused = [one for one in came if isinstance(one, WrongMoment)]
    assert len(refused) == HANDS - 1
    assert all("已经改派" in str(one) for one in refused)
    with live.app_context():
        assert db.session.get_one(Case, case_id).owner_id in came
        assert db.session.scalar(select(func.count(Step.id))) == 1


def test_accepting_and_refusing_at_once_leaves_one_of_the_two(live: Flask) -> None:
    with live.app_context():
        town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
        worker = make_staff(db.session(), Role.GRID_FULL, area=GRID)
        case_id = make_case(db.session(), owner_id=worker.id).id
        db.session.commit()
    values = Values(reason="不归我们", responsible_channel="物业")

    came = at_once(
        live,
        lambda work: (
            service.move(work, case_id, Move.ACCEPT, by=worker, expected=State.DISPATCHED).turn
        ),
        lambda work: (
            service.move(
                work, case_id, Move.REJECT, by=town, expected=State.DISPATCHED, values=values
            ).turn
        ),
    )

    assert sum(isinstance(one, WrongMoment) for one in came) == 1
    with live.app_context():
        assert db.session.get_one(Case, case_id).turn == 1


def test_one_report_delivered_many_times_at_once_is_one_case(live: Flask) -> None:
    with live.app_context():
        make_staff(db.session(), Role.GRID_LEADER, area=VILLAGE)
        make_area(db.session())
        db.session.commit()
    new: NewCase = a_report()

    came = at_once(live, *([lambda work: service.open_case(work, new)] * HANDS))

    assert len(set(came)) == 1
    with live.app_context():
        assert db.session.scalar(select(func.count(Case.id))) == 1
        assert db.session.scalar(select(func.count(Step.id))) == 3


def test_schedulers_that_climb_at_once_take_each_rung_once(live: Flask) -> None:
    clock = live.extensions["parts"].clock
    assert isinstance(clock, FixedClock)
    clock.moment = NOON - timedelta(hours=10)
    with live.app_context():
        make_team(db.session())
        db.session.commit()
        with transaction() as work:
            for _ in range(3):
                service.open_case(work, a_report(submitted_at=clock.moment, danger=True))
    clock.advance(hours=2)

    at_once(live, *([service.climb] * HANDS))

    with live.app_context():
        rows = db.session.execute(
            select(LadderStep.case_id, func.count(LadderStep.id)).group_by(LadderStep.case_id)
        ).all()
        assert [count for _, count in rows] == [len(LadderName)] * 3


def test_two_merges_in_opposite_directions_do_not_lock_each_other(live: Flask) -> None:
    with live.app_context():
        town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
        one, two = make_case(db.session()).id, make_case(db.session()).id
        db.session.commit()

    def merge(case: int, main: int) -> Callable[[Work], Any]:
        values = Values(main_case=main, reason="同一件")
        return lambda work: (
            service.move(
                work, case, Move.MERGE, by=town, expected=State.DISPATCHED, values=values
            ).main_id
        )

    came = at_once(live, merge(one, two), merge(two, one))

    assert sum(isinstance(done, Refusal) for done in came) == 1
    with live.app_context():
        states = db.session.scalars(select(Case.state).order_by(Case.state)).all()
        assert list(states) == [State.DISPATCHED, State.MERGED]
