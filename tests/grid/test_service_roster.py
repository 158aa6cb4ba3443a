"""The table of duty: who writes it, and whom it sends a case to."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from grid import service
from grid.errors import NoSuchLine, NotThatWay, NotYours
from grid.models import Duty
from grid.rules import Level
from grid.rules.roster import Kind
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people.models import Account, Area
from tests.factories import (
    DISTRICT,
    GRID,
    MICRO_GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.factories import make_team, opened
from tests.grid.rosters import MONDAY, THREE, a_line, lines, make_duty

WEEK = timedelta(days=7)


class TestWriting:
    @pytest.mark.parametrize(
        ("role", "area"),
        [(Role.GRID_LEADER, GRID), (Role.GRID_LEADER, VILLAGE), (Role.TOWN_ADMIN, TOWN)],
    )
    def test_leader_and_town_write_it_and_every_change_is_in_the_log(
        self, work: Work, role: Role, area: str
    ) -> None:
        leader = make_staff(work.session, role, area=area)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        number = service.add_duty(work, a_line(Kind.NIGHT, worker), by=leader)
        service.change_duty(
            work, number, a_line(Kind.DAY, worker, last_day=MONDAY + WEEK), by=leader
        )
        service.remove_duty(work, number, by=leader)

        work.session.flush()
        log = work.session.execute(select(AuditLine.action, AuditLine.area, AuditLine.detail)).all()
        assert [(row.action, row.area) for row in log] == [
            (f"duty.{what}", GRID) for what in ("add", "change", "remove")
        ]
        assert f"夜班 person:{worker.id} 2026-03-02–2026-03-02 22:00–7:00" in log[0].detail
        assert lines(work.session) == []

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_GRID),
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.GRID_FULL, GRID),
            (Role.VILLAGE_ADMIN, VILLAGE),
            (Role.DISTRICT_CMD, DISTRICT),
        ],
    )
    def test_others_write_nothing(self, work: Work, role: Role, area: str) -> None:
        stranger = make_staff(work.session, role, area=area)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        there = make_duty(work.session, Kind.NIGHT, worker)

        with pytest.raises(NotYours):
            service.add_duty(work, a_line(Kind.DAY, worker), by=stranger)
        with pytest.raises(NotYours):
            service.copy_week(work, GRID, MONDAY + WEEK, by=stranger)
        with pytest.raises(NoSuchLine):
            service.change_duty(work, there.id, a_line(Kind.DAY, worker), by=stranger)
        with pytest.raises(NoSuchLine):
            service.remove_duty(work, there.id, by=stranger)
        assert [row.kind for row in lines(work.session)] == [Kind.NIGHT]

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_FULL, NEXT_GRID),
            (Role.GRID_FULL, NEXT_VILLAGE),
            (Role.GRID_PART, NEXT_GRID),
            (Role.MEDIATOR, VILLAGE),
            (Role.DISTRICT_CMD, DISTRICT),
        ],
    )
    def test_only_whoever_wears_a_fitting_hat_there_is_put_in(
        self, work: Work, role: Role, area: str
    ) -> None:
        make_area(work.session, GRID)
        somebody = make_staff(work.session, role, area=area)

        with pytest.raises(NotThatWay, match="身份"):
            service.add_duty(work, a_line(Kind.NIGHT, somebody), by=None)

    def test_the_head_of_a_micro_grid_covers_the_grid(self, work: Work) -> None:
        head = make_staff(work.session, Role.GRID_PART, area=MICRO_GRID)

        assert service.add_duty(work, a_line(Kind.NIGHT, head), by=None)

    def test_whoever_has_left_is_not_put_in(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        work.session.get_one(Account, worker.id).closed_at = NOON

        with pytest.raises(NotThatWay):
            service.add_duty(work, a_line(Kind.NIGHT, worker), by=None)

    @pytest.mark.parametrize(
        ("area", "kind", "said"),
        [
            (DISTRICT, Kind.NIGHT, "不排班"),
            (MICRO_GRID, Kind.NIGHT, "不排班"),
            ("330199", Kind.NIGHT, "不排班"),
            (GRID, Kind.DESK, "只在镇街"),
            (GRID, Kind.STAND_IN, "替谁"),
        ],
    )
    def test_a_line_in_the_wrong_place(self, work: Work, area: str, kind: Kind, said: str) -> None:
        make_area(work.session, MICRO_GRID)
        worker = make_staff(work.session, Role.GRID_FULL, Role.TOWN_ADMIN, area=GRID)

        with pytest.raises(NotThatWay, match=said):
            service.add_duty(work, a_line(kind, worker, area), by=None)

    def test_a_closed_area_has_no_duty(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        work.session.get_one(Area, GRID).closed_at = NOON

        with pytest.raises(NotThatWay):
            service.add_duty(work, a_line(Kind.NIGHT, worker), by=None)

    def test_the_same_line_twice_is_one_line(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        service.add_duty(work, a_line(Kind.NIGHT, worker), by=None)

        with pytest.raises(NotThatWay, match="已经排了班"):
            service.add_duty(work, a_line(Kind.NIGHT, worker), by=None)

    def test_a_line_is_no_obstacle_to_its_own_change(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        there = make_duty(work.session, Kind.NIGHT, leader, first_day=date(2026, 2, 1))

        service.change_duty(
            work, there.id, a_line(Kind.NIGHT, leader, first_day=date(2026, 2, 1)), by=leader
        )

        with pytest.raises(NotThatWay, match="换地方"):
            service.change_duty(work, there.id, a_line(Kind.NIGHT, leader, NEXT_GRID), by=leader)


class TestCopying:
    def test_last_week_once_more(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        stand_in = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_duty(work.session, Kind.NIGHT, worker, last_day=date(2026, 3, 30))
        make_duty(work.session, Kind.DAY, stand_in, first_day=MONDAY + timedelta(days=6),
                  last_day=MONDAY + timedelta(days=6))  # fmt: skip
        make_duty(work.session, Kind.STAND_IN, stand_in, stands_for=worker.id)

        first = service.copy_week(work, GRID, MONDAY + WEEK, by=leader)
        second = service.copy_week(work, GRID, MONDAY + WEEK, by=leader)

        assert (first, second) == ((1, 1), (0, 2))  # the long line goes on by itself
        sunday = MONDAY + timedelta(days=13)
        assert [row.first_day for row in lines(work.session) if row.kind is Kind.DAY][1:] == [
            sunday
        ]

    def test_of_this_week_only_what_is_to_come(self, work: Work, clock: FixedClock) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        make_duty(
            work.session,
            Kind.DAY,
            leader,
            first_day=MONDAY - WEEK,
            last_day=MONDAY - timedelta(days=1),
        )
        clock.moment = NOON + timedelta(days=2)  # Wednesday evening: that day's shift is over

        assert service.copy_week(work, GRID, MONDAY, by=leader) == (1, 0)

        assert lines(work.session)[-1].first_day == MONDAY + timedelta(days=3)

    def test_whoever_has_left_is_left_out(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        gone = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_duty(work.session, Kind.NIGHT, gone)
        work.session.get_one(Account, gone.id).closed_at = NOON

        assert service.copy_week(work, GRID, MONDAY + WEEK, by=leader) == (0, 1)


class TestAssignment:
    """NOON is 20:00 in Shanghai: by the usual hours no worker is on duty."""

    def test_whoever_is_in_the_table_gets_it(self, work: Work) -> None:
        team = make_team(work.session)
        make_duty(work.session, Kind.DAY, team[Role.GRID_PART], closes=21 * 60)

        assert opened(work).owner_id == team[Role.GRID_PART].id

    def test_the_table_goes_before_the_weekly_hours(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON - timedelta(hours=10)
        team = make_team(work.session)
        make_duty(work.session, Kind.DAY, team[Role.GRID_LEADER])

        case = opened(work, submitted_at=clock.moment)

        assert (case.owner_id, case.owner_level) == (
            team[Role.GRID_LEADER].id,
            Level.GRID_LEADER,
        )

    def test_a_village_in_the_table_leaves_the_workers_their_hours(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = NOON - timedelta(hours=10)
        team = make_team(work.session)
        make_duty(work.session, Kind.DAY, team[Role.VILLAGE_ADMIN], VILLAGE)

        assert opened(work, submitted_at=clock.moment).owner_id == team[Role.GRID_FULL].id

    def test_another_grids_table_says_nothing_here(self, work: Work) -> None:
        team = make_team(work.session)
        make_area(work.session, NEXT_GRID)
        other = make_staff(work.session, Role.GRID_FULL, area=VILLAGE)
        make_duty(work.session, Kind.DAY, other, NEXT_GRID, closes=21 * 60)

        assert opened(work).owner_id == team[Role.GRID_LEADER].id

    def test_whoever_stands_in_gets_it(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON - timedelta(hours=10)
        first = make_staff(work.session, Role.GRID_FULL, area=GRID)
        second = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_duty(work.session, Kind.STAND_IN, second, stands_for=first.id)

        assert opened(work, submitted_at=clock.moment).owner_id == second.id

    def test_a_leader_who_is_ill_is_passed_over(self, work: Work) -> None:
        ill = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        well = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        make_duty(work.session, Kind.STAND_IN, well, VILLAGE, stands_for=ill.id)

        assert [opened(work).owner_id for _ in range(3)] == [well.id] * 3

    def test_a_stand_in_who_has_left_leaves_it_to_whoever_it_was(self, work: Work) -> None:
        ill = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        gone = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        make_duty(work.session, Kind.STAND_IN, gone, VILLAGE, stands_for=ill.id)
        work.session.get_one(Account, gone.id).closed_at = NOON

        assert opened(work).owner_id == ill.id

    @pytest.mark.parametrize("deleted", [False, True])
    def test_at_three_in_the_morning_the_night_is_theirs_and_without_a_table_the_leaders(
        self, work: Work, clock: FixedClock, *, deleted: bool
    ) -> None:
        clock.moment = THREE
        team = make_team(work.session)
        make_duty(work.session, Kind.NIGHT, team[Role.GRID_FULL])
        if deleted:
            work.session.execute(delete(Duty))

        case = opened(work, submitted_at=clock.moment, danger=True)

        expected = team[Role.GRID_LEADER if deleted else Role.GRID_FULL]
        assert case.owner_id == expected.id

    @pytest.mark.parametrize(
        ("there", "owner"),
        [
            ([Role.GRID_FULL, Role.GRID_LEADER, Role.VILLAGE_ADMIN], Role.GRID_LEADER),
            ([Role.GRID_FULL, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN], Role.VILLAGE_ADMIN),
            ([Role.GRID_FULL, Role.TOWN_ADMIN, Role.DISTRICT_CMD], Role.TOWN_ADMIN),
            ([Role.GRID_FULL, Role.DISTRICT_CMD], Role.DISTRICT_CMD),
        ],
    )
    def test_nobody_on_duty_at_three_and_it_goes_up_to_whoever_is_there(
        self, work: Work, clock: FixedClock, there: list[Role], owner: Role
    ) -> None:
        clock.moment = THREE
        areas = {
            Role.GRID_FULL: GRID,
            Role.GRID_LEADER: VILLAGE,
            Role.VILLAGE_ADMIN: VILLAGE,
            Role.TOWN_ADMIN: TOWN,
            Role.DISTRICT_CMD: DISTRICT,
        }
        team = {role: make_staff(work.session, role, area=areas[role]) for role in there}

        assert opened(work, submitted_at=THREE, danger=True).owner_id == team[owner].id

    def test_of_the_town_whoever_sits_at_the_desk_tonight(
        self, work: Work, clock: FixedClock
    ) -> None:
        clock.moment = THREE
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        tonight = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        make_duty(work.session, Kind.DESK, tonight, TOWN)

        assert opened(work, submitted_at=THREE, danger=True).owner_id == tonight.id

    def test_a_holiday_belongs_to_the_holidays_people(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON + timedelta(days=5, hours=-10)  # Saturday morning
        day = make_staff(work.session, Role.GRID_FULL, area=GRID)
        holiday = make_staff(work.session, Role.GRID_FULL, area=GRID)
        sunday = MONDAY + timedelta(days=6)
        make_duty(work.session, Kind.DAY, day, last_day=sunday)
        make_duty(work.session, Kind.HOLIDAY, holiday, last_day=sunday)

        assert opened(work, submitted_at=clock.moment).owner_id == holiday.id

    def test_the_police_keep_to_their_own_line(self, work: Work) -> None:
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        on_duty = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_duty(work.session, Kind.DAY, on_duty, VILLAGE, closes=21 * 60)

        assert opened(work, category="0602").owner_id == on_duty.id
        assert aux.id != on_duty.id
