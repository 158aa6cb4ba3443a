"""Many claims decided at once: no dearer than one, and all of them or none."""

import re

import pytest

from people.models import Kin, Person
from points import service
from points.errors import NotYoursToReview
from points.models import Claim
from tests.fakes import NOON
from tests.people.homes import make_home, make_resident
from tests.points.claims import Village

# SQLite posts by portable statements and numbers new rows one at a time, in the same process.
LEDGER = re.compile(r"\bpoints_(posting|transfer|entry|account)\b|INSERT INTO points_claim_review")


def homes_that_claim(village: Village, homes: int, first: int) -> list[tuple[int, int]]:
    """Return claims that wait for the town, of as many households, and their turns."""
    session = village.work.session
    found = []
    for number in range(first, first + homes):
        person = make_resident(session)
        session.get_one(Person, person.id).household_id = make_home(session).id
        claim = village.written(by=person, key=str(number))
        assert not claim.flagged
        village.approve(claim, village.village)
        found.append((claim.id, claim.turn))
    return found


def test_twenty_claims_are_passed_by_as_many_statements_as_two(
    village: Village, statements: list[str]
) -> None:
    village.fund()
    counted = []
    for first, homes in ((100, 2), (200, 20)):
        chosen = homes_that_claim(village, homes, first)
        village.work.session.flush()
        village.work.session.expire_all()
        statements.clear()
        assert service.approve_many(village.work, chosen, by=village.town) == homes
        counted.append(sum(LEDGER.search(one) is None for one in statements))

    assert counted[1] <= counted[0]


def test_one_of_many_that_concerns_the_reviewer_keeps_all_of_them_waiting(
    village: Village,
) -> None:
    village.fund()
    chosen = homes_that_claim(village, 3, 100)
    kin = village.work.session.get_one(Claim, chosen[1][0]).person_id
    one, other = sorted((kin, village.town.id))
    village.work.session.add(Kin(person_id=one, other_id=other, noted_at=NOON))

    with pytest.raises(NotYoursToReview):
        service.approve_many(village.work, chosen, by=village.town)
