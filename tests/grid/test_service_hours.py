"""The hours a town sets, and whom they send a case to."""

import pytest
from sqlalchemy import select

from grid import service
from grid.errors import NotThatWay, NotYours
from grid.models import Hours
from grid.rules.duty import Shift
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, NEXT_TOWN, TOWN, VILLAGE, make_area, make_staff
from tests.grid.factories import a_report, opened

EVENING = [Shift(day, 18 * 60, 24 * 60) for day in range(7)]  # NOON is 20:00 there


def test_a_town_may_have_workers_in_the_evening(work: Work) -> None:
    worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=EVENING, by=town)

    assert opened(work).owner_id == worker.id
    assert work.session.scalars(select(AuditLine.action)).all() == ["duty.edit"]


def test_the_nearest_area_decides_for_the_whole_week(work: Work) -> None:
    make_staff(work.session, Role.GRID_FULL, area=GRID)
    leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
    service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=EVENING, by=None)
    sundays = [Shift(6, 0, 60)]
    service.set_hours(work, area_code=GRID, role=Role.GRID_FULL, shifts=sundays, by=None)

    assert opened(work).owner_id == leader.id


def test_one_roles_hours_are_not_anothers(work: Work) -> None:
    make_staff(work.session, Role.GRID_FULL, area=GRID)
    part = make_staff(work.session, Role.GRID_PART, area=GRID)
    service.set_hours(work, area_code=VILLAGE, role=Role.GRID_PART, shifts=EVENING, by=None)

    assert opened(work).owner_id == part.id


def test_off_duty_police_auxiliaries_leave_it_to_the_station(work: Work) -> None:
    make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
    station = make_staff(work.session, Role.DEPT_HANDLER, area=TOWN, department="police_station")
    mornings = [Shift(0, 0, 60)]
    service.set_hours(work, area_code=TOWN, role=Role.POLICE_AUX, shifts=mornings, by=None)

    assert opened(work, category="0601").owner_id == station.id


def test_setting_them_again_replaces_them(work: Work) -> None:
    make_area(work.session, TOWN)
    for _ in range(2):
        service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=EVENING, by=None)

    assert len(work.session.scalars(select(Hours)).all()) == 7


@pytest.mark.parametrize(("role", "area"), [(Role.TOWN_ADMIN, NEXT_TOWN), (Role.GRID_FULL, GRID)])
def test_only_who_plans_duty_there_sets_them(work: Work, role: Role, area: str) -> None:
    make_area(work.session, TOWN)
    somebody = make_staff(work.session, role, area=area)

    with pytest.raises(NotYours):
        service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=EVENING, by=somebody)


@pytest.mark.parametrize(
    ("area", "role", "shifts"),
    [
        ("330199", Role.GRID_FULL, EVENING),
        (TOWN, Role.TOWN_ADMIN, EVENING),
        (TOWN, Role.GRID_FULL, [Shift(0, 600, 500)]),
        (TOWN, Role.GRID_FULL, [Shift(0, 0, 600), Shift(0, 599, 700)]),
    ],
)
def test_what_makes_no_sense_is_refused(
    work: Work, area: str, role: Role, shifts: list[Shift]
) -> None:
    make_area(work.session, TOWN)

    with pytest.raises(NotThatWay):
        service.set_hours(work, area_code=area, role=role, shifts=shifts, by=None)


def test_opening_a_case_takes_a_bounded_number_of_statements(
    work: Work, statements: list[str]
) -> None:
    for _ in range(12):
        make_staff(work.session, Role.GRID_FULL, area=GRID)
    service.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=EVENING, by=None)
    work.session.flush()
    report = a_report()
    statements.clear()

    service.open_case(work, report)
    work.session.flush()

    assert len(statements) <= 20
