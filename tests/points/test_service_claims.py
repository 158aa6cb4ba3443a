"""Claims: what a closed case earns, who may look, what is paid, and what never is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid.models import Accused, Case
from grid.rules import Finding, Privacy, State, Urgency
from grid.rules.accused import Against
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message
from people.models import Kin, Person
from people.service.bars import bar
from points import queries, service
from points.errors import (
    CannotClaim,
    NoSuchClaim,
    NoSuchRule,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Claim, ClaimReview, Posting, RuleVersion, Transfer
from points.rules.claims import ClaimState, Decision
from points.rules.table import SHIPPED, ReviewLevel, RuleTable
from tests.factories import VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY, Village


def test_a_true_report_pays_its_household_after_one_look_of_the_town(village: Village) -> None:
    village.fund()
    claim = village.claimed()
    assert (claim.state, claim.waiting_for, claim.coins) == (
        ClaimState.SUBMITTED,
        ReviewLevel.TOWN,
        5,
    )

    village.approve(claim, village.town)

    assert claim.state is ClaimState.PAID
    assert village.balance() == 5
    posting = village.work.session.get_one(Posting, claim.posting_id)
    line = village.work.session.scalars(
        select(Transfer).where(Transfer.posting_id == posting.id)
    ).one()
    assert (posting.kind, posting.rule_code, posting.rule_version) == ("award_system", "P01", 1)
    assert (posting.actor_id, posting.second_actor_id) == (village.town.id, None)
    assert (posting.source_type, posting.source_id) == ("claim", str(claim.id))
    assert line.person_id == village.resident.id
    assert list(queries.verify(village.work.session)) == []


@pytest.mark.parametrize(
    ("category", "urgency", "finding", "rule"),
    [
        ("0101", Urgency.URGENT, Finding.TRUE, "P02"),
        ("0101", Urgency.NORMAL, Finding.PARTLY, "P01"),
        ("0201", Urgency.NORMAL, Finding.TRUE, "P03"),
        ("0302", Urgency.URGENT, Finding.TRUE, "P03"),
        ("0102", Urgency.NORMAL, Finding.UNFOUNDED, None),
        ("0102", Urgency.NORMAL, Finding.UNDETERMINABLE, None),
        ("0203", Urgency.NORMAL, Finding.TRUE, None),
        (None, Urgency.NORMAL, Finding.TRUE, None),
    ],
)
def test_what_a_case_earns_is_settled_at_its_closing(
    village: Village, category: str | None, urgency: Urgency, finding: Finding, rule: str | None
) -> None:
    case = village.closed(category=category, urgency=urgency, finding=finding)
    claim = village.hear(case)

    assert (claim and claim.rule_code) == rule


def test_a_case_closed_twice_claims_once(village: Village) -> None:
    claim = village.claimed()
    case = village.work.session.get_one(Case, claim.case_id)

    assert village.hear(case) is claim
    assert village.hear(case, Finding.UNFOUNDED) is claim
    assert claim.state is ClaimState.WITHDRAWN


def test_staff_strangers_and_who_made_it_earn_nothing(village: Village) -> None:
    session = village.work.session
    worker = make_staff(session, Role.GRID_FULL)
    session.get_one(Person, worker.id).household_id = village.home.id
    own = village.closed()
    session.add(
        Accused(
            case_id=own.id,
            key="k",
            against=Against.HOUSEHOLD,
            household_id=village.home.id,
            claim="有人反映楼道堆物",
            noted_by=village.village.id,
            noted_at=NOON,
        )
    )

    assert village.hear(village.closed(reported_by=worker.id)) is None
    assert village.hear(village.closed(reported_by=None, staff_reporter=worker.id)) is None
    assert village.hear(village.closed(reported_by=None)) is None
    assert village.hear(village.closed(reported_by=make_resident(session).id)) is None
    assert village.hear(own) is None


def test_only_the_first_of_several_reporters_earns(village: Village) -> None:
    session = village.work.session
    second = make_resident(session)
    session.get_one(Person, second.id).household_id = make_home(session).id
    main = village.closed(reported_by=second.id, reporters=2)
    make_case(
        session,
        state=State.MERGED,
        main_id=main.id,
        reported_by=village.resident.id,
        submitted_at=NOON - timedelta(hours=1),
    )

    claim = village.hear(main)

    assert claim is not None
    assert claim.person_id == village.resident.id


def test_too_many_at_once_are_looked_at_twice_and_never_in_bulk(village: Village) -> None:
    for minutes in (1, 2, 3):
        village.closed(submitted_at=NOON + timedelta(minutes=minutes))
    claim = village.claimed()

    assert claim.flagged
    assert claim.asked == (ReviewLevel.VILLAGE, ReviewLevel.TOWN)
    with pytest.raises(NotYoursToReview):
        service.approve_many(village.work, [(claim.id, claim.turn)], by=village.village)


def test_who_reported_what_is_sensitive_is_not_for_the_village(village: Village) -> None:
    claim = village.claimed(category="0501", privacy=Privacy.SENSITIVE)

    with pytest.raises(NoSuchClaim):
        village.approve(claim, village.village)
    village.fund()
    assert village.approve(claim, village.town).state is ClaimState.PAID


def test_whom_a_case_is_against_does_not_meet_it_as_a_claim(village: Village) -> None:
    claim = village.claimed()
    bar(village.work, "case", [claim.case_id or 0], accused=[village.town.id])

    with pytest.raises(NoSuchClaim):
        village.approve(claim, village.town)


def test_what_is_written_passes_village_then_town_by_two_people(village: Village) -> None:
    village.fund()
    both = make_staff(village.work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    claim = village.written()

    with pytest.raises(NotYoursToReview):
        village.approve(claim, village.town)
    village.approve(claim, both)
    assert claim.state is ClaimState.VILLAGE_OK
    with pytest.raises(NotYoursToReview):
        village.approve(claim, village.village)
    with pytest.raises(NotYoursToReview, match="前一级"):
        village.approve(claim, make_twin(village, both.id))
    village.approve(claim, village.town)

    posting = village.work.session.get_one(Posting, claim.posting_id)
    assert posting.kind == "award_reviewed"
    assert (posting.actor_id, posting.second_actor_id) == (both.id, village.town.id)
    assert village.balance() == 5


def make_twin(village: Village, person_id: int) -> Actor:
    """Return the same person in another hat."""
    return Actor(person_id, village.town.hats)


def test_an_outstanding_deed_needs_the_district_too(village: Village) -> None:
    village.fund()
    claim = village.written("P19", words="救起落水的孩子。")

    for by in (village.village, village.town):
        village.approve(claim, by)
        assert claim.posting_id is None
    village.approve(claim, village.district)

    assert village.balance() == 50


def test_nobody_judges_what_concerns_them_their_home_or_their_kin(village: Village) -> None:
    session = village.work.session
    claim = village.written()
    mate = make_staff(session, Role.VILLAGE_ADMIN)
    session.get_one(Person, mate.id).household_id = village.home.id
    kin = make_staff(session, Role.VILLAGE_ADMIN)
    low, high = sorted((kin.id, village.resident.id))
    session.add(Kin(person_id=low, other_id=high, noted_at=NOON))
    themselves = Actor(village.resident.id, village.village.hats)
    session.flush()

    for by in (mate, kin, themselves):
        with pytest.raises(NotYoursToReview):
            village.approve(claim, by)
    assert session.scalars(select(ClaimReview)).all() == []


def test_of_two_reviewers_one_decides_and_the_other_hears_it(village: Village) -> None:
    claim, turn = village.written(), 0
    other = make_staff(village.work.session, Role.VILLAGE_ADMIN)
    village.approve(claim, village.village)

    with pytest.raises(WrongMoment):
        service.review(
            village.work, claim.id, decision=Decision.REFUSE, reason="不", turn=turn, by=other
        )
    with pytest.raises(NoSuchClaim):
        village.approve(claim, village.next_village)


def test_a_no_needs_a_reason_and_what_was_sent_back_comes_again(village: Village) -> None:
    claim = village.written()

    def say(decision: Decision, reason: str) -> None:
        service.review(
            village.work,
            claim.id,
            decision=decision,
            reason=reason,
            turn=claim.turn,
            by=village.village,
        )

    with pytest.raises(Unsaid):
        say(Decision.REFUSE, " 。")
    say(Decision.SEND_BACK, "请补一张照片")
    with pytest.raises(NoSuchClaim):
        service.resubmit(village.work, claim.id, words="补好了", by=village.town)
    service.resubmit(village.work, claim.id, words="补好了", by=village.resident)
    assert (claim.state, claim.round) == (ClaimState.SUBMITTED, 2)
    say(Decision.REFUSE, "没有这场宣讲")
    assert claim.state is ClaimState.REFUSED
    told = village.work.session.scalars(select(Message).order_by(Message.id)).all()
    assert [one.template for one in told] == ["T55", "T55"]
    assert "要补充" in told[0].text
    assert "没有这场宣讲" not in told[1].text
    with pytest.raises(WrongMoment):
        service.withdraw(village.work, claim.id, by=village.resident)


def test_two_urgent_reports_on_a_day_pay_fifteen_and_the_line_says_so(village: Village) -> None:
    village.fund()
    claims = [village.claimed(category="0101", urgency=Urgency.URGENT) for _ in range(3)]

    for one in claims:
        village.approve(one, village.town)

    assert [(one.state, one.granted, one.cut) for one in claims] == [
        (ClaimState.PAID, 10, 0),
        (ClaimState.PAID, 5, 5),
        (ClaimState.CAPPED, 0, 10),
    ]
    assert village.balance() == 15
    assert claims[1].cut_by == "person_day"


def test_a_household_shares_one_cap_of_a_month(village: Village) -> None:
    session = village.work.session
    village.fund()
    for number in range(31):
        person = make_resident(session)
        session.get_one(Person, person.id).household_id = village.home.id
        claim = village.written(by=person, key=str(number))
        village.approve(claim, village.village)
        village.approve(claim, village.town)

    assert village.balance() == 150
    assert claim.cut_by == "household_month"


def test_without_funds_they_wait_in_their_order(village: Village) -> None:
    first, second = village.claimed(), village.claimed()
    third = village.claimed(category="0201")
    for claim in (second, first, third):
        village.approve(claim, village.town)
        village.work.parts.clock.advance(minutes=1)  # type: ignore[attr-defined]
    assert states(first, second) == ["waiting_quota", "waiting_quota"]

    village.fund(7)  # enough for the second and the third, but the first stands between them
    assert states(second, first, third) == ["paid", "waiting_quota", "waiting_quota"]
    village.fund(7)  # the same form gives nothing more
    assert states(third) == ["waiting_quota"]
    village.fund(100, key="2")
    assert states(first, third) == ["paid", "paid"]
    with pytest.raises(CannotClaim):
        service.give_quota(village.work, VILLAGE, coins=5, key="3", by=village.village)


def states(*claims: Claim) -> list[str]:
    return [one.state.value for one in claims]


def test_a_claim_waits_while_its_case_is_worked_on_again(village: Village) -> None:
    claim = village.claimed()
    case = village.work.session.get_one(Case, claim.case_id)
    case.state, case.closed_at, case.finding = State.REOPENED, None, None
    village.work.session.flush()

    with pytest.raises(WrongMoment):
        village.approve(claim, village.town)


def test_a_receipt_is_claimed_for_seven_days_by_whoever_shows_who_they_are(
    village: Village,
) -> None:
    work, home = village.work, village.home
    case, late = village.closed(reported_by=None), village.closed(reported_by=None)
    late.closed_at = NOON - timedelta(days=8)
    others = village.closed(reported_by=make_resident(work.session).id)
    mine = {"person_id": village.resident.id, "household_id": home.id}

    claim = service.claim_by_receipt(work, case.id, **mine)
    assert service.claim_by_receipt(work, case.id, **mine) is claim
    for wrong in (late, others, village.closed(reported_by=None, category="0203")):
        with pytest.raises(CannotClaim):
            service.claim_by_receipt(work, wrong.id, **mine)
    with pytest.raises(CannotClaim):
        service.claim_by_receipt(
            work, case.id, person_id=make_resident(work.session).id, household_id=home.id
        )


def test_what_nobody_may_claim_by_a_form(village: Village) -> None:
    homeless = make_resident(village.work.session)

    with pytest.raises(NoSuchRule):
        village.written("P10")
    for rule in ("P01", "P07"):
        with pytest.raises(CannotClaim):
            village.written(rule)
    with pytest.raises(CannotClaim):
        village.written(by=homeless)
    for wrong in ({"words": " "}, {"words": "字" * 501}, {"day": DAY + timedelta(2)}):
        with pytest.raises(Unsaid):
            village.written(**wrong)
    assert village.written() is village.written()
    assert village.written(key="form-2") is not village.written()


def test_a_new_version_holds_from_its_day_and_what_waits_keeps_its_own(village: Village) -> None:
    work = village.work
    old = village.claimed()
    tree = {**SHIPPED.tree, "version": 2}
    tree["positive"] = [
        {**one, "coins": 7} if one["code"] == "P01" else one for one in tree["positive"]
    ]
    table = RuleTable.of(tree)
    service.set_rules(work, table, valid_from=DAY + timedelta(1), by=village.district)
    assert queries.rules_in_force(work.session, DAY).version == 1
    work.parts.clock.advance(days=1)  # type: ignore[attr-defined]

    new = village.claimed()
    village.fund()
    village.approve(old, village.town)

    assert (old.coins, old.rule_version, old.granted) == (5, 1, 5)
    assert (new.coins, new.rule_version) == (7, 2)
    assert [one.version for one in work.session.scalars(select(RuleVersion))] == [1, 2]
