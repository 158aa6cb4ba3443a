"""Two desks, two schedulers, two taps at once, on a database with real commits."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from complaints import service
from complaints.errors import AlreadyDone
from complaints.models import Complaint, ComplaintStep
from complaints.rules import Event, Said
from grid.models import Accused, Case
from grid.rules import Level, State
from grid.rules.accused import Against
from grid.service.accused import Charge, accuse
from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from kernel.work import Work, transaction
from people.models import Barred
from tests.complaints.factories import filed, make_everybody, said
from tests.factories import GRID, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import make_case
from tests.live.races import at_once

HANDS = 4


def events_of(app: Flask) -> list[Event]:
    with app.app_context():
        return list(
            db.session().scalars(select(ComplaintStep.event).order_by(ComplaintStep.number))
        )


def test_the_same_form_sent_at_once_is_one_complaint(live: Flask) -> None:
    with live.app_context():
        make_everybody(db.session())
        db.session.commit()
    form: Said = said()

    came = at_once(live, *[lambda work: service.file(work, form)[0].number] * HANDS)

    assert len(set(came)) == 1
    assert events_of(live) == [Event.FILED]


def test_of_two_who_answer_at_once_one_wins(live: Flask) -> None:
    with live.app_context():
        make_everybody(db.session())
        desks = [make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN) for _ in range(HANDS)]
        db.session.commit()
        with transaction() as work:
            number = filed(work).id

    def answer(by: Actor) -> Callable[[Work], Any]:
        return lambda work: service.answer(work, number, words="查过了", by=by)

    came = at_once(live, *map(answer, desks))

    assert sum(isinstance(one, AlreadyDone) for one in came) == HANDS - 1
    assert events_of(live) == [Event.FILED, Event.ANSWERED]


def test_many_schedulers_take_it_up_once(live: Flask) -> None:
    clock = live.extensions["parts"].clock
    assert isinstance(clock, FixedClock)
    with live.app_context():
        make_everybody(db.session())
        db.session.commit()
        with transaction() as work:
            filed(work)
    clock.advance(days=20)

    at_once(live, *[service.climb] * HANDS)

    assert events_of(live) == [Event.FILED, Event.OVERDUE]
    with live.app_context():
        assert db.session().scalars(select(Complaint.desk)).one() == "district"


def test_saying_at_once_that_it_will_not_do_takes_it_up_once(live: Flask) -> None:
    with live.app_context():
        staff = make_everybody(db.session())
        db.session.commit()
        with transaction() as work:
            number = filed(work).id
            service.answer(work, number, words="查过了", by=staff.town)

    came = at_once(live, *[lambda work: service.not_satisfied(work, number, reason="不行")] * HANDS)

    assert sum(isinstance(one, AlreadyDone) for one in came) == HANDS - 1
    assert events_of(live) == [Event.FILED, Event.ANSWERED, Event.NOT_SATISFIED]


def test_accusing_the_owner_at_once_takes_the_case_away_once(live: Flask) -> None:
    with live.app_context():
        worker = make_staff(db.session(), Role.GRID_FULL, area=GRID)
        village = make_staff(db.session(), Role.VILLAGE_ADMIN, area=VILLAGE)
        towns = [make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN) for _ in range(HANDS)]
        case = make_case(db.session(), state=State.HANDLING, owner_id=worker.id)
        case_id, turn = case.id, case.turn
        db.session.commit()
    charge = Charge(
        key="k", against=Against.STAFF, claim="有人反映处理不及时。", person_id=worker.id
    )

    def against(by: Actor) -> Callable[[Work], Any]:
        return lambda work: accuse(work, case_id, charge, by=by)

    came = at_once(live, *map(against, towns))

    assert came == [None] * HANDS
    with live.app_context():
        case = db.session().get_one(Case, case_id)
        assert (case.owner_id, case.owner_level) == (village.id, Level.VILLAGE)
        assert case.turn == turn + 1
        assert len(db.session().scalars(select(Accused)).all()) == 1
        assert len(db.session().scalars(select(Barred)).all()) == 1
