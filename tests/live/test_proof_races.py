"""Wrong PINs and one code, tried at several tables at the same moment."""

from dataclasses import dataclass

import pytest
from flask import Flask

from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from kernel.work import Work, transaction
from people import queries, service
from people.models import HouseholdPin, Person
from tests.factories import GRID, VILLAGE, make_area, make_staff
from tests.live.races import HANDS, at_once, race
from tests.people.homes import make_home, make_resident

PIN, WRONG = "739416", "905172"


@dataclass(frozen=True)
class Scene:
    home: int
    member: Actor
    by: Actor


@pytest.fixture
def scene(live: Flask) -> Scene:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        by = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        home, member = make_home(work.session, area=GRID), make_resident(work.session)
        work.session.get_one(Person, member.id).household_id = home.id
        service.set_pin(work, home.id, PIN, told_by=None, by=by)
        return Scene(home.id, member, by)


def test_five_wrong_pins_at_once_are_five(live: Flask, scene: Scene) -> None:
    def guess(work: Work) -> str:
        tried = service.check_pin(work, scene.home, WRONG, village=VILLAGE, by=scene.by)
        return str(tried.refusal)

    said = at_once(live, *[guess] * 5)

    assert len(set(said)) == 5  # each heard another number of tries left
    with live.app_context():
        kept = db.session.get_one(HouseholdPin, scene.home)
        assert (kept.failures, kept.blocked_at is not None) == (5, True)


def test_one_code_at_many_tables_counts_once(live: Flask, scene: Scene) -> None:
    with live.app_context():
        now = live.extensions["parts"].clock.now()
        code = queries.own_code(db.session(), scene.member.id, now=now)
        assert code is not None

    def use(work: Work) -> bool:
        return service.use_code(work, code.digits, village=VILLAGE, by=scene.by).right

    assert sorted(race(live, use)) == [False] * (HANDS - 1) + [True]
