"""How a case comes into being, and whose it is then."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid import queries, service
from grid.errors import (
    Incomplete,
    NotYours,
)
from grid.events import CaseMoved, CaseOpened
from grid.models import Act, Alarm, Case, Step
from grid.rules import Level, Move, Privacy, State, Urgency
from grid.service import Sighting
from kernel.grants import Role
from kernel.outbound import Channel, Message
from kernel.work import Work
from people.models import Area, Person, RobotKind
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.factories import (
    a_report,
    acts_of,
    do,
    eavesdrop,
    handle,
    make_case,
    make_station,
    make_team,
    opened,
)

TEN_IN_THE_MORNING = NOON - timedelta(hours=10)  # a Monday, in Shanghai


class TestOpenCase:
    def test_it_is_accepted_and_given_to_the_worker_on_duty(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = TEN_IN_THE_MORNING
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)

        case = opened(work, submitted_at=TEN_IN_THE_MORNING)

        assert (case.state, case.owner_id) == (State.DISPATCHED, worker.id)
        assert case.owner_level is Level.GRID
        assert acts_of(work.session, case) == [Act.OPENED, Move.ADMIT, Move.ASSIGN]
        assert case.accept_by == TEN_IN_THE_MORNING + timedelta(minutes=1)
        assert case.respond_by == TEN_IN_THE_MORNING + timedelta(minutes=5)
        assert case.close_by is not None
        assert case.burns_at == case.climbs_at == case.accept_by

    def test_one_source_is_one_case_whatever_comes_with_it(self, work: Work) -> None:
        make_area(work.session)
        new = a_report()

        first = service.open_case(work, new)
        again = service.open_case(work, new)

        assert first == again
        assert work.session.scalar(select(func.count(Case.id))) == 1
        assert work.session.scalar(select(func.count(Step.id))) == 2

    @pytest.mark.parametrize(
        ("there", "expected"),
        [
            ((Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN), Role.GRID_LEADER),
            ((Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.DISTRICT_CMD), Role.VILLAGE_ADMIN),
            ((Role.TOWN_ADMIN, Role.DISTRICT_CMD), Role.TOWN_ADMIN),
            ((Role.DISTRICT_CMD,), Role.DISTRICT_CMD),
        ],
    )
    def test_after_hours_it_goes_to_whoever_is_there_above(
        self, work: Work, there: tuple[Role, ...], expected: Role
    ) -> None:
        areas = {Role.TOWN_ADMIN: TOWN, Role.DISTRICT_CMD: DISTRICT}
        make_staff(work.session, Role.GRID_FULL, area=GRID)
        people = {
            role: make_staff(work.session, role, area=areas.get(role, VILLAGE)) for role in there
        }

        case = opened(work)

        assert case.owner_id == people[expected].id

    def test_the_one_with_the_fewest_open_cases_gets_it(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = TEN_IN_THE_MORNING
        busy = make_staff(work.session, Role.GRID_FULL, area=GRID)
        free = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_case(work.session, owner_id=busy.id)
        make_case(work.session, owner_id=free.id, state=State.CLOSED)

        assert opened(work).owner_id == free.id

    def test_full_time_comes_before_part_time_however_busy(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = TEN_IN_THE_MORNING
        make_staff(work.session, Role.GRID_PART, area=GRID)
        full = make_staff(work.session, Role.GRID_FULL, area=VILLAGE)
        make_case(work.session, owner_id=full.id)

        assert opened(work).owner_id == full.id

    def test_the_head_of_a_micro_grid_is_asked_for_the_whole_grid(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = TEN_IN_THE_MORNING
        head = make_staff(work.session, Role.GRID_PART, area=f"{GRID}07")

        assert opened(work).owner_id == head.id

    def test_the_neighbours_worker_is_not_asked(self, work: Work, clock: FixedClock) -> None:
        clock.moment = TEN_IN_THE_MORNING
        make_staff(work.session, Role.GRID_FULL, area=NEXT_GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)

        assert opened(work).owner_id == leader.id

    def test_with_nobody_there_it_is_taken_and_waits_for_the_desk(self, work: Work) -> None:
        case = opened(work)

        assert (case.state, case.owner_id) == (State.ACCEPTED, None)
        assert case.close_by is not None

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("330106009001001", DISTRICT),
            (f"{VILLAGE}999", VILLAGE),
            ("", DISTRICT),
            ("x", DISTRICT),
        ],
    )
    def test_a_place_nobody_knows_goes_to_the_desk_above(
        self, work: Work, code: str, expected: str
    ) -> None:
        make_area(work.session, VILLAGE)

        case_id = service.open_case(work, a_report(area_code=code))

        assert work.session.get_one(Case, case_id).area_code == expected

    def test_what_the_form_made_up_does_not_lose_the_report(self, work: Work) -> None:
        case = opened(
            work,
            tile="x" * 60,
            category="9876",
            lat=30.1,
            lng=None,
            place_name="长" * 200,
            where="远" * 500,
            words="",
        )

        assert (case.tile, case.category, case.lat) == (None, None, None)
        assert case.privacy is Privacy.SENSITIVE

    def test_danger_makes_it_urgent_and_a_group_and_a_phone_ring(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        work.session.get_one(Person, leader.id).phone = "13900000000"
        village = work.session.get_one(Area, VILLAGE)
        village.robot, village.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"

        case = opened(work, danger=True, tile="hazard", caller_name="张三", words="有煤气味")

        assert case.urgency is Urgency.URGENT
        messages = work.session.scalars(select(Message).order_by(Message.id)).all()
        assert {one.channel for one in messages} == {Channel.WECOM, Channel.SMS}
        assert messages[0].mention == "13900000000"
        for message in messages:
            assert "张三" not in message.text
            assert "煤气" not in message.text
        assert work.session.scalars(select(Alarm)).one().rings_at is not None

    def test_for_the_police_no_group_hears_of_it(self, work: Work) -> None:
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        village = work.session.get_one(Area, VILLAGE)
        village.robot, village.robot_url = RobotKind.DINGTALK, "https://oapi.dingtalk.com/x"

        case = opened(work, tile="safe")

        assert (case.owner_id, case.owner_level) == (aux.id, Level.POLICE_AUX)
        assert work.session.scalar(select(func.count(Message.id))) == 0

    def test_a_quiet_police_case_leaves_the_house_at_no_step_of_its_life(self, work: Work) -> None:
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        work.session.get_one(Person, aux.id).phone = "13900000001"
        station = make_station(work.session)
        for code in (VILLAGE, TOWN):
            area = make_area(work.session, code)
            area.robot, area.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"
        case = opened(work, tile="safe", caller_phone=None)
        assert case.urgency is not Urgency.URGENT

        service.urge(work, case.id)
        do(work, case, Move.ACCEPT, aux)
        handle(work, case, aux)
        do(work, case, Move.SEND_BACK, station, reason="再问问")
        do(work, case, Move.ESCALATE, aux, reason="要出警")
        do(work, case, Move.RETURN, station, reason="不在辖区")

        assert work.session.scalar(select(func.count(Message.id))) == 0
        work.session.flush()
        found = queries.queue(work.session, by=station, now=work.now())
        assert [card.case_id for card in found.cards] == [case.id]

    def test_without_an_auxiliary_the_station_has_it_and_never_the_town(self, work: Work) -> None:
        team = make_team(work.session)

        case = opened(work, category="0602", area_code=TOWN)

        assert case.owner_id == team[Role.DEPT_HANDLER].id
        assert case.owner_level is Level.POLICE_STATION

    def test_the_others_hear_that_it_opened_and_moved(self, work: Work) -> None:
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        listening, events = eavesdrop(work)

        case = opened(listening)

        assert events == [
            CaseOpened(case_id=case.id),
            CaseMoved(case_id=case.id, move="admit", state="accepted"),
            CaseMoved(case_id=case.id, move="assign", state="dispatched"),
        ]

    def test_what_was_merged_hears_how_the_main_case_gets_on(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        main = make_case(work.session, owner_id=worker.id, reporters=2)
        child = make_case(work.session, state=State.MERGED, main_id=main.id)
        listening, events = eavesdrop(work)

        do(listening, main, Move.ACCEPT, worker)

        assert events == [
            CaseMoved(case_id=number, move="accept", state="handling")
            for number in (main.id, child.id)
        ]

    def test_at_night_only_the_clocks_of_urgent_ones_run(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = NOON + timedelta(hours=3)  # 23:00 in Shanghai
        seven = NOON + timedelta(hours=11)

        normal = opened(work, submitted_at=clock.moment)
        urgent = opened(work, submitted_at=clock.moment, danger=True)

        assert (normal.night, normal.accept_by) == (True, seven + timedelta(minutes=1))
        assert (urgent.night, urgent.accept_by) == (False, clock.moment + timedelta(minutes=1))

    def test_without_a_calendar_the_day_is_estimated_and_says_so(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = NOON + timedelta(days=365 * 5)

        assert opened(work, submitted_at=clock.moment).estimated


class TestPatrol:
    def test_it_is_a_case_of_staff_and_never_their_own(self, work: Work, clock: FixedClock) -> None:
        clock.moment = TEN_IN_THE_MORNING
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        seen = Sighting(key="k", area_code=GRID, words="井盖坏了")

        first = service.take_patrol(work, seen, by=worker)
        again = service.take_patrol(work, seen, by=worker)

        case = work.session.get_one(Case, first)
        assert first == again
        assert (case.staff_reporter, case.reported_by) == (worker.id, None)
        assert case.owner_id == leader.id

    def test_the_same_key_of_somebody_else_is_another_case(self, work: Work) -> None:
        one, two = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
        seen = Sighting(key="k", area_code=GRID, words="井盖坏了")

        assert service.take_patrol(work, seen, by=one) != service.take_patrol(work, seen, by=two)

    def test_not_in_the_next_village_and_not_without_a_word(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(NotYours):
            service.take_patrol(
                work, Sighting(key="k", area_code=NEXT_VILLAGE, words="井盖"), by=worker
            )
        with pytest.raises(Incomplete):
            service.take_patrol(work, Sighting(key="k", area_code=GRID), by=worker)
