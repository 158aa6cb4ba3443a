"""A table of balances, signed and posted by several at once, on a database with real commits."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from kernel.db import db
from kernel.grants import Role
from kernel.work import transaction
from points import queries, service
from points.errors import WrongMoment
from points.models import Opening, Posting
from tests.factories import TOWN, make_staff
from tests.live.races import at_once, race
from tests.points.claims import make_village
from tests.points.test_service_opening import Book


class Scene:
    """An old book of sixty households."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as work:
            self.book = Book(make_village(work))
            self.table = self.book.table()
            self.senders = [make_staff(work.session, Role.TOWN_ADMIN, area=TOWN) for _ in range(2)]
            self.signers = [make_staff(work.session, Role.TOWN_ADMIN, area=TOWN) for _ in range(2)]


@pytest.fixture
def scene(live: Flask) -> Iterator[Scene]:
    with live.app_context():
        yield Scene(live)


def test_sent_signed_and_posted_at_once_by_several_it_comes_in_once(scene: Scene) -> None:
    came = at_once(
        scene.app,
        *[
            lambda work, by=by: service.send_opening(work, scene.table, by=by)[0]
            for by in scene.senders
        ],
    )
    assert not any(isinstance(one, Exception) and not isinstance(one, WrongMoment) for one in came)
    db.session.rollback()
    one = db.session.scalars(select(Opening)).one().id

    came = at_once(
        scene.app,
        *[
            lambda work, by=by: service.decide_opening(work, one, agree=True, by=by)
            for by in scene.signers
        ],
    )
    assert [isinstance(found, WrongMoment) for found in came].count(True) == 1
    for _ in range(2):
        race(scene.app, lambda work: service.post_opening(work, one))

    db.session.rollback()
    assert db.session.get_one(Opening, one).state == "posted"
    posted = select(func.count(Posting.id)).where(Posting.kind == "opening")
    assert db.session.scalar(posted) == 60
    assert list(queries.verify(db.session())) == []
