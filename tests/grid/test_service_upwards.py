"""Objections to a refusal, and the calls that follow what was not solved."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from grid import jobs, service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    TooLate,
    WrongMoment,
)
from grid.events import CaseMoved
from grid.models import Act, Case, Objection
from grid.rules import Level, Move, Privacy, State
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people.models import Area, RobotKind
from tests.factories import DISTRICT, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import acts_of, do, eavesdrop, make_case, make_team, opened
from tests.grid.refused import MORNING, NEXT_MONDAY, judge, reject


@pytest.fixture
def team(work: Work, clock: FixedClock) -> dict[Role, Actor]:
    clock.moment = MORNING
    return make_team(work.session)


@pytest.fixture
def refused(work: Work, team: dict[Role, Actor]) -> Case:
    """A case the town did not take."""
    case = opened(work, submitted_at=MORNING, caller_phone="13800138000")
    reject(work, case, team[Role.TOWN_ADMIN])
    return case


class TestObjection:
    def test_upheld_it_is_somebodys_at_once_and_never_refused_again(
        self, work: Work, team: dict[Role, Actor], refused: Case, clock: FixedClock
    ) -> None:
        clock.advance(days=2)
        service.object_to(work, refused.id, reason="是公共楼道")
        assert refused.state is State.OBJECTED
        assert refused.burns_at is None
        clock.advance(days=1)

        judge(work, refused, team[Role.DISTRICT_CMD])

        assert (refused.state, refused.owner_id) == (State.DISPATCHED, team[Role.GRID_FULL].id)
        assert refused.responsible_channel == ""
        assert refused.accept_by == clock.now() + timedelta(minutes=1)
        with pytest.raises(WrongMoment):
            reject(work, refused, team[Role.TOWN_ADMIN])
        assert acts_of(work.session, refused)[-3:] == [Move.OBJECT, Move.UPHOLD, Move.ASSIGN]

    def test_upheld_its_ladder_begins_anew(
        self, work: Work, team: dict[Role, Actor], clock: FixedClock
    ) -> None:
        case = opened(work, submitted_at=MORNING)
        clock.advance(minutes=1)
        jobs.climb(work)
        reject(work, case, team[Role.TOWN_ADMIN])
        service.object_to(work, case.id, reason="是公共楼道")
        judge(work, case, team[Role.DISTRICT_CMD])
        levels = [case.owner_level]
        clock.advance(minutes=1)

        jobs.climb(work)

        assert [*levels, case.owner_level] == [Level.GRID, Level.GRID_LEADER]

    def test_dismissed_it_stays_refused_with_the_way_to_go(
        self, work: Work, team: dict[Role, Actor], refused: Case
    ) -> None:
        service.object_to(work, refused.id, reason="是公共楼道")
        listening, heard = eavesdrop(work)

        judge(listening, refused, team[Role.DISTRICT_CMD], upheld=False, sentence="确实不归镇里")

        assert (refused.state, refused.responsible_channel) == (State.REJECTED, "司法所")
        assert heard == [CaseMoved(case_id=refused.id, move="dismiss", state="rejected")]
        with pytest.raises(OftenEnough):
            service.object_to(work, refused.id, reason="还是不同意")

    def test_it_is_made_once(self, work: Work, refused: Case) -> None:
        service.object_to(work, refused.id, reason="是公共楼道")

        with pytest.raises(OftenEnough):
            service.object_to(work, refused.id, reason="是公共楼道")

        assert work.session.scalar(select(func.count(Objection.id))) == 1

    @pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
    def test_it_is_made_within_seven_days(
        self, work: Work, refused: Case, clock: FixedClock, days: int, *, late: bool
    ) -> None:
        clock.advance(days=days)

        if late:
            with pytest.raises(TooLate):
                service.object_to(work, refused.id, reason="是公共楼道")
        else:
            service.object_to(work, refused.id, reason="是公共楼道")

        assert (refused.state is State.REJECTED) is late

    def test_it_says_why(self, work: Work, refused: Case) -> None:
        with pytest.raises(Incomplete):
            service.object_to(work, refused.id, reason="！")

    @pytest.mark.parametrize("state", sorted(set(State) - {State.REJECTED, State.OBJECTED}))
    def test_to_nothing_else(self, work: Work, state: State) -> None:
        case = make_case(work.session, state=state)

        with pytest.raises(WrongMoment):
            service.object_to(work, case.id, reason="不同意")

    def test_who_was_merged_objects_to_the_main_cases_refusal_once_for_all(
        self, work: Work, team: dict[Role, Actor], refused: Case, clock: FixedClock
    ) -> None:
        main = opened(work, submitted_at=MORNING)
        merged = opened(work, submitted_at=MORNING)
        do(work, merged, Move.MERGE, team[Role.TOWN_ADMIN], main_case=main.id, reason="同一件")
        reject(work, main, team[Role.TOWN_ADMIN])

        service.object_to(work, merged.id, reason="是公共楼道")

        assert (main.state, merged.state) == (State.OBJECTED, State.MERGED)
        assert work.session.scalars(select(Objection.said_on)).one() == merged.id
        with pytest.raises(OftenEnough):
            service.object_to(work, main.id, reason="我也不同意")
        assert refused.state is State.REJECTED
        assert clock.now() == MORNING

    def test_who_refused_it_does_not_judge(
        self, work: Work, team: dict[Role, Actor], refused: Case
    ) -> None:
        service.object_to(work, refused.id, reason="是公共楼道")
        both = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        work.session.execute(update(Case).where(Case.id == refused.id).values(rejected_by=both.id))
        work.session.refresh(refused)

        with pytest.raises(NotThatWay):
            judge(work, refused, both)
        work.session.execute(update(Objection).values(rejected_by=both.id))
        with pytest.raises(IntegrityError):
            work.session.execute(
                update(Objection).values(decided_by=both.id, decided_at=NOON, upheld=True)
            )
        work.session.rollback()
        assert team

    def test_nobody_judges_from_below_or_from_next_door(
        self, work: Work, team: dict[Role, Actor], refused: Case
    ) -> None:
        service.object_to(work, refused.id, reason="是公共楼道")
        strangers = [
            team[Role.TOWN_ADMIN],
            team[Role.VILLAGE_ADMIN],
            make_staff(work.session, Role.DISTRICT_CMD, area="330107"),
            team[Role.DEPT_HANDLER],
        ]

        for person in strangers:
            with pytest.raises((NoSuchCase, NotYours, WrongMoment)):
                judge(work, refused, person)

        assert refused.state is State.OBJECTED

    def test_what_the_station_refused_the_bureau_judges(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        station = team[Role.DEPT_HANDLER]
        colleague = make_staff(
            work.session, Role.DEPT_HANDLER, area=TOWN, department="police_station"
        )
        bureau = make_staff(work.session, Role.DEPT_HANDLER, area=DISTRICT, department="police")
        case = make_case(
            work.session,
            privacy=Privacy.POLICE,
            department="police_station",
            owner_id=station.id,
            owner_level=Level.POLICE_STATION,
        )
        reject(work, case, station)
        service.object_to(work, case.id, reason="请再看看")

        with pytest.raises(NotThatWay):
            judge(work, case, colleague)
        with pytest.raises(NoSuchCase):
            judge(work, case, team[Role.DISTRICT_CMD])
        judge(work, case, bureau)

        assert case.state is State.DISPATCHED
        assert case.owner_level is Level.POLICE_AUX

    def test_two_do_not_judge_it(self, work: Work, team: dict[Role, Actor], refused: Case) -> None:
        service.object_to(work, refused.id, reason="是公共楼道")
        judge(work, refused, team[Role.DISTRICT_CMD], upheld=False)

        with pytest.raises(WrongMoment):
            judge(work, refused, team[Role.DISTRICT_CMD])

    def test_late_it_rings_the_district_once(
        self, work: Work, team: dict[Role, Actor], refused: Case, clock: FixedClock
    ) -> None:
        district = work.session.get_one(Area, DISTRICT)
        district.robot, district.robot_url = RobotKind.WECOM, "https://robot.example/district"
        town = work.session.get_one(Area, TOWN)
        town.robot, town.robot_url = RobotKind.WECOM, "https://robot.example/town"
        service.object_to(work, refused.id, reason="是公共楼道")
        assert work.session.scalars(select(Objection.decide_by)).one() == NEXT_MONDAY
        clock.moment = NEXT_MONDAY - timedelta(seconds=1)
        jobs.ring_late_objections(work)
        clock.moment = NEXT_MONDAY

        for _ in range(3):
            jobs.ring_late_objections(work)

        work.session.flush()
        rung = [one for one in work.session.scalars(select(Message)) if "到期" in one.text]
        assert [one.recipient for one in rung] == ["https://robot.example/district"]
        assert acts_of(work.session, refused).count(Act.OBJECTION_LATE) == 1
        judge(work, refused, team[Role.DISTRICT_CMD])
        assert refused.state is State.DISPATCHED
