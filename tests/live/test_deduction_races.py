"""Coins taken and awarded at once, and decided by two at once, on a database with real commits."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from kernel.clock import Clock
from kernel.db import db
from kernel.grants import Role
from kernel.work import parts, transaction
from points import queries, service
from points.errors import WrongMoment
from points.models import Claim, Deduction, Posting
from tests.factories import DISTRICT, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.live.races import at_once
from tests.points.claims import Village, make_village


class Scene:
    """A household with five coins, a claim that waits for the town, and one false report found."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as work:
            self.village: Village = make_village(work)
            self.village.fund()
            self.village.approve(self.village.claimed(), self.village.town)
            self.waiting = self.village.claimed().id
            self.other = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
            self.judges = [
                make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT) for _ in range(2)
            ]
            self.signers = [
                make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT) for _ in range(2)
            ]
            made = service.notice(
                work,
                number=self.village.home.number,
                name="李明",
                code="N01",
                words="照片是网上的",
                key="k",
                by=self.village.village,
            )
            self.id = made.id
        clock: Clock = parts().clock
        assert isinstance(clock, FixedClock)
        clock.moment = NOON + timedelta(days=5)
        with transaction() as work:
            service.check(
                work, self.id, mended=False, words="看过", turn=0, by=self.village.village
            )

    def postings(self, kind: str) -> int:
        db.session.rollback()
        found = select(func.count(Posting.id)).where(Posting.kind == kind)
        return db.session.scalar(found) or 0


@pytest.fixture
def scene(live: Flask) -> Iterator[Scene]:
    with live.app_context():
        yield Scene(live)


def test_a_decision_and_an_award_at_once_take_what_is_owed_and_no_more(scene: Scene) -> None:
    came = at_once(
        scene.app,
        lambda work: service.decide_deduction(
            work, scene.id, agree=True, reason="", turn=1, by=scene.village.town
        ),
        lambda work: service.approve_many(work, [(scene.waiting, 0)], by=scene.other),
    )

    assert not any(isinstance(one, Exception) for one in came), came
    db.session.rollback()
    one = db.session.get_one(Deduction, scene.id)
    claim = db.session.get_one(Claim, scene.waiting)
    assert claim.state == "paid"
    # Whichever came first: what the award brought was taken at once, or offset, or came after.
    assert one.taken + one.owed == 20
    assert one.taken in {5, 10}
    assert list(queries.verify(db.session())) == []


def test_of_two_who_decide_one_takes_and_of_two_judges_and_two_who_sign_one_each(
    scene: Scene,
) -> None:
    came = at_once(
        scene.app,
        *[
            lambda work, by=by: service.decide_deduction(
                work, scene.id, agree=True, reason="", turn=1, by=by
            )
            for by in (scene.village.town, scene.other)
        ],
    )
    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    assert scene.postings("deduct") == 1
    with transaction() as work:
        appeal_id = service.appeal_deduction(
            work, scene.id, words="冤枉", by=scene.village.resident
        ).id

    came = at_once(
        scene.app,
        *[
            lambda work, by=by: service.decide_appeal(
                work, appeal_id, uphold=True, reason="照片不是他的", by=by
            )
            for by in scene.judges
        ],
    )

    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    assert scene.postings("reversal") == 0

    came = at_once(
        scene.app,
        *[
            lambda work, by=by: service.confirm_appeal(
                work, appeal_id, agree=True, reason="", by=by
            )
            for by in scene.signers
        ],
    )

    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    assert scene.postings("reversal") == 1
    assert list(queries.verify(db.session())) == []
