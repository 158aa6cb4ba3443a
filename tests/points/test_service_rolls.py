"""The list of an activity: confirmed once, judged as one decision, paid to each."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from kernel.grants import Role
from kernel.work import Work
from people.models import Household, Kin, Person
from points import queries, service
from points.errors import (
    NoSuchActivity,
    NoSuchRule,
    NotYoursToReview,
    TooLate,
    Unsaid,
    WrongMoment,
)
from points.models import Activity, Claim, ListLine, Posting, RuleVersion
from points.rules.claims import ClaimState, Decision
from points.rules.table import RuleTable
from points.service import Confirmed
from tests.factories import GRID, VILLAGE, make_staff
from tests.fakes import NOON
from tests.people.homes import make_home, make_resident
from tests.points.patrols import Patrol


def test_who_took_part_is_paid_after_one_decision_of_village_and_of_town(patrol: Patrol) -> None:
    village = patrol.village
    village.fund()
    other = patrol.neighbour()
    activity = patrol.attended(village.resident, other)

    assert service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader) == 2
    assert patrol.judge(activity, village.village) == (2, 0)
    assert patrol.judge(activity, village.town) == (2, 0)

    claims = patrol.claims(activity)
    assert {one.state for one in claims} == {ClaimState.PAID}
    assert village.balance() == 6
    assert [one.words for one in claims] == ["夜间巡防，120 分钟"] * 2
    postings = patrol.work.session.scalars(select(Posting).where(Posting.rule_code == "P05")).all()
    assert {(one.kind, one.actor_id, one.second_actor_id) for one in postings} == {
        ("award_reviewed", village.village.id, village.town.id)
    }
    assert len({one.evidence for one in postings}) == 2
    assert list(queries.verify(patrol.work.session)) == []


def test_exceptions_are_refused_with_their_reason_and_the_rest_passes(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident, patrol.neighbour())
    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    first, second = patrol.claims(activity)

    with pytest.raises(Unsaid):
        patrol.judge(activity, patrol.village.village, refused={second.id: " "})
    patrol.judge(activity, patrol.village.village, refused={second.id: "当晚在外地"})

    assert (first.state, second.state) == (ClaimState.VILLAGE_OK, ClaimState.REFUSED)


def test_lines_of_the_reviewers_kin_wait_for_somebody_else(patrol: Patrol) -> None:
    village, session = patrol.village, patrol.work.session
    activity = patrol.attended(village.resident, patrol.neighbour())
    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    low, high = sorted((village.village.id, village.resident.id))
    session.add(Kin(person_id=low, other_id=high, noted_at=NOON))
    session.flush()

    assert patrol.judge(activity, village.village) == (1, 1)
    with pytest.raises(NotYoursToReview):
        patrol.judge(activity, village.village)
    second = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    assert patrol.judge(activity, second) == (1, 0)


def test_whoever_confirmed_the_list_judges_none_of_it(patrol: Patrol) -> None:
    village = patrol.village
    activity = patrol.attended(village.resident)
    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=village.village)

    with pytest.raises(NotYoursToReview):
        patrol.judge(activity, village.village)


def test_a_list_seen_before_somebody_else_decided_is_refused(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident)
    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    turns = {one.id: one.turn for one in patrol.claims(activity)}
    patrol.judge(activity, patrol.village.village)

    with pytest.raises(WrongMoment):
        patrol.judge(activity, patrol.village.town, turns=turns)
    with pytest.raises(NoSuchActivity):
        patrol.judge(activity, patrol.village.next_village)


def test_a_list_sent_back_is_answered_by_its_leader_and_judged_anew(patrol: Patrol) -> None:
    village = patrol.village
    activity = patrol.attended(village.resident)
    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    patrol.judge(activity, village.village, decision=Decision.SEND_BACK, reason="有照片吗？")

    assert service.send_in_again(patrol.work, activity.id, remark="照片在群里", by=patrol.leader)
    with pytest.raises(WrongMoment):
        service.send_in_again(patrol.work, activity.id, remark="再来", by=patrol.leader)
    assert patrol.judge(activity, village.village) == (1, 0)


def test_a_list_is_confirmed_once_and_not_while_people_still_sign_in(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident)
    patrol.at(hours=2, minutes=30)
    with pytest.raises(TooLate):
        service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    patrol.at(hours=3)

    service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    with pytest.raises(TooLate):
        service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    with pytest.raises(TooLate):
        service.sign_in_for(patrol.work, activity.id, number="x", name="x", by=patrol.leader)
    assert len(patrol.claims(activity)) == 1


def test_staff_and_who_has_no_household_stand_on_the_list_without_a_claim(patrol: Patrol) -> None:
    session = patrol.work.session
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    session.get_one(Person, worker.id).household_id = patrol.village.home.id
    stranger = make_resident(session, "游客")
    activity = patrol.attended(worker, stranger, patrol.village.resident)

    assert service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader) == 1
    why = dict(session.execute(select(ListLine.person_id, ListLine.why)).all())
    assert "工作人员" in why[worker.id]
    assert "登记家" in why[stranger.id]
    assert why[patrol.village.resident.id] == ""


def test_too_short_too_long_and_never_signed_out_need_the_leaders_word(patrol: Patrol) -> None:
    who, activity = patrol.village.resident, patrol.post()
    patrol.at(minutes=90)
    patrol.scan(activity, who, "in")

    def confirm(**said: object) -> int:
        one = {who.id: Confirmed(**said)}  # type: ignore[arg-type]
        return service.confirm_roll(patrol.work, activity.id, one, remark="", by=patrol.leader)

    patrol.at(hours=3)
    for bad in ({}, {"minutes": 59}, {"minutes": 121}, {"why": "早" * 101}):
        with pytest.raises(Unsaid):
            confirm(**bad)
    assert confirm(minutes=60) == 1
    line = patrol.work.session.scalars(select(ListLine)).one()
    assert (line.minutes, line.by_leader) == (60, True)
    with pytest.raises(DBAPIError), patrol.work.session.begin_nested():
        patrol.work.session.execute(update(ListLine).values(minutes=90))


def test_a_sheet_of_clean_courtyards_is_a_list_of_heads_once(patrol: Patrol, work: Work) -> None:
    village, by = patrol.village, make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    other = make_home(work.session, "周全")
    sheet = {
        "area_code": VILLAGE,
        "name": "三月美丽庭院",
        "judges": "李红、周敏",
        "numbers": f"{village.home.number}\n{other.number}\n{other.number}",
        "key": "k",
    }
    with pytest.raises(NoSuchRule):
        service.file_evaluation(work, **sheet, by=by)
    with_courtyards(work)
    for change in ({"judges": "李红"}, {"numbers": "H999999"}, {"numbers": ""}, {"name": " "}):
        with pytest.raises(Unsaid):
            service.file_evaluation(work, **(sheet | change), by=by)

    made = [service.file_evaluation(work, **sheet, by=by).id for _ in range(2)]

    claims = work.session.scalars(select(Claim)).all()
    assert made[0] == made[1]
    assert {one.household_id for one in claims} == {village.home.id, other.id}
    assert {one.rule_code for one in claims} == {"P17"}
    village.fund()
    activity = work.session.get_one(Activity, made[0])
    assert patrol.judge(activity, village.village) == (2, 0)
    assert patrol.judge(activity, village.town) == (2, 0)
    assert village.balance() == 5
    assert work.session.get_one(Household, other.id).closed_at is None


def with_courtyards(work: Work) -> None:
    """Put a version in force in which evaluations earn."""
    tree = {**queries.rules_in_force(work.session, NOON.date()).tree}
    tree["positive"] = [
        {name: value for name, value in row.items() if name not in {"active", "until"}}
        if row["code"] == "P17"
        else row
        for row in tree["positive"]
    ]
    service.current_rules(work)
    table = RuleTable.of({**tree, "version": 2})
    work.session.add(
        RuleVersion(
            version=2,
            text=table.text,
            digest=table.digest,
            valid_from=NOON.date() - timedelta(days=1),
            set_at=NOON,
        )
    )
    work.session.flush()
