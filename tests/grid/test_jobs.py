"""The ladder and the alarms, by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid import jobs, service
from grid.models import Act, Alarm, Case, LadderStep
from grid.rules import Level, Move, Privacy, State, Urgency
from grid.rules import Step as LadderName
from grid.service.alarms import MOST_RINGS
from kernel.grants import Role
from kernel.outbound import Channel, Message
from kernel.work import Work
from people.models import Area, Person, RobotKind
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import acts_of, do, make_team, opened

MORNING = NOON - timedelta(hours=10)  # 10:00 in Shanghai


@pytest.fixture
def morning(clock: FixedClock) -> FixedClock:
    clock.moment = MORNING
    return clock


def taken(work: Work) -> list[tuple[LadderName, bool]]:
    rows = work.session.scalars(select(LadderStep).order_by(LadderStep.id))
    return [(row.step, row.went_up) for row in rows]


class TestClimb:
    @pytest.mark.parametrize(
        ("danger", "levels"),
        [
            (True, [Level.GRID_LEADER, Level.VILLAGE, Level.TOWN, Level.DISTRICT]),
            (False, [Level.GRID_LEADER, Level.VILLAGE, Level.TOWN, Level.TOWN]),
        ],
    )
    def test_nobody_answers_and_it_goes_up_rung_by_rung(
        self, work: Work, morning: FixedClock, *, danger: bool, levels: list[Level]
    ) -> None:
        make_team(work.session)
        case = opened(work, submitted_at=MORNING, danger=danger)
        seen = []

        for minutes in (1, 5, 15, 60):
            morning.moment = MORNING + timedelta(minutes=minutes)
            for _ in range(3):
                jobs.climb(work)
            seen.append(case.owner_level)

        assert seen == levels
        assert case.climbs_at is None
        assert [step for step, _ in taken(work)] == list(LadderName)[: 4 if danger else 3]
        assert case.state is State.DISPATCHED

    def test_not_a_moment_before_its_time(self, work: Work, morning: FixedClock) -> None:
        make_team(work.session)
        case = opened(work, submitted_at=MORNING)
        morning.advance(seconds=59)

        jobs.climb(work)

        assert (case.owner_level, taken(work)) == (Level.GRID, [])

    def test_accepted_it_stops_climbing_for_that_and_waits_for_the_call(
        self, work: Work, morning: FixedClock
    ) -> None:
        worker = make_team(work.session)[Role.GRID_FULL]
        case = opened(work, submitted_at=MORNING)
        do(work, case, Move.ACCEPT, worker)
        morning.advance(minutes=4)
        jobs.climb(work)
        assert taken(work) == []

        service.log_call(work, case.id, by=worker)
        morning.advance(hours=5)
        jobs.climb(work)

        assert taken(work) == []
        assert case.owner_id == worker.id

    def test_after_a_standstill_all_rungs_come_in_order_and_once(
        self, work: Work, morning: FixedClock
    ) -> None:
        team = make_team(work.session)
        case = opened(work, submitted_at=MORNING, danger=True)
        morning.advance(hours=8)

        jobs.climb(work)
        jobs.climb(work)

        assert taken(work) == [(step, True) for step in LadderName]
        assert case.owner_id == team[Role.DISTRICT_CMD].id

    def test_the_police_stay_among_themselves(self, work: Work, morning: FixedClock) -> None:
        team = make_team(work.session)
        bureau = make_staff(work.session, Role.DEPT_HANDLER, area=DISTRICT, department="police")
        case = opened(work, submitted_at=MORNING, category="0602")
        owners = [case.owner_id]

        for minutes in (1, 5, 15, 60):
            morning.moment = MORNING + timedelta(minutes=minutes)
            jobs.climb(work)
            owners.append(case.owner_id)

        aux, station = team[Role.POLICE_AUX].id, team[Role.DEPT_HANDLER].id
        assert owners == [aux, station, station, station, bureau.id]

    def test_an_empty_desk_is_passed_over(self, work: Work, morning: FixedClock) -> None:
        make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = opened(work, submitted_at=MORNING)
        morning.advance(minutes=1)

        jobs.climb(work)

        assert (case.owner_id, case.owner_level) == (town.id, Level.TOWN)

    def test_with_nobody_above_the_rung_is_noted_and_the_owner_stays(
        self, work: Work, morning: FixedClock
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = opened(work, submitted_at=MORNING)
        morning.advance(minutes=1)

        jobs.climb(work)
        jobs.climb(work)

        assert case.owner_id == worker.id
        assert taken(work) == [(LadderName.ACCEPT, False)]
        assert acts_of(work.session, case)[-1] is Act.LADDER

    def test_what_nobody_could_take_is_given_out_once_somebody_is_there(
        self, work: Work, morning: FixedClock
    ) -> None:
        case = opened(work, submitted_at=MORNING)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        morning.advance(minutes=1)

        jobs.climb(work)

        assert (case.state, case.owner_id) == (State.DISPATCHED, leader.id)

    def test_whoever_reported_it_as_staff_does_not_get_it(
        self, work: Work, morning: FixedClock
    ) -> None:
        make_staff(work.session, Role.GRID_FULL, area=GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        admin = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        case = opened(work, submitted_at=MORNING, staff_reporter=leader.id)
        morning.advance(minutes=1)

        jobs.climb(work)

        assert case.owner_id == admin.id

    def test_at_night_what_is_not_urgent_rests_even_after_a_standstill(
        self, work: Work, clock: FixedClock
    ) -> None:
        make_team(work.session)
        clock.moment = NOON + timedelta(hours=1, minutes=55)  # 21:55
        normal = opened(work, submitted_at=clock.moment)
        urgent = opened(work, submitted_at=clock.moment, danger=True)
        before = normal.owner_id
        clock.moment = NOON + timedelta(hours=2, minutes=30)  # 22:30

        jobs.climb(work)

        assert normal.owner_id == before
        assert urgent.owner_level is Level.TOWN
        clock.moment = NOON + timedelta(hours=11)  # 07:00
        jobs.climb(work)
        assert normal.owner_id != before

    def test_rework_climbs_a_ladder_of_its_own(self, work: Work, morning: FixedClock) -> None:
        team = make_team(work.session)
        case = opened(work, submitted_at=MORNING)
        morning.advance(minutes=1)
        jobs.climb(work)
        do(work, case, Move.ACCEPT, team[Role.GRID_LEADER])
        do_report(work, case, team[Role.GRID_LEADER].id)
        service.confirm(work, case.id)
        service.reopen(work, case.id, reason="又坏了")
        morning.advance(minutes=1)

        jobs.climb(work)

        rounds = work.session.scalars(select(LadderStep.round).order_by(LadderStep.id)).all()
        assert list(rounds) == [0, 1]

    def test_both_are_told(self, work: Work, morning: FixedClock) -> None:
        team = make_team(work.session)
        phones = {Role.GRID_FULL: "13900000001", Role.GRID_LEADER: "13900000002"}
        for role, phone in phones.items():
            work.session.get_one(Person, team[role].id).phone = phone
        village = make_area(work.session, VILLAGE)
        village.robot, village.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"
        opened(work, submitted_at=MORNING)
        morning.advance(minutes=1)
        before = work.session.scalar(select(func.max(Message.id))) or 0

        jobs.climb(work)

        told = work.session.scalars(select(Message).where(Message.id > before)).all()
        assert {one.mention for one in told} == set(phones.values())


def do_report(work: Work, case: Case, owner: int) -> None:
    case.result_text, case.handled_by = "好了", owner
    case.proposed_finding, case.state = "true", State.TO_VERIFY  # type: ignore[assignment]
    work.session.flush()
    work.session.refresh(case)


class TestRemind:
    def test_it_rings_until_somebody_accepts_and_not_for_ever(
        self, work: Work, morning: FixedClock
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        work.session.get_one(Person, worker.id).phone = "13900000001"
        opened(work, submitted_at=MORNING, danger=True)

        for _ in range(30):
            morning.advance(minutes=1)
            jobs.remind(work)

        sent = work.session.scalar(select(func.count(Message.id)))
        assert sent == MOST_RINGS
        assert work.session.scalars(select(Alarm)).one().rings_at is None

    def test_accepting_answers_it(self, work: Work, morning: FixedClock) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        work.session.get_one(Person, worker.id).phone = "13900000001"
        case = opened(work, submitted_at=MORNING, danger=True)
        do(work, case, Move.ACCEPT, worker)
        morning.advance(minutes=5)

        jobs.remind(work)

        alarm = work.session.scalars(select(Alarm)).one()
        work.session.refresh(alarm)
        assert alarm.acknowledged_at == MORNING
        assert work.session.scalar(select(func.count(Message.id))) == 1

    def test_it_rings_for_the_new_owner_and_no_longer_for_the_old(
        self, work: Work, morning: FixedClock
    ) -> None:
        team = make_team(work.session)
        opened(work, submitted_at=MORNING, danger=True)
        morning.advance(minutes=1)
        jobs.climb(work)
        morning.advance(minutes=1)

        jobs.remind(work)

        work.session.expire_all()
        ringing = work.session.scalars(select(Alarm).where(Alarm.rings_at.is_not(None))).all()
        assert [one.person_id for one in ringing] == [team[Role.GRID_LEADER].id]

    def test_what_has_gone_on_meanwhile_is_left_in_peace(
        self, work: Work, morning: FixedClock
    ) -> None:
        make_team(work.session)
        opened(work, submitted_at=MORNING, danger=True)
        alarm = work.session.scalars(select(Alarm)).one()
        alarm.person_id = make_staff(work.session, Role.GRID_FULL, area=GRID).id
        morning.advance(minutes=5)

        jobs.remind(work)

        assert (alarm.rung, alarm.rings_at) == (1, None)

    def test_what_is_not_urgent_is_told_once(self, work: Work, morning: FixedClock) -> None:
        make_team(work.session)
        opened(work, submitted_at=MORNING)
        morning.advance(minutes=30)

        jobs.remind(work)

        assert work.session.scalars(select(Alarm.rung)).all() == [1]

    def test_the_words_are_those_of_the_template(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON + timedelta(hours=4)  # midnight
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        work.session.get_one(Person, leader.id).phone = "13900000001"
        opened(
            work, submitted_at=clock.moment, danger=True, place_name="幸福路三号灯杆下面的井盖旁边"
        )
        clock.advance(minutes=1)

        jobs.remind(work)

        texts = work.session.scalars(select(Message).order_by(Message.id)).all()
        assert [(one.channel, one.template) for one in texts] == [
            (channel, template)
            for template in ("T15", "T16")
            for channel in (Channel.SMS, Channel.VOICE)
        ]
        assert all(len(one.text) <= 70 for one in texts)

    def test_urgent_police_cases_ring_a_phone_and_no_group(
        self, work: Work, morning: FixedClock
    ) -> None:
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        work.session.get_one(Person, aux.id).phone = "13900000001"
        area = work.session.get_one(Area, VILLAGE)
        area.robot, area.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"

        case = opened(work, submitted_at=MORNING, category="0602")

        assert (case.privacy, case.urgency) == (Privacy.POLICE, Urgency.URGENT)
        assert work.session.scalars(select(Message.channel)).all() == [Channel.SMS]
