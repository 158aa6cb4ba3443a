"""Many who sign up, in, and judge at once, on a database with real commits."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

import qr.service
from kernel.access import Actor
from kernel.clock import Clock
from kernel.db import db
from kernel.grants import Role
from kernel.work import Work, parts, transaction
from people.models import Person
from points import queries, service
from points.errors import Full, WrongMoment
from points.models import Activity, Claim, Posting, SignUp
from points.rules.claims import Decision
from points.service import ActivityWanted
from qr.models import SignIn
from qr.rules import rotating
from qr.service import Attender
from tests.factories import GRID, TOWN, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.live.races import at_once
from tests.people.homes import make_home, make_resident
from tests.points.claims import Village, make_village

ROOM, WISHES = 3, 8


class Scene:
    """An activity with room for three, eight who wish to come, and real commits."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as work:
            self.village: Village = make_village(work)
            self.village.fund()
            make_area(work.session, GRID)
            self.leader = make_staff(work.session, Role.GRID_LEADER, area=GRID)
            self.people: list[Actor] = [make_resident(work.session) for _ in range(WISHES)]
            for one in self.people:
                home = make_home(work.session, "周全")
                work.session.get_one(Person, one.id).household_id = home.id
            wanted = ActivityWanted(
                name="巡防",
                area_code=GRID,
                place="",
                starts_at=NOON + timedelta(hours=1),
                ends_at=NOON + timedelta(hours=2),
                rule_code="P05",
                capacity=ROOM,
            )
            [made] = service.post_activity(work, wanted, by=self.leader)
            self.id, self.code = made.id, made.code_id or 0

    def at(self, **since: float) -> None:
        clock: Clock = parts().clock
        assert isinstance(clock, FixedClock)
        clock.moment = NOON + timedelta(hours=1) + timedelta(**since)


@pytest.fixture
def scene(live: Flask) -> Iterator[Scene]:
    with live.app_context():
        yield Scene(live)


def test_of_many_who_sign_up_at_once_so_many_as_there_is_room_for_are_in(scene: Scene) -> None:
    def wish(who: Actor) -> Callable[[Work], bool]:
        return lambda work: service.sign_up(work, scene.id, by=who)

    came = at_once(scene.app, *[wish(one) for one in scene.people])

    assert [isinstance(one, Full) for one in came].count(True) == WISHES - ROOM
    assert came.count(True) == ROOM
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SignUp)) == ROOM
    assert db.session.get_one(Activity, scene.id).taken == ROOM


def test_one_person_signs_up_in_and_out_once_from_many_phones(scene: Scene) -> None:
    who = scene.people[0]
    assert sorted(
        at_once(scene.app, *[lambda work: service.sign_up(work, scene.id, by=who)] * 4)
    ) == [False, False, False, True]
    scene.at(minutes=5)
    key = rotating.key_of(parts().settings.secret_key)

    def scan(once: str) -> Callable[[Work], bool]:
        entry = rotating.make_entry(key, scene.code, once, now=parts().clock.now())
        me = Attender(person_id=who.id, device=once)
        return lambda work: qr.service.sign_in(work, scene.code, entry, me).fresh

    came = at_once(scene.app, *[scan(once) for once in ("a", "a", "b", "c")])

    assert came.count(True) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count(SignIn.id))) == 1
    assert db.session.get_one(Activity, scene.id).taken == 1


def test_a_list_confirmed_and_judged_by_two_at_once_pays_each_once(scene: Scene) -> None:
    scene.at(minutes=0)
    key = rotating.key_of(parts().settings.secret_key)
    for one in scene.people[:ROOM]:
        with transaction() as work:
            entry = rotating.make_entry(key, scene.code, str(one.id), now=work.now())
            qr.service.sign_in(work, scene.code, entry, Attender(person_id=one.id))
    for one in scene.people[:ROOM]:
        scene.at(minutes=59)
        with transaction() as work:
            entry = rotating.make_entry(key, scene.code, f"o{one.id}", now=work.now())
            qr.service.sign_out(work, scene.code, entry, one.id)
    scene.at(hours=2)

    def confirm(work: Work) -> int:
        return service.confirm_roll(work, scene.id, {}, remark="", by=scene.leader)

    confirmed = at_once(scene.app, confirm, confirm)
    assert [one for one in confirmed if one == ROOM] == [ROOM]
    other = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
    db.session.commit()

    def judge(by: Actor, turn: int) -> Callable[[Work], tuple[int, int]]:
        turns = dict.fromkeys(db.session.scalars(select(Claim.id)), turn)
        db.session.rollback()
        return lambda work: service.review_roll(
            work, scene.id, decision=Decision.APPROVE, turns=turns, refused={}, by=by
        )

    at_once(scene.app, judge(scene.village.village, 0))
    came = at_once(scene.app, judge(scene.village.town, 1), judge(other, 1))

    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count(Posting.id)).where(Posting.kind != "quota")) == ROOM
    assert list(queries.verify(db.session())) == []
