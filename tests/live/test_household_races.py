"""Households that several reach for in the same moment."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.db import db
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work, transaction
from people import service
from people.models import Household, JoinRequest, Person
from people.queries import last_request
from tests.factories import GRID, VILLAGE, make_area, make_staff
from tests.live.races import HANDS, at_once
from tests.people.homes import make_home, make_resident


def refused(answers: list[object]) -> int:
    return sum(isinstance(answer, Refusal) for answer in answers)


def test_one_person_joins_one_household(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        homes = [make_home(work.session).id for _ in range(HANDS)]
        me = make_resident(work.session)

    def join(home: int) -> Callable[[Work], object]:
        return lambda work: service.join_with_card(work, home, name="李明", by=me)

    answers = at_once(live, *map(join, homes))

    assert refused(answers) == HANDS - 1
    with live.app_context():
        assert db.session().get_one(Person, me.id).household_id in homes


def test_one_person_asks_once(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        home = make_home(work.session).number
        me = make_resident(work.session)

    answers = at_once(
        live,
        *[lambda work: service.ask_to_join(work, number=home, name="李明", by=me)] * HANDS,
    )

    assert refused(answers) == HANDS - 1
    with live.app_context():
        assert db.session().scalar(select(func.count()).select_from(JoinRequest)) == 1


def test_yes_no_and_taking_it_back_at_once_have_one_outcome(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        home = make_home(work.session)
        home_id = home.id
        clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        me = make_resident(work.session)
        service.ask_to_join(work, number=home.number, name="李明", by=me)
        asked = last_request(work.session, me.id)
        assert asked is not None
        request = asked.id

    at_once(
        live,
        lambda work: service.decide_joining(work, request, approve=True, by=clerk),
        lambda work: service.decide_joining(work, request, approve=False, by=clerk),
        lambda work: service.withdraw_joining(work, by=me),
    )

    with live.app_context():
        state = db.session().get_one(JoinRequest, request).state.value
        inside = db.session().get_one(Person, me.id).household_id == home_id
        assert inside == (state == "approved")
        assert state != "waiting"


def test_a_household_has_one_head_however_many_are_named(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        home = make_home(work.session, *"甲乙丙丁戊己")
        home_id = home.id
        clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        ids = list(work.session.scalars(select(Person.id).where(Person.household_id == home.id)))

    def name(person: int) -> Callable[[Work], object]:
        return lambda work: service.set_head(work, home_id, person, reason="换人", by=clerk)

    assert refused(at_once(live, *map(name, ids))) == 0

    with live.app_context():
        heads = select(func.count()).select_from(Person).where(Person.is_head)
        assert db.session().scalar(heads) == 1


def test_two_merged_into_each_other_leave_one(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        first, second = make_home(work.session), make_home(work.session)
        one, other = (first.id, first.number), (second.id, second.number)
        clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)

    def merge(home: int, number: str) -> Callable[[Work], object]:
        return lambda work: service.merge_households(
            work, home, other_number=number, reason="合户", by=clerk
        )

    answers = at_once(live, merge(one[0], other[1]), merge(other[0], one[1]))

    assert refused(answers) == 1
    with live.app_context():
        session = db.session()
        left = session.scalars(select(Household).where(Household.closed_at.is_(None))).one()
        living = select(func.count()).select_from(Person).where(Person.household_id == left.id)
        assert session.scalar(living) == 4


def test_a_head_who_goes_while_deciding_decides_nothing_twice(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        home = make_home(work.session)
        home_id = home.id
        head, other = work.session.scalars(
            select(Person.id).where(Person.household_id == home.id).order_by(Person.id)
        )
        me = make_resident(work.session)
        service.ask_to_join(work, number=home.number, name="李明", by=me)
        asked = last_request(work.session, me.id)
        assert asked is not None
        request = asked.id

    answers = at_once(
        live,
        lambda work: service.decide_joining(work, request, approve=True, by=Actor(head)),
        lambda work: service.hand_over(work, other, by=Actor(head)),
    )

    with live.app_context():
        inside = db.session().get_one(Person, me.id).household_id == home_id
        assert inside == (not isinstance(answers[0], Refusal))
