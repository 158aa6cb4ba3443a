"""Handlers, towns, units and schedulers at once, on a database with real commits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from grid import service
from grid.errors import WrongMoment
from grid.models import Act, Case, Handover, LinkDevice, Outside, Signing, Step, UnitWord
from grid.rules import Level, Move, State
from grid.rules.outside import Said
from grid.service import Answer, Values
from kernel.db import db
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work, transaction
from tests.factories import GRID, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.departments import URBAN, errand, given_to, handler, in_hand
from tests.grid.factories import make_case
from tests.live.races import at_once

HANDS = 6


def test_of_many_handlers_who_sign_one_has_the_case(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        people = [handler(work) for _ in range(HANDS)]
        case = given_to(work, people[0])
        case_id, turn = case.id, case.turn

    def sign(index: int) -> Callable[[Work], Any]:
        return lambda work: service.sign(
            work, case_id, by=people[index], expected=State.DISPATCHED, turn=turn
        )

    came = at_once(live, *(sign(index) for index in range(HANDS)))

    assert sum(isinstance(one, WrongMoment) for one in came) == HANDS - 1
    with live.app_context():
        case = db.session.get_one(Case, case_id)
        row = db.session.scalars(select(Signing)).one()
        assert case.state is State.HANDLING
        assert case.owner_id == row.signed_by == people[came.index(None)].id
        accepted = select(func.count(Step.id)).where(Step.move == Move.ACCEPT)
        assert db.session.scalar(accepted) == 1


@pytest.mark.parametrize("agreed", [True, False])
def test_the_town_decides_while_the_handler_gives_it_back(live: Flask, *, agreed: bool) -> None:
    with live.app_context(), transaction() as work:
        owner, _other = handler(work), handler(work, URBAN)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = in_hand(work, owner)
        asked = service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")
        case_id, turn = case.id, case.turn

    def back(work: Work) -> str:
        values = Values(reason="等不及", turn=turn)
        service.move(work, case_id, Move.RETURN, by=owner, expected=State.HANDLING, values=values)
        return "back"

    def decide(work: Work) -> str:
        service.decide_handover(work, asked, by=town, agreed=agreed, words="本来归市政")
        return "decided"

    came = at_once(live, back, decide)

    with live.app_context():
        case = db.session.get_one(Case, case_id)
        row = db.session.get_one(Handover, asked)
        decided = "decided" in came
        assert (row.decided_at is not None) == decided
        if agreed and decided:  # then it was too late to give it back
            assert isinstance(came[0], Refusal)
            assert (case.state, case.department) == (State.HANDLING, URBAN)
        else:
            assert (case.state, case.owner_id) == (State.RETURNED, None)


def test_two_schedulers_take_each_step_once(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        owner = handler(work)
        ids = [given_to(work, owner, taken_at=NOON, responded_at=NOON).id for _ in range(HANDS)]
    clock = live.extensions["parts"].clock
    assert isinstance(clock, FixedClock)
    clock.moment = NOON + timedelta(days=1, hours=-6)  # Tuesday 14:00: nobody looked all morning

    at_once(live, *([service.press] * 4))
    at_once(live, *([service.press] * 2))

    with live.app_context():
        cases = db.session.scalars(select(Case).where(Case.id.in_(ids))).all()
        assert {case.owner_level for case in cases} == {Level.TOWN}
        for step in (Step.act == Act.LADDER, Step.move == Move.ESCALATE):
            assert db.session.scalar(select(func.count(Step.id)).where(step)) == HANDS


def test_a_unit_that_taps_many_times_says_it_once(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        secret = service.give_link(work, case.id, errand(), by=worker)
        outside_id = work.session.scalars(select(Outside.id)).one()

    def tap(work: Work) -> None:
        service.opened(work, outside_id, device="phone")
        service.say(work, secret, Answer(key="1", said=Said.DONE, words="接好了"))

    came = at_once(live, *([tap] * HANDS))

    assert came == [None] * HANDS
    with live.app_context():
        assert db.session.scalar(select(func.count(UnitWord.id))) == 1
        assert db.session.scalar(select(func.count(LinkDevice.id))) == 1


def test_the_same_form_sent_at_once_makes_one_link(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case_id = make_case(work.session, state=State.HANDLING, owner_id=worker.id).id

    came = at_once(
        live, *([lambda work: service.give_link(work, case_id, errand(), by=worker)] * HANDS)
    )

    assert sum(isinstance(one, str) for one in came) == 1
    with live.app_context():
        assert db.session.scalar(select(func.count(Outside.id))) == 1
