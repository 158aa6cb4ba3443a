"""Passed claims looked at again, and warnings that never reach whom they are about."""

import pytest

from kernel.grants import Role
from points import queries, service
from points.errors import NoSuchClaim, NotYoursToReview, Unsaid, WrongMoment
from points.models import Claim, ClaimPicture, ClaimReview, Sample
from points.rules.claims import Decision
from points.rules.table import ReviewLevel
from points.rules.watching import is_close_pair, is_drawn
from tests.factories import NEXT_TOWN, TOWN, make_area, make_staff
from tests.fakes import NOON
from tests.points.claims import DAY, Village


def paid(village: Village) -> Claim:
    village.fund()
    return village.approve(village.claimed(), village.town)


def drawn(village: Village, claim: Claim) -> None:
    village.work.session.add(Sample(claim_id=claim.id, area_code=claim.area_code, drawn_at=NOON))
    village.work.session.flush()


def test_about_five_of_a_hundred_are_drawn_and_a_run_again_draws_the_same(
    village: Village,
) -> None:
    digests = [f"{number * 2654435761 % 2**48:012x}" for number in range(2000)]
    assert 60 <= sum(is_drawn(one, 5) for one in digests) <= 140
    assert all(is_drawn(one, 100) for one in digests)

    paid(village)
    first = service.draw_samples(village.work)
    assert service.draw_samples(village.work) == 0
    assert first in {0, 1}


def test_another_of_the_town_looks_again_once_and_says_why_they_doubt(village: Village) -> None:
    claim = paid(village)
    drawn(village, claim)
    other = make_staff(village.work.session, Role.TOWN_ADMIN, area=TOWN)
    with pytest.raises(NotYoursToReview):
        service.look_again(village.work, claim.id, sound=True, words="", by=village.town)
    with pytest.raises(Unsaid):
        service.look_again(village.work, claim.id, sound=False, words="", by=other)

    service.look_again(village.work, claim.id, sound=False, words="照片是网上的", by=other)

    with pytest.raises(WrongMoment):
        service.look_again(village.work, claim.id, sound=True, words="", by=other)
    [line] = queries.samples_listed(village.work.session, by=other)
    assert (line.sample.sound, line.sample.words) == (False, "照片是网上的")


def test_from_the_next_town_nothing_is_there(village: Village) -> None:
    claim = paid(village)
    drawn(village, claim)
    make_area(village.work.session, NEXT_TOWN)
    away = make_staff(village.work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    claim.flagged = True
    village.work.session.flush()

    assert queries.samples_listed(village.work.session, by=away) == []
    assert queries.warnings(village.work.session, by=away, day=DAY).bursts == ()
    assert queries.warnings(village.work.session, by=village.town, day=DAY).bursts == (claim,)
    with pytest.raises(NoSuchClaim):
        service.look_again(village.work, claim.id, sound=True, words="", by=away)


@pytest.mark.parametrize(
    ("together", "all_of_them", "close"),
    [(9, 9, False), (10, 25, False), (10, 24, True), (12, 12, True), (40, 100, False)],
)
def test_ten_and_more_than_four_of_ten_are_a_close_pair(
    together: int, all_of_them: int, close: object
) -> None:
    assert is_close_pair(together, all_of_them) == close


def test_a_close_pair_is_shown_to_others_and_never_to_the_reviewer(village: Village) -> None:
    session = village.work.session
    for number in range(10):
        claim = village.written(key=str(number))
        session.add(
            ClaimReview(
                claim_id=claim.id,
                round=1,
                level=ReviewLevel.TOWN,
                reviewer_id=village.town.id,
                decision=Decision.APPROVE,
                reason="",
                at=NOON,
            )
        )
    session.flush()
    other = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

    [pair] = queries.warnings(session, by=other, day=DAY).pairs
    assert (pair.who, pair.together, pair.of_reviewer) == ("李明", 10, 10)
    assert queries.warnings(session, by=village.town, day=DAY).pairs == ()


def test_one_picture_for_two_claims_is_found(village: Village) -> None:
    one, two = village.written(key="1"), village.written(key="2")
    for claim in (one, two):
        village.work.session.add(ClaimPicture(claim_id=claim.id, attachment_id=7, digest="d" * 64))
    village.work.session.flush()

    found = queries.warnings(village.work.session, by=village.town, day=DAY)

    assert found.pictures == ((one.id, two.id),)
