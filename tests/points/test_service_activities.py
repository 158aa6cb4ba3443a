"""Activities: signing up, who was there, the list, and what becomes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

import qr.service
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work, parts
from people.models import Household, Kin, Person
from points import queries, service
from points.errors import (
    Full,
    NobodyThere,
    NoSuchActivity,
    NoSuchRule,
    NotYoursToReview,
    TooLate,
    Unsaid,
    WrongMoment,
)
from points.models import Activity, Claim, ListLine, Posting, RuleVersion, SignUp
from points.rules.activities import minutes_of
from points.rules.claims import ClaimState, Decision
from points.rules.table import ReviewLevel, RuleTable
from points.service import ActivityWanted, Confirmed
from qr.models import SignIn
from qr.rules import rotating
from qr.service import Attender
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import make_home, make_resident
from tests.points.claims import Village

BEGIN = NOON + timedelta(hours=1)


class Patrol:
    """An activity of two hours that begins in one, led by a grid leader."""

    def __init__(self, village: Village, clock: FixedClock) -> None:
        self.village, self.clock, self.work = village, clock, village.work
        make_area(self.work.session, GRID)
        self.leader = make_staff(self.work.session, Role.GRID_LEADER, area=GRID)

    def post(self, **more: object) -> Activity:
        known = {
            "name": "夜间巡防",
            "area_code": GRID,
            "place": "村口",
            "starts_at": BEGIN,
            "ends_at": BEGIN + timedelta(hours=2),
            "rule_code": "P05",
            "capacity": 20,
            "least_minutes": 60,
        }
        wanted = ActivityWanted(**(known | more))  # type: ignore[arg-type]
        return service.post_activity(self.work, wanted, by=self.leader)[0]

    def at(self, **since_begin: float) -> None:
        self.clock.moment = BEGIN + timedelta(**since_begin)

    def scan(self, activity: Activity, who: Actor, once: str, *, out: bool = False) -> object:
        key = rotating.key_of(parts().settings.secret_key)
        code = activity.code_id or 0
        entry = rotating.make_entry(key, code, once, now=self.clock.now())
        if out:
            return qr.service.sign_out(self.work, code, entry, who.id)
        return qr.service.sign_in(self.work, code, entry, Attender(person_id=who.id, device=once))

    def attended(self, *people: Actor, **more: object) -> Activity:
        """Return an activity at which *people* were for two hours, its list not yet confirmed."""
        activity = self.post(**more)
        self.at(minutes=-5)
        for who in people:
            self.scan(activity, who, f"in-{who.id}")
        self.at(hours=2, minutes=1)
        for who in people:
            self.scan(activity, who, f"out-{who.id}", out=True)
        self.at(hours=2, minutes=31)
        return activity

    def neighbour(self, name: str = "王秀英") -> Actor:
        """Return somebody with an account in a household of their own."""
        session = self.work.session
        home, found = make_home(session, "周全"), make_resident(session, name)
        session.get_one(Person, found.id).household_id = home.id
        session.flush()
        return found

    def claims(self, activity: Activity) -> list[Claim]:
        of_list = select(ListLine.claim_id).where(ListLine.activity_id == activity.id)
        statement = select(Claim).where(Claim.id.in_(of_list)).order_by(Claim.id)
        return list(self.work.session.scalars(statement))

    def judge(self, activity: Activity, by: Actor, **more: object) -> tuple[int, int]:
        level = ReviewLevel.TOWN if by.wears(Role.TOWN_ADMIN) else ReviewLevel.VILLAGE
        waiting = [one for one in self.claims(activity) if one.waiting_for is level]
        known = {
            "decision": Decision.APPROVE,
            "turns": {one.id: one.turn for one in waiting},
            "refused": {},
        }
        return service.review_roll(self.work, activity.id, by=by, **(known | more))  # type: ignore[arg-type]


@pytest.fixture
def patrol(village: Village, clock: FixedClock) -> Patrol:
    return Patrol(village, clock)


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


def test_the_same_sign_in_sent_twice_or_from_two_phones_counts_once(patrol: Patrol) -> None:
    who, activity = patrol.village.resident, patrol.post()
    patrol.at(minutes=1)
    for once in ("page-1", "page-1", "page-2"):
        patrol.scan(activity, who, once)
        patrol.clock.advance(minutes=1)

    rows = patrol.work.session.scalars(select(SignIn)).all()
    assert len(rows) == 1
    assert rows[0].signed_at == BEGIN + timedelta(minutes=1)


def test_signing_out_twice_is_the_same_minute_and_a_clock_set_back_takes_no_time_away(
    patrol: Patrol,
) -> None:
    who, activity = patrol.village.resident, patrol.post()
    key, code = rotating.key_of(parts().settings.secret_key), activity.code_id or 0
    patrol.at(minutes=0)
    patrol.scan(activity, who, "in")
    patrol.at(minutes=90)
    entry = rotating.make_entry(key, code, "out", now=patrol.clock.now())
    left = []
    for _ in range(2):
        left.append(qr.service.sign_out(patrol.work, code, entry, who.id).left_at)
        patrol.clock.advance(minutes=3)
    patrol.at(minutes=30)  # somebody has set the clock back
    patrol.scan(activity, who, "again", out=True)

    assert left == [BEGIN + timedelta(minutes=90)] * 2
    row = patrol.work.session.scalars(select(SignIn)).one()
    assert row.left_at == left[0]
    assert minutes_of(BEGIN, BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=1), BEGIN) == 0


def test_there_is_room_for_so_many_and_leaving_makes_room(patrol: Patrol) -> None:
    work, one, two = patrol.work, patrol.village.resident, patrol.neighbour()
    activity = patrol.post(capacity=1)

    assert service.sign_up(work, activity.id, by=one)
    assert not service.sign_up(work, activity.id, by=one)
    with pytest.raises(Full):
        service.sign_up(work, activity.id, by=two)
    for _ in range(2):
        service.leave(work, activity.id, by=one)
    assert service.sign_up(work, activity.id, by=two)
    assert activity.taken == 1
    patrol.at(minutes=0)
    with pytest.raises(TooLate):
        service.leave(work, activity.id, by=two)


def test_more_on_the_list_than_there_was_room_for_are_not_confirmed(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident, patrol.neighbour(), capacity=1)

    with pytest.raises(Full):
        service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    left_off = {patrol.village.resident.id: Confirmed(why="没有报名")}
    assert service.confirm_roll(patrol.work, activity.id, left_off, remark="", by=patrol.leader)


def test_who_has_no_phone_is_signed_up_in_and_out_by_household_and_name(patrol: Patrol) -> None:
    work, home, activity = patrol.work, patrol.village.home, patrol.post()
    number, name = home.number.lower(), " 王 秀英 "

    def sign(*, out: bool = False) -> bool:
        return service.sign_in_for(
            work, activity.id, number=number, name=name, out=out, by=patrol.leader
        )

    assert service.sign_up_for(work, activity.id, number=number, name=name, by=patrol.leader)
    assert work.session.scalars(select(SignUp.helped_by)).all() == [patrol.leader.id]
    with pytest.raises(TooLate):
        sign()
    patrol.at(minutes=0)
    with pytest.raises(Unsaid):
        sign(out=True)
    assert sign()
    assert not sign()
    patrol.at(hours=2)
    assert sign(out=True)
    for number, name in (("H999999", "王秀英"), (home.number, "王"), (home.number, "")):
        with pytest.raises(NobodyThere):
            service.sign_in_for(work, activity.id, number=number, name=name, by=patrol.leader)
    patrol.at(hours=3)
    assert service.confirm_roll(work, activity.id, {}, remark="", by=patrol.leader) == 1


def test_a_patrol_of_four_weeks_is_four_activities(patrol: Patrol) -> None:
    patrol.post(weeks=4)

    rows = patrol.work.session.scalars(select(Activity).order_by(Activity.id)).all()
    assert [one.starts_at - BEGIN for one in rows] == [timedelta(weeks=n) for n in range(4)]
    assert len({one.series for one in rows}) == 1
    assert len({one.code_id for one in rows}) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule_code": "P01"}, "规则"),
        ({"rule_code": "P14"}, "规则"),
        ({"capacity": 0}, "人数"),
        ({"capacity": 201}, "人数"),
        ({"weeks": 13}, "周"),
        ({"least_minutes": 121}, "多久"),
        ({"team": "队" * 41}, "40"),
        ({"words": "字" * 501}, "500"),
        ({"area_code": NEXT_VILLAGE}, "这里"),
    ],
)
def test_what_cannot_be_posted(patrol: Patrol, change: dict[str, object], said: str) -> None:
    make_area(patrol.work.session, NEXT_VILLAGE)

    with pytest.raises(Exception, match=said):
        patrol.post(**change)


def test_the_rule_of_its_posting_stays_its_own(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident)
    table = queries.rules_in_force(patrol.work.session, NOON.date())
    assert activity.rule_version == table.version

    with pytest.raises(TooLate):
        service.edit_activity(
            patrol.work,
            activity.id,
            words="",
            team="",
            capacity=5,
            least_minutes=0,
            by=patrol.leader,
        )


def test_one_that_is_called_off_takes_nobody_and_has_no_list(patrol: Patrol) -> None:
    work, activity = patrol.work, patrol.post()
    service.call_off(work, activity.id, reason="下雨", by=patrol.leader)

    for again in (
        lambda: service.call_off(work, activity.id, reason="下雨", by=patrol.leader),
        lambda: service.sign_up(work, activity.id, by=patrol.village.resident),
    ):
        with pytest.raises(TooLate):
            again()
    patrol.at(hours=5)
    with pytest.raises(TooLate):
        service.confirm_roll(work, activity.id, {}, remark="", by=patrol.leader)


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


def test_who_signed_up_is_forgotten_in_time_or_when_they_ask(patrol: Patrol) -> None:
    work, activity = patrol.work, patrol.post(capacity=2)
    service.sign_up(work, activity.id, by=patrol.village.resident)
    service.sign_up(work, activity.id, by=patrol.neighbour())

    assert service.forget_wishes(work, patrol.village.resident.id) == 1
    work.session.expire_all()
    assert activity.taken == 1
    patrol.clock.moment = activity.ends_at + timedelta(days=180)
    assert service.forget_sign_ups(work) == 0
    patrol.clock.advance(seconds=1)
    assert service.forget_sign_ups(work) == 1
    assert service.forget_sign_ups(work) == 0
    assert work.session.scalars(select(SignUp.person_id)).all() == []
