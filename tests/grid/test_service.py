"""The life of a case through the verbs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid import service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    WrongMoment,
)
from grid.events import CaseClosed, CaseMoved
from grid.models import Act, Step
from grid.rules import Finding, Level, Move, Privacy, State
from grid.service import Values
from kernel.grants import Role
from kernel.work import Work
from people.models import Person
from tests.factories import (
    GRID,
    NEXT_GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_person,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.factories import (
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

    def test_an_old_page_is_told_even_where_nothing_is_written_down(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.RETURNED)

        with pytest.raises(WrongMoment, match=r"已经变了.*退回重派"):
            service.move(work, case.id, Move.REJECT, by=town, expected=State.DISPATCHED)

    def test_giving_it_to_nobody_is_not_giving_it(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.RETURNED)

        with pytest.raises(Incomplete, match="派给谁"):
            do(work, case, Move.ASSIGN, town)

    def test_whoever_had_it_hears_where_it_went(self, work: Work, clock: FixedClock) -> None:
        clock.moment = TEN_IN_THE_MORNING
        team = make_team(work.session)
        case = opened(work, submitted_at=TEN_IN_THE_MORNING)
        clock.advance(minutes=1)
        service.climb(work)

        with pytest.raises(WrongMoment, match="系统刚刚已经升级"):
            do(work, case, Move.ACCEPT, team[Role.GRID_FULL])

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
        do(work, case, Move.REASSIGN, town, owner=fire.id, reason="还是消防")
        assert case.department == "fire"
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

        service.urge(work, child.id)

        assert acts_of(work.session, main) == [Act.OTHERS, Act.OTHERS]
        assert acts_of(work.session, child) == [Act.SUPPLEMENT, Act.URGE]

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

    def test_the_station_does_not_mix_police_cases_with_its_other_ones(self, work: Work) -> None:
        station = make_station(work.session)
        case = make_case(work.session, privacy=Privacy.POLICE, department="police_station")
        noise = make_case(work.session, category="0203", department="police_station")

        with pytest.raises(NotThatWay, match="涉警"):
            do(work, case, Move.MERGE, station, main_case=noise.id, reason="同一件")

    def test_a_police_case_not_into_one_that_others_see(self, work: Work) -> None:
        station = make_station(work.session)
        both = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, privacy=Privacy.POLICE, department="police_station")
        open_one = make_case(work.session)

        for person in (station, both):
            with pytest.raises(NoSuchCase):
                do(work, case, Move.MERGE, person, main_case=open_one.id, reason="同一件")
