"""Two who look at claims at once, on a database with real commits."""

from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from grid.rules import Urgency
from kernel.db import db
from kernel.grants import Role
from kernel.work import transaction
from points import queries, service
from points.errors import NotYoursToReview, WrongMoment
from points.models import Claim, ClaimReview, Posting
from points.rules.claims import Decision
from tests.factories import TOWN, VILLAGE, make_staff
from tests.live.races import at_once
from tests.points.claims import Village, make_village


@pytest.fixture
def village(live: Flask) -> Iterator[Village]:
    with live.app_context():
        with transaction() as work:
            found = make_village(work)
            found.fund()
        yield found


def test_of_two_who_review_one_decides_and_nothing_is_paid_twice(
    live: Flask, village: Village
) -> None:
    with transaction() as work:
        village.work = work
        claim_id = village.claimed().id
        other = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    came = at_once(
        live,
        lambda work: service.review(
            work, claim_id, decision=Decision.APPROVE, turn=0, by=village.town
        ),
        lambda work: service.review(
            work, claim_id, decision=Decision.REFUSE, reason="没有这回事", turn=0, by=other
        ),
    )

    assert [isinstance(one, WrongMoment) for one in came].count(True) == 1
    db.session.rollback()
    [decided] = db.session.scalars(select(ClaimReview)).all()
    awards = db.session.scalar(select(func.count(Posting.id)).where(Posting.kind != "quota"))
    assert awards == (1 if decided.decision is Decision.APPROVE else 0)
    assert list(queries.verify(db.session())) == []


def test_two_claims_of_one_person_passed_at_once_share_the_cap_of_the_day(
    live: Flask, village: Village
) -> None:
    with transaction() as work:
        village.work = work
        urgent = {"category": "0101", "urgency": Urgency.URGENT}
        first, second = (village.claimed(**urgent).id for _ in range(2))
        other = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    came = at_once(
        live,
        *(
            partial(
                service.review, claim_id=claim_id, decision=Decision.APPROVE, turn=0, by=reviewer
            )
            for claim_id, reviewer in ((first, village.town), (second, other))
        ),
    )

    assert not any(isinstance(one, Exception) for one in came)
    db.session.rollback()
    assert sorted(db.session.scalars(select(Claim.granted))) == [5, 10]
    assert list(queries.verify(db.session())) == []


def test_nobody_is_both_levels_however_fast(live: Flask, village: Village) -> None:
    both = make_staff(db.session(), Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, area=VILLAGE)
    db.session.commit()
    with transaction() as work:
        village.work = work
        claim_id = village.written().id

    def review(turn: int) -> object:
        return at_once(
            live,
            lambda work: service.review(
                work, claim_id, decision=Decision.APPROVE, turn=turn, by=both
            ),
        )[0]

    assert not isinstance(review(0), Exception)
    assert isinstance(review(1), NotYoursToReview)
