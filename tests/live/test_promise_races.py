"""Two who decide, answer or keep time at once, on a database with real commits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from grid import jobs, service
from grid.errors import WrongMoment
from grid.models import Act, Case, Extension, Objection, Outcome, Pause, PromiseTold, Step
from grid.rules import CallCause, PauseReason, State
from kernel.access import Actor
from kernel.db import db
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import transaction
from tests.factories import DISTRICT, GRID, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import make_case
from tests.live.races import at_once

FRIDAY = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


@pytest.fixture
def owner(live: Flask) -> Iterator[Actor]:
    with live.app_context():
        yield make_staff(db.session(), Role.GRID_FULL, area=GRID)


@pytest.fixture
def case_id(live: Flask, owner: Actor) -> int:
    case = make_case(
        db.session(),
        state=State.HANDLING,
        owner_id=owner.id,
        category="0302",
        close_by=FRIDAY,
        tells_at=FRIDAY,
    )
    number = case.id
    db.session.commit()
    assert live
    return number


def count(*conditions: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Step.id)).where(*conditions)) or 0  # type: ignore[arg-type]


def test_of_two_who_decide_an_extension_one_wins_and_the_other_is_told(
    live: Flask, owner: Actor, case_id: int
) -> None:
    town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
    district = make_staff(db.session(), Role.DISTRICT_CMD, area=DISTRICT)
    db.session.commit()
    with transaction() as work:
        service.ask_extension(work, case_id, by=owner, reason="等配件")

    came = at_once(
        live,
        lambda work: service.decide_extension(work, case_id, by=town, granted=True),
        lambda work: service.decide_extension(
            work, case_id, by=district, granted=False, sentence="不行"
        ),
    )

    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    db.session.rollback()
    [row] = db.session.scalars(select(Extension)).all()
    case = db.session.get_one(Case, case_id)
    assert case.extended is (row.outcome is Outcome.GRANTED)
    assert case.extension_open is False


def test_of_two_taps_the_clock_stops_once(live: Flask, owner: Actor, case_id: int) -> None:
    def stop(work: object) -> None:
        service.pause(work, case_id, by=owner, reason=PauseReason.WEATHER, words="大雨")  # type: ignore[arg-type]

    came = at_once(live, stop, stop, stop)

    assert [isinstance(one, Refusal) for one in came].count(True) == 2
    db.session.rollback()
    assert len(db.session.scalars(select(Pause)).all()) == 1


def test_an_answer_that_comes_while_the_pause_ends_is_kept_and_it_ends_once(
    live: Flask, owner: Actor, case_id: int
) -> None:
    with transaction() as work:
        service.ask(work, case_id, by=owner, words="在哪？")
    clock = live.extensions["parts"].clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=2)

    came = at_once(
        live,
        jobs.end_pauses,
        jobs.end_pauses,
        lambda work: service.answer(work, case_id, words="桥头", attachments=()),
    )

    assert [one for one in came if isinstance(one, Exception)] == []
    said = Step.act.in_([Act.ANSWERED, Act.SUPPLEMENT])
    assert count(Step.case_id == case_id, said) == 1
    assert count(Step.case_id == case_id, Step.act == Act.RESUMED) == 1
    case = db.session.get_one(Case, case_id)
    assert (case.questions, case.paused_until) == (0, None)


def test_many_schedulers_tell_once(live: Flask, case_id: int) -> None:
    clock = live.extensions["parts"].clock
    clock.moment = FRIDAY + timedelta(minutes=1)

    at_once(live, *[jobs.tell_promises] * 4)

    db.session.rollback()
    assert len(db.session.scalars(select(PromiseTold)).all()) == 1
    assert count(Step.case_id == case_id, Step.act == Act.BROKEN) == 1


def test_an_objection_is_made_once_and_judged_once(live: Flask, owner: Actor) -> None:
    judges = [make_staff(db.session(), Role.DISTRICT_CMD, area=DISTRICT) for _ in range(2)]
    case_id = make_case(db.session(), state=State.REJECTED, rejected_by=owner.id).id
    db.session.commit()

    made = at_once(live, *[lambda work: service.object_to(work, case_id, reason="不同意")] * 3)
    judged = at_once(
        live,
        lambda work: service.decide_objection(
            work, case_id, by=judges[0], upheld=True, sentence="成立"
        ),
        lambda work: service.decide_objection(
            work, case_id, by=judges[1], upheld=False, sentence="维持"
        ),
        jobs.ring_late_objections,
    )

    assert [isinstance(one, Refusal) for one in made].count(True) == 2
    assert [isinstance(one, WrongMoment) for one in judged].count(True) == 1
    db.session.rollback()
    [row] = db.session.scalars(select(Objection)).all()
    assert row.decided_by in {judge.id for judge in judges}


def test_a_call_is_owed_once_however_often_it_is_announced(live: Flask, owner: Actor) -> None:
    case_id = make_case(db.session(), state=State.CLOSED, owner_id=owner.id).id
    db.session.commit()

    came = at_once(
        live,
        *[lambda work: service.owe_call(work, case_id, cause=CallCause.NOT_SOLVED)] * 4,
    )

    assert came == [None] * 4
    assert count(Step.case_id == case_id, Step.act == Act.CALL_OWED) == 1
    assert NOON < FRIDAY
