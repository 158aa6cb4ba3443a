"""Coins that follow a household, signed by two at once: on a database with real commits."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from kernel.db import db
from kernel.grants import Role
from kernel.work import transaction
from points import queries, service
from points.errors import CannotAdjust, WrongMoment
from points.models import Adjustment, Posting
from points.rules.adjustments import AdjustmentWhy
from tests.factories import TOWN, make_staff
from tests.live.races import at_once
from tests.points.claims import make_village
from tests.points.moves import Move


class Scene:
    """A household of five coins that was split, two who propose, three who sign."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as work:
            self.move = Move(make_village(work))
            self.new = self.move.split()
            self.signers = [make_staff(work.session, Role.TOWN_ADMIN, area=TOWN) for _ in range(3)]
            self.numbers = self.move.village.home.number, self.new.number

    def adjusted(self) -> int:
        db.session.rollback()
        found = select(func.count(Posting.id)).where(Posting.kind == "adjust")
        return db.session.scalar(found) or 0


@pytest.fixture
def scene(live: Flask) -> Iterator[Scene]:
    with live.app_context():
        yield Scene(live)


def test_of_two_who_propose_all_and_three_who_sign_one_each_moves_it_once(scene: Scene) -> None:
    wanted = scene.move.wish(scene.new, AdjustmentWhy.SPLIT, taker="李小明")
    proposers = [scene.move.village.village, scene.move.village.town]

    came = at_once(
        scene.app,
        *[lambda work, by=by: service.propose_adjustment(work, wanted, by=by) for by in proposers],
    )

    assert [isinstance(one, CannotAdjust) for one in came].count(True) == 1, came
    db.session.rollback()
    one = db.session.scalars(select(Adjustment)).one().id

    came = at_once(
        scene.app,
        *[
            lambda work, by=by, agree=agree: service.decide_adjustment(
                work, one, agree=agree, reason="不", by=by
            )
            for by, agree in zip(scene.signers, (True, True, False), strict=True)
        ],
    )

    assert [isinstance(found, WrongMoment) for found in came].count(True) == 2, came
    db.session.rollback()
    state = db.session.get_one(Adjustment, one).state
    assert scene.adjusted() == (state == "posted")
    assert list(queries.verify(db.session())) == []


def test_the_same_form_from_two_windows_is_one_proposal(scene: Scene) -> None:
    wanted = scene.move.wish(scene.new, AdjustmentWhy.SPLIT, taker="李小明")
    by = scene.move.village.village

    came = at_once(
        scene.app, *[lambda work: service.propose_adjustment(work, wanted, by=by).id] * 3
    )

    assert len(set(came)) == 1, came
