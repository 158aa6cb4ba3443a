"""Claims for somebody, and by a household's card alone."""

import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from people.models import Person
from points import queries, service
from points.errors import CannotClaim, NobodyThere, NotYoursToReview, Unsaid
from points.models import Claim, ClaimHelp
from points.rules.claims import ClaimState
from points.rules.helping import Consent
from points.service import Written
from tests.factories import GRID, NEXT_GRID, make_staff
from tests.people.homes import head_of, make_home, make_resident
from tests.points.claims import DAY, Village


@pytest.fixture
def worker(village: Village) -> Actor:
    return make_staff(village.work.session, Role.GRID_FULL, area=GRID)


def claim(village: Village, by: Actor, **more: object) -> Claim:
    known = {"number": village.home.number, "name": "王秀英", "consent": Consent.COUNTER}
    written = Written(key="k", rule_code="P13", words="给邻居送饭", day=DAY)
    return service.claim_for(village.work, written, by=by, **(known | more))  # type: ignore[arg-type]


def test_who_helped_and_how_it_was_agreed_is_kept_and_judged_by_others(
    village: Village, worker: Actor
) -> None:
    made = claim(village, worker)

    assert claim(village, worker) is made
    assert made.person_id == head_of(village.work.session, village.home).id
    assert made.filed_by == worker.id
    kept = village.work.session.scalars(select(ClaimHelp)).one()
    assert (kept.helper_id, kept.consent) == (worker.id, Consent.COUNTER)
    assert "coin.claim-for" in village.work.session.scalars(select(AuditLine.action)).all()
    found = queries.claim_detail(village.work.session, made.id, by=village.village, today=DAY)
    assert found.helper
    assert found.consent is Consent.COUNTER


def test_of_two_with_one_name_the_end_of_a_phone_number_says_which(
    village: Village, worker: Actor
) -> None:
    session = village.work.session
    twin = session.get_one(Person, make_resident(session, "王秀英").id)
    twin.household_id = village.home.id
    session.flush()
    assert twin.phone is not None

    with pytest.raises(NobodyThere, match="几个人同名"):
        claim(village, worker)
    with pytest.raises(NobodyThere, match="没有叫这个名字"):
        claim(village, worker, name="王秀英 0000")
    made = claim(village, worker, name=f"王秀英 {twin.phone[-4:]}")

    assert made.person_id == twin.id


def test_never_for_themselves_or_their_household(village: Village, worker: Actor) -> None:
    village.work.session.get_one(Person, worker.id).household_id = village.home.id
    village.work.session.flush()

    with pytest.raises(CannotClaim):
        claim(village, worker)


def test_the_helper_judges_nothing_of_it(village: Village) -> None:
    made = claim(village, village.village)

    with pytest.raises(NotYoursToReview):
        village.approve(made, village.village)


def test_not_out_of_their_grid_not_without_a_nod_and_not_for_mediators(
    village: Village, worker: Actor
) -> None:
    away = make_home(village.work.session, "周全", area=NEXT_GRID)

    with pytest.raises(NobodyThere):
        claim(village, worker, number=away.number, name="周全")
    with pytest.raises(NobodyThere):
        claim(village, worker, name="没有这个人")
    with pytest.raises(Unsaid):
        claim(village, worker, consent=None)
    mediated = Written(key="k", rule_code="P07", words="调解好了", day=DAY)
    with pytest.raises(CannotClaim):
        service.claim_for(
            village.work,
            mediated,
            number=village.home.number,
            name="王秀英",
            consent=Consent.CARD,
            by=worker,
        )


def test_a_card_claims_for_the_head_and_not_for_the_clerks_own_home(
    village: Village, worker: Actor
) -> None:
    case = village.closed(reported_by=None)
    village.work.session.get_one(Person, worker.id).household_id = village.home.id
    village.work.session.flush()
    with pytest.raises(CannotClaim):
        service.claim_by_card(village.work, case.id, household_id=village.home.id, by=worker)
    other = make_home(village.work.session, "周全")

    made = service.claim_by_card(village.work, case.id, household_id=other.id, by=worker)

    assert (made.household_id, made.filed_by) == (other.id, worker.id)
    village.fund()
    village.approve(made, village.town)
    assert made.state is ClaimState.PAID
    assert village.balance(other.id) == 5
    with pytest.raises(CannotClaim):
        service.claim_by_card(village.work, case.id, household_id=village.home.id)
