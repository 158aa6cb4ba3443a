"""The table of duty as people read it, from the right place and from the wrong one."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import NoSuchLine
from grid.rules.duty import Shift
from grid.rules.roster import Kind
from kernel.grants import Role
from kernel.work import Work
from people.models import Account
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.rosters import MONDAY, make_duty

TUESDAY = MONDAY + timedelta(days=1)


class TestStrangers:
    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_GRID),
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.GRID_FULL, NEXT_GRID),
            (Role.AUDITOR, DISTRICT),
            (Role.MEDIATOR, VILLAGE),
        ],
    )
    def test_read_nothing(self, session: Session, role: Role, area: str) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        there = make_duty(session, Kind.NIGHT, worker)
        stranger = make_staff(session, role, area=area)

        for query in (
            lambda: queries.duty_between(session, GRID, MONDAY, MONDAY, by=stranger),
            lambda: queries.duty_line(session, there.id, by=stranger),
            lambda: queries.colleagues(session, GRID, by=stranger),
        ):
            with pytest.raises(NoSuchLine):
                query()
        assert queries.open_nights(session, [GRID], [MONDAY], by=stranger) == ()
        assert GRID not in [one.code for one in queries.grids_of(session, by=stranger)]

    def test_no_code_is_nothing(self, session: Session) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)

        for area in ("", "x", "3301060010010\x00", "9" * 200):
            with pytest.raises(NoSuchLine):
                queries.duty_between(session, area, MONDAY, MONDAY, by=leader)


class TestReaders:
    @pytest.mark.parametrize(
        ("role", "area", "edits"),
        [
            (Role.GRID_FULL, GRID, False),
            (Role.VILLAGE_ADMIN, VILLAGE, False),
            (Role.DISTRICT_CMD, DISTRICT, False),
            (Role.GRID_LEADER, VILLAGE, True),
            (Role.TOWN_ADMIN, TOWN, True),
        ],
    )
    def test_whoever_reads_duty_there_reads_it_and_that_of_above(
        self, session: Session, role: Role, area: str, *, edits: bool
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, Role.TOWN_ADMIN, area=TOWN)
        there = make_duty(session, Kind.NIGHT, worker)
        make_duty(session, Kind.DESK, worker, TOWN)
        reader = make_staff(session, role, area=area)

        found = queries.duty_between(session, GRID, MONDAY, MONDAY, by=reader)

        assert {one.line.area for one in found} == {GRID, TOWN}
        if edits:
            assert queries.duty_line(session, there.id, by=reader).id == there.id
        else:
            with pytest.raises(NoSuchLine):
                queries.duty_line(session, there.id, by=reader)

    def test_who_may_be_put_in_are_those_whose_hat_covers_it(self, session: Session) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        here = make_staff(session, Role.GRID_FULL, area=GRID)
        gone = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Account, gone.id).closed_at = NOON
        make_staff(session, Role.GRID_FULL, area=NEXT_GRID)
        make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)

        found = queries.colleagues(session, GRID, by=leader)

        assert [one.person_id for one in found] == [here.id, leader.id]


class TestOpenNights:
    def test_without_a_table_every_night_is_open(self, session: Session) -> None:
        make_staff(session, Role.GRID_FULL, area=GRID)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)

        found = queries.open_nights(session, [GRID], [MONDAY, TUESDAY], by=leader)

        assert found == ((GRID, MONDAY), (GRID, TUESDAY))

    def test_a_night_somebody_has_is_not(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        make_duty(session, Kind.NIGHT, worker)

        found = queries.open_nights(session, [GRID], [MONDAY, TUESDAY], by=leader)

        assert found == ((GRID, TUESDAY),)

    @pytest.mark.parametrize(
        ("opens", "closes"), [(22 * 60 + 1, 7 * 60), (22 * 60, 7 * 60 - 1), (20 * 60, 24 * 60)]
    )
    def test_a_minute_without_anybody_is_enough(
        self, session: Session, opens: int, closes: int
    ) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        make_duty(session, Kind.NIGHT, leader, opens=opens, closes=closes)

        assert queries.open_nights(session, [GRID], [MONDAY], by=leader) == ((GRID, MONDAY),)

    def test_two_may_share_it(self, session: Session) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        make_duty(session, Kind.NIGHT, leader, opens=22 * 60, closes=2 * 60)
        make_duty(
            session, Kind.NIGHT, worker, first_day=TUESDAY, last_day=TUESDAY, opens=120, closes=420
        )

        assert queries.open_nights(session, [GRID], [MONDAY], by=leader) == ()

    def test_a_larger_areas_line_covers_its_grids(self, session: Session) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        make_area(session, NEXT_GRID)
        make_area(session, GRID)
        make_duty(session, Kind.NIGHT, leader, VILLAGE)

        assert queries.open_nights(session, [GRID, NEXT_GRID], [MONDAY], by=leader) == ()

    def test_the_weekly_hours_may_cover_it(self, work: Work) -> None:
        make_staff(work.session, Role.GRID_FULL, area=GRID)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        nights = [Shift(0, 22 * 60, 24 * 60), Shift(1, 0, 7 * 60)]
        service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=nights, by=None)

        found = queries.open_nights(work.session, [GRID], [MONDAY, TUESDAY], by=leader)

        assert found == ((GRID, TUESDAY),)

    def test_whoever_has_left_or_is_stood_in_for_covers_nothing(self, session: Session) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        gone = make_staff(session, Role.GRID_FULL, area=GRID)
        make_duty(session, Kind.NIGHT, gone, last_day=TUESDAY)
        session.get_one(Account, gone.id).closed_at = NOON
        make_duty(session, Kind.NIGHT, worker, first_day=TUESDAY, last_day=TUESDAY)
        make_duty(session, Kind.STAND_IN, leader, stands_for=worker.id, first_day=TUESDAY,
                  last_day=date(2026, 3, 4))  # fmt: skip

        found = queries.open_nights(session, [GRID], [MONDAY, TUESDAY], by=leader)

        assert found == ((GRID, MONDAY),)  # on Tuesday somebody stands in

    def test_the_town_desk_covers_no_grid(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_area(session, GRID)
        make_duty(session, Kind.DESK, town, TOWN)

        assert queries.open_nights(session, [GRID], [MONDAY], by=town) == ((GRID, MONDAY),)

    def test_however_many_grids_it_takes_four_statements(
        self, session: Session, statements: list[str]
    ) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        grids = [f"{VILLAGE}{number:03}" for number in range(1, 40)]
        for grid in grids:
            make_duty(session, Kind.HOLIDAY, make_staff(session, Role.GRID_FULL, area=grid), grid)
        statements.clear()

        queries.open_nights(session, grids, [MONDAY, TUESDAY], by=town)

        assert len(statements) <= 4
