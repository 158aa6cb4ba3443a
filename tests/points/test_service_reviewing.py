"""Many claims decided at once: no dearer than one, and all of them or none."""

import re

import pytest

from people.models import Kin, Person
from points import queries, service
from points.errors import NotYoursToReview
from points.models import Claim, ClaimPicture
from tests.fakes import NOON
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY, Village

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


def test_what_may_be_a_double_is_shown_as_one_and_never_passed_with_others(
    village: Village,
) -> None:
    session, by = village.work.session, village.village
    ids = {"day": village.written().id, "twin": village.written(key="2").id}
    for key in ("photo", "copied", "single"):
        person = make_resident(session)
        session.get_one(Person, person.id).household_id = make_home(session).id
        ids[key] = village.written(by=person, key=key).id
    for number, key in enumerate(("photo", "copied")):
        session.add(ClaimPicture(claim_id=ids[key], attachment_id=number, digest="d" * 64))
    session.flush()

    listed, _more = queries.claims_listed(session, by=by, today=DAY)
    chosen = queries.claims_chosen(session, list(ids.values()), by=by, today=DAY)

    day, photo = ["同一个人、同一天、同一条规则"], ["照片一模一样"]
    expected = {"day": day, "twin": day, "photo": photo, "copied": photo, "single": []}
    for lines in (listed, [one.line for one in chosen]):
        known = {one.claim.id: one for one in lines}
        assert {key: list(known[number].twins) for key, number in ids.items()} == expected
        assert [key for key, number in ids.items() if known[number].bulk] == ["single"]
    for key, why in (
        ("day", "李明的“参加平安宣传或反诈宣讲”可能是重复的"),
        ("copied", "照片一模一样"),
    ):
        with pytest.raises(NotYoursToReview, match=why):
            service.approve_many(village.work, [(ids["single"], 0), (ids[key], 0)], by=by)
    assert service.approve_many(village.work, [(ids["single"], 0)], by=by) == 1


def test_before_many_are_passed_the_caps_are_counted_as_they_will_be(
    village: Village, statements: list[str]
) -> None:
    village.fund()
    session, by = village.work.session, village.town
    claims = [village.written(rule, key=rule) for rule in ("P04", "P05", "P06")]
    for one in claims:
        village.approve(one, village.village)
    ids = [one.id for one in claims]
    counted = []
    for part in (ids[:1], ids):
        session.flush()
        statements.clear()
        lines = queries.claims_chosen(session, part, by=by, today=DAY)
        counted.append(len(statements))
    assert counted[0] == counted[1]

    foreseen = [one.granted.coins for one in lines]
    service.approve_many(village.work, [(one.id, one.turn) for one in claims], by=by)

    assert foreseen == [one.granted for one in claims] == [5, 6, 4]
