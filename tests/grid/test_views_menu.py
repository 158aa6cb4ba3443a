"""The menu shows everybody what they can open, and nothing else."""

import re

import pytest
from sqlalchemy.orm import Session

from kernel.grants import Role
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_staff
from tests.grid.factories import make_case, make_station
from tests.grid.pages import Desk

AREAS = {
    Role.GRID_FULL: GRID,
    Role.GRID_PART: GRID,
    Role.TOWN_ADMIN: TOWN,
    Role.DISTRICT_CMD: DISTRICT,
    Role.AUDITOR: DISTRICT,
    Role.SYSADMIN: DISTRICT,
}
STAFF = [role for role in Role if role is not Role.RESIDENT]
WITHOUT_CASES = (Role.MEDIATOR, Role.SHOP_VOLUNTEER, Role.PLACE_OWNER, Role.LANDLORD)


def sit(desk: Desk, session: Session, role: Role) -> None:
    desk.sits(
        make_station(session)
        if role is Role.DEPT_HANDLER
        else make_staff(session, role, area=AREAS.get(role, VILLAGE))
    )


def menu(page: str) -> list[str]:
    found = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    return re.findall(r'<a href="([^"#]*)"', found[0]) if found else []


@pytest.mark.parametrize("role", STAFF)
def test_every_entry_opens(session: Session, desk: Desk, role: Role) -> None:
    sit(desk, session, role)

    answers = {path: desk.get(path).status_code for path in menu(desk.read("/staff/account"))}

    assert set(answers.values()) <= {200}, answers


@pytest.mark.parametrize("role", WITHOUT_CASES)
def test_who_has_no_cases_has_no_queue_in_it(session: Session, desk: Desk, role: Role) -> None:
    sit(desk, session, role)

    assert "/staff/" not in menu(desk.read("/staff/account"))


def test_the_auditor_comes_to_the_list_of_all_and_not_to_a_queue_that_is_always_empty(
    session: Session, desk: Desk
) -> None:
    case = make_case(session)
    auditor = make_staff(session, Role.AUDITOR, area=DISTRICT)
    desk.sits(auditor)

    answer = desk.get("/staff/")

    assert (answer.status_code, answer.location) == (303, "/staff/desk")
    page = desk.read("/staff/desk")
    assert case.number[:4] in page
    assert "/staff/" not in menu(page)
    assert "/staff/audit" in menu(page)
