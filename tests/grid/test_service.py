"""The life of a case through the verbs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid import service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    TooLate,
    WrongMoment,
)
from grid.events import CaseClosed, CaseMoved, CaseOpened
from grid.models import Act, Alarm, Case, CaseFile, Step
from grid.rules import Finding, Level, Move, Privacy, State, Urgency
from grid.service import Sighting, Values
from kernel.audit import AuditLine
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
    make_person,
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
        main = make_case(work.session, owner_id=worker.id)
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


class TestWholeLife:
    def test_accepted_called_visited_handled_and_verified_by_somebody_else(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = TEN_IN_THE_MORNING
        team = make_team(work.session)
        worker, leader = team[Role.GRID_FULL], team[Role.GRID_LEADER]
        case = opened(work, submitted_at=TEN_IN_THE_MORNING)

        do(work, case, Move.ACCEPT, worker)
        service.classify(work, case.id, by=worker, category="0201")
        service.log_call(work, case.id, by=worker, note="说下午在家")
        service.on_my_way(work, case.id, by=worker)
        service.add_note(work, case.id, by=worker, note="约好三点")
        handle(work, case, worker)
        do(work, case, Move.VERIFY, leader, finding=Finding.PARTLY)

        assert (case.state, case.finding) == (State.CLOSED, Finding.PARTLY)
        assert case.verified_by == leader.id
        assert case.burns_at is None
        assert case.climbs_at is None

    def test_rework_goes_to_somebody_else_with_fresh_clocks_and_is_closed_again(
        self, work: Work, clock: FixedClock
    ) -> None:
        team = make_team(work.session)
        worker, leader, town = (
            team[role] for role in (Role.GRID_FULL, Role.GRID_LEADER, Role.TOWN_ADMIN)
        )
        case = make_case(work.session, state=State.CLOSED, owner_id=worker.id)
        clock.advance(days=2)

        service.reopen(work, case.id, reason="又堆上了")
        assert (case.state, case.owner_id, case.closed_at) == (State.REOPENED, None, None)
        assert case.accept_by == clock.moment + timedelta(minutes=1)
        with pytest.raises(NotThatWay):
            do(work, case, Move.ASSIGN, town, owner=worker.id)
        do(work, case, Move.ASSIGN, town, owner=leader.id)
        do(work, case, Move.ACCEPT, leader)
        handle(work, case, leader)
        # The worker handled the first round and does not verify the second.
        with pytest.raises(NotYours):
            do(work, case, Move.VERIFY, worker, finding=Finding.TRUE)
        service.confirm(work, case.id)

        end: State = case.state
        assert (end, case.verified_by) == (State.CLOSED, None)
        with pytest.raises(OftenEnough):
            service.reopen(work, case.id, reason="还是不行")

    def test_every_step_says_who_when_and_why(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        do(work, case, Move.RETURN, worker, reason="不是我的片区")

        step = work.session.scalars(select(Step).where(Step.case_id == case.id)).one()
        assert (step.number, step.who, step.at) == (1, worker.id, NOON)
        assert (step.from_state, step.to_state) == (State.DISPATCHED, State.RETURNED)
        assert step.why == "不是我的片区"
        assert case.last_step == case.turn == 1

    def test_closing_tells_points_what_it_was(self, work: Work) -> None:
        reporter = make_person(work.session)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(
            work.session, state=State.TO_VERIFY, category="0201", reported_by=reporter.id
        )
        listening, events = eavesdrop(work)

        do(listening, case, Move.VERIFY, leader, finding=Finding.TRUE)

        assert events == [
            CaseMoved(case_id=case.id, move="verify", state="closed"),
            CaseClosed(
                case_id=case.id,
                category="0201",
                urgency="normal",
                finding="true",
                reported_by=reporter.id,
            ),
        ]


class TestMove:
    def test_whoever_is_late_is_told_what_happened_and_by_whom(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        name = work.session.get_one(Person, worker.id).public_name
        do(work, case, Move.ACCEPT, worker)

        with pytest.raises(WrongMoment, match=f"{name}刚刚已经接单.*处置中"):
            service.move(
                work,
                case.id,
                Move.REASSIGN,
                by=town,
                expected=State.DISPATCHED,
                values=Values(owner=worker.id, reason="x"),
            )

    def test_two_changes_to_the_same_state_are_told_apart_by_the_turn(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        one, two = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
        case = make_case(work.session)
        seen = case.turn
        do(work, case, Move.REASSIGN, town, owner=one.id, reason="换人", turn=seen)

        with pytest.raises(WrongMoment, match="已经改派"):
            do(work, case, Move.REASSIGN, town, owner=two.id, reason="换人", turn=seen)

        assert case.owner_id == one.id

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.GRID_FULL, NEXT_GRID),
            (Role.TOWN_ADMIN, "330106002"),
        ],
    )
    def test_another_area_does_not_learn_that_it_exists(
        self, work: Work, role: Role, area: str
    ) -> None:
        case = make_case(work.session, state=State.TO_VERIFY)
        stranger = make_staff(work.session, role, area=area)

        with pytest.raises(NoSuchCase):
            do(work, case, Move.VERIFY, stranger, finding=Finding.TRUE)

    def test_returned_twice_only_the_town_names_somebody(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, owner_id=worker.id)
        for _ in range(2):
            do(work, case, Move.RETURN, worker, reason="不归我")
            assert case.owner_id is None
            do(work, case, Move.ASSIGN, town, owner=worker.id)

        with pytest.raises(OftenEnough):
            do(work, case, Move.RETURN, worker, reason="还是不归我")

    def test_nobody_gets_what_they_reported_on_their_round(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.RETURNED, staff_reporter=worker.id)

        with pytest.raises(NotYours):
            do(work, case, Move.ASSIGN, town, owner=worker.id)

    @pytest.mark.parametrize("who", ["next village", "nobody", "resident"])
    def test_it_is_given_only_to_staff_over_the_place(self, work: Work, who: str) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        chosen = {
            "next village": make_staff(work.session, Role.GRID_FULL, area=NEXT_VILLAGE).id,
            "nobody": 999_999,
            "resident": make_person(work.session).id,
        }[who]
        case = make_case(work.session, state=State.RETURNED)

        with pytest.raises(NotThatWay):
            do(work, case, Move.ASSIGN, town, owner=chosen)

    def test_escalating_goes_one_level_up_to_whoever_has_least_to_do(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        do(work, case, Move.ESCALATE, worker, reason="要挖路")

        assert (case.owner_id, case.owner_level) == (leader.id, Level.GRID_LEADER)
        assert case.state is State.HANDLING

    def test_a_level_is_not_skipped(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        with pytest.raises(NotThatWay):
            do(work, case, Move.ESCALATE, worker, reason="要挖路", owner=town.id)
        with pytest.raises(NotThatWay, match="没有人"):
            do(work, case, Move.ESCALATE, worker, reason="要挖路")

    def test_a_department_that_gets_it_can_read_it(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        fire = make_staff(work.session, Role.DEPT_HANDLER, area=TOWN, department="fire")
        case = make_case(work.session, state=State.RETURNED)

        do(work, case, Move.ASSIGN, town, owner=fire.id)

        assert (case.owner_level, case.department) == (Level.DEPARTMENT, "fire")
        do(work, case, Move.ACCEPT, fire)

    def test_refusing_names_whom_to_ask_instead(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session)
        with pytest.raises(Incomplete):
            do(work, case, Move.REJECT, town, reason="不归我们")

        do(work, case, Move.REJECT, town, reason="不归我们", responsible_channel="物" * 300)

        assert (case.state, case.rejected_by) == (State.REJECTED, town.id)


class TestMerge:
    def test_everybody_who_reported_follows_the_main_case(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        main, middle, first = (make_case(work.session) for _ in range(3))
        do(work, first, Move.MERGE, town, main_case=middle.id, reason="同一件")
        do(work, middle, Move.MERGE, town, main_case=main.id, reason="同一件")

        assert {first.main_id, middle.main_id} == {main.id}
        assert main.reporters == 3
        assert middle.responsible_channel == "综合执法"
        with pytest.raises(WrongMoment):
            service.withdraw(work, main.id, reason="不用了")

    def test_what_is_said_later_reaches_whoever_works_on_it(self, work: Work) -> None:
        main = make_case(work.session)
        child = make_case(work.session, state=State.MERGED, main_id=main.id)

        service.supplement(work, child.id, words="又多了", attachments=())

        assert acts_of(work.session, main) == [Act.SUPPLEMENT]
        assert acts_of(work.session, child) == []

    def test_not_into_one_that_is_over(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case, over = make_case(work.session), make_case(work.session, state=State.CLOSED)

        with pytest.raises(NotThatWay):
            do(work, case, Move.MERGE, town, main_case=over.id, reason="同一件")

    def test_not_into_itself_nor_into_nothing(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session)

        with pytest.raises(NotThatWay):
            do(work, case, Move.MERGE, town, main_case=case.id, reason="同一件")
        with pytest.raises(Incomplete):
            do(work, case, Move.MERGE, town, reason="同一件")

    def test_not_into_what_lies_in_another_town(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case, far = make_case(work.session), make_case(work.session, area_code="330106002001001")

        with pytest.raises(NoSuchCase):
            do(work, case, Move.MERGE, town, main_case=far.id, reason="同一件")

    def test_a_police_case_not_into_one_that_others_see(self, work: Work) -> None:
        station = make_station(work.session)
        both = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, privacy=Privacy.POLICE, department="police_station")
        open_one = make_case(work.session)

        for person in (station, both):
            with pytest.raises(NoSuchCase):
                do(work, case, Move.MERGE, person, main_case=open_one.id, reason="同一件")


class TestActs:
    def test_only_the_owner_stops_the_second_clock_and_only_once_in_hand(
        self, work: Work, clock: FixedClock
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        with pytest.raises(WrongMoment, match="请先接单"):
            service.log_call(work, case.id, by=worker)
        do(work, case, Move.ACCEPT, worker)
        with pytest.raises(NoSuchCase):
            service.log_call(work, case.id, by=other)

        service.log_call(work, case.id, by=worker)
        clock.advance(minutes=3)
        service.on_my_way(work, case.id, by=worker)

        assert case.responded_at == NOON
        assert case.climbs_at is None

    def test_a_new_category_never_gives_more_time(self, work: Work, clock: FixedClock) -> None:
        clock.moment = TEN_IN_THE_MORNING
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = opened(work, submitted_at=TEN_IN_THE_MORNING)
        first = case.close_by
        service.classify(work, case.id, by=worker, category="0201")  # one working day
        tight = case.close_by
        assert first is not None
        assert tight is not None
        assert tight < first

        service.classify(work, case.id, by=worker, category="0801")  # mediation's thirty days

        assert (case.close_by, case.department) == (tight, "village_mediation")

    def test_made_urgent_the_night_is_over(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON + timedelta(hours=4)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = opened(work, submitted_at=clock.moment)

        service.classify(work, case.id, by=leader, category="0102", urgency=Urgency.URGENT)

        assert case.night is False
        assert case.accept_by == clock.moment + timedelta(minutes=1)

    def test_what_turns_out_to_be_for_the_police_leaves_the_grid_at_once(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        service.classify(work, case.id, by=worker, category="0601")

        assert (case.owner_id, case.owner_level) == (aux.id, Level.POLICE_AUX)
        with pytest.raises(NoSuchCase):
            service.add_note(work, case.id, by=worker, note="我还想看")

    def test_without_police_it_says_whom_to_ring(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        with pytest.raises(NotThatWay, match="打电话给派出所"):
            service.classify(work, case.id, by=worker, category="0601")

    def test_somebody_elses_case_is_not_theirs_to_settle(self, work: Work) -> None:
        verifier = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(work.session, state=State.TO_VERIFY)

        with pytest.raises(NotYours):
            service.classify(work, case.id, by=verifier, category="0201")

    def test_a_voice_note_in_a_line(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        service.write_voice_line(work, case.id, by=worker, line="说" * 999)

        assert len(case.voice_line) == 200
        with pytest.raises(Incomplete):
            service.write_voice_line(work, case.id, by=worker, line=" …")

    def test_a_number_is_looked_at_in_the_log_each_time(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        for _ in range(2):
            contact = service.read_contact(work, case.id, by=worker)

        assert (contact.name, contact.phone) == ("张三", "13800138000")
        lines = work.session.scalars(select(AuditLine)).all()
        assert [line.action for line in lines] == ["case.contact-read"] * 2
        assert {(line.actor_id, line.subject) for line in lines} == {(worker.id, f"case:{case.id}")}
        assert "138" not in "".join(line.detail for line in lines)

    @pytest.mark.parametrize(
        "role",
        [Role.GRID_PART, Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR],
    )
    def test_nobody_who_is_not_at_it_sees_the_number(self, work: Work, role: Role) -> None:
        case = make_case(work.session, state=State.HANDLING)
        stranger = make_team(work.session)[role]

        with pytest.raises(NoSuchCase):
            service.read_contact(work, case.id, by=stranger)

        assert work.session.scalar(select(func.count(AuditLine.id))) == 0

    def test_nor_the_handler_once_it_is_over(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, state=State.CLOSED)

        with pytest.raises(WrongMoment):
            service.read_contact(work, case.id, by=worker)

    def test_answering_an_alarm_stops_it_and_nothing_else(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = opened(work, danger=True)

        service.acknowledge(work, case.id, by=leader)

        alarm = work.session.scalars(select(Alarm)).one()
        work.session.refresh(alarm)
        assert (alarm.rings_at, alarm.acknowledged_at) == (None, NOON)
        assert case.taken_at is None


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


class TestResidents:
    def test_what_is_over_is_not_urged(self, work: Work) -> None:
        case = make_case(work.session, state=State.CLOSED)

        with pytest.raises(WrongMoment):
            service.urge(work, case.id)
        with pytest.raises(WrongMoment):
            service.supplement(work, case.id, words="还有", attachments=())

    def test_nothing_is_no_supplement(self, work: Work) -> None:
        case = make_case(work.session)

        with pytest.raises(Incomplete):
            service.supplement(work, case.id, words=" ", attachments=())

    def test_an_urgent_case_is_not_closed_by_word_of_mouth(self, work: Work) -> None:
        case = make_case(work.session, state=State.TO_VERIFY, urgency=Urgency.URGENT)

        with pytest.raises(NotYours):
            service.confirm(work, case.id)

    def test_rework_is_asked_for_within_a_week(self, work: Work, clock: FixedClock) -> None:
        case = make_case(work.session, state=State.CLOSED)
        clock.advance(days=9)

        with pytest.raises(TooLate):
            service.reopen(work, case.id, reason="又坏了")

    def test_taken_back_it_rests(self, work: Work) -> None:
        case = make_case(work.session)

        service.withdraw(work, case.id, reason="")

        assert case.state is State.WITHDRAWN
        assert case.burns_at is None

    def test_a_case_that_is_not_there(self, work: Work) -> None:
        with pytest.raises(NoSuchCase):
            service.urge(work, 404)

    def test_a_file_hangs_once(self, work: Work, make_attachment: int) -> None:
        case = make_case(work.session)

        for _ in range(2):
            service.attach(work, case.id, attachment_id=make_attachment)

        assert work.session.scalar(select(func.count(CaseFile.id))) == 1
