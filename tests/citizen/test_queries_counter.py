"""What a helper finds: their own, and what was reported where they take down reports."""

import pytest
from sqlalchemy.orm import Session

from citizen import queries, service
from citizen.queries import MOST_LISTED
from citizen.rules import Channel, Place, printed
from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.work import transaction
from qr import service as qr
from qr.rules import CodeKind
from tests.citizen.factories import PHONE, deliver_all, make_case, make_report, said
from tests.factories import (
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)


def take(session: Session, by: Actor, area: str = GRID, **more: object) -> str:
    make_area(session, area)
    session.commit()
    with transaction() as work:
        place = Place(area_code=area, name="菜场东门")
        report = service.take_down(work, said(**more), place, channel=Channel.COUNTER, by=by)
        number = report.number
    deliver_all(session)
    return number


def found(session: Session, by: Actor) -> list[str]:
    return [line.number for line in queries.of_caller(session, keyring().index(PHONE), by=by)]


def test_a_caller_is_found_where_one_takes_down_reports_and_nowhere_else(session: Session) -> None:
    number = make_case(session, phone=PHONE).number
    make_area(session, NEXT_GRID)
    make_area(session, NEXT_VILLAGE)
    make_area(session, NEXT_TOWN)

    for role, area, sees in (
        (Role.VILLAGE_ADMIN, VILLAGE, True),
        (Role.TOWN_ADMIN, TOWN, True),
        (Role.GRID_FULL, GRID, True),
        (Role.GRID_FULL, NEXT_GRID, False),
        (Role.VILLAGE_ADMIN, NEXT_VILLAGE, False),
        (Role.TOWN_ADMIN, NEXT_TOWN, False),
        (Role.DISTRICT_CMD, TOWN[:6], False),
        (Role.SYSADMIN, TOWN[:6], False),
    ):
        by = make_staff(session, role, area=area)
        assert found(session, by) == ([number] if sees else []), (role, area)


def test_what_one_took_down_for_elsewhere_is_found_again_by_whoever_did(session: Session) -> None:
    clerk, colleague = (make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE) for _ in range(2))
    number = take(session, clerk, area=f"{NEXT_VILLAGE}001", phone=PHONE)
    secret = take(session, clerk, area=f"{NEXT_VILLAGE}001", phone=PHONE, tile="safe")

    assert found(session, clerk) == [number]
    assert found(session, colleague) == []
    assert secret != number


def test_a_report_that_has_no_case_yet_is_found_unless_it_is_for_the_police(
    session: Session,
) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN)
    plain = make_report(session, phone=PHONE)
    make_report(session, phone=PHONE, tile="safe")

    assert found(session, clerk) == [plain.number]


def test_what_is_for_the_police_is_never_found_by_the_village(session: Session) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN)
    secret = make_case(session, phone=PHONE, tile="safe")

    assert found(session, clerk) == []
    assert queries.is_open_to(session, secret, by=clerk) is False
    assert queries.is_open_to(session, make_case(session), by=clerk) is True
    assert queries.is_open_to(session, make_report(session, tile="safe"), by=clerk) is False


def test_a_list_shows_no_more_than_it_must_and_none_of_the_words(session: Session) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN)
    for _ in range(MOST_LISTED + 2):
        make_report(session, phone=PHONE)

    lines = queries.of_caller(session, keyring().index(PHONE), by=clerk)

    assert len(lines) == MOST_LISTED
    assert all(not hasattr(line, "words") for line in lines)


def test_ones_own_list_is_ones_own(session: Session) -> None:
    mine, other = (make_staff(session, Role.VILLAGE_ADMIN) for _ in range(2))
    number = take(session, mine)

    lines = queries.taken_by(session, by=mine)

    assert [line.number for line in lines] == [number]
    assert queries.taken_by(session, by=other) == ()
    assert queries.last_channel(session, by=mine) is Channel.COUNTER
    assert queries.last_channel(session, by=other) is None
    assert printed(number)


def test_the_list_is_one_statement_however_long(session: Session, statements: list[str]) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN)
    for _ in range(3):
        take(session, clerk)
    statements.clear()

    assert len(queries.taken_by(session, by=clerk)) == 3
    assert len(statements) == 1


@pytest.mark.parametrize("near", [GRID, VILLAGE, TOWN, ""])
def test_a_number_names_the_place_it_hangs_at(session: Session, near: str) -> None:
    make_area(session, GRID)
    session.commit()
    with transaction() as work:
        code = qr.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None).code
        number, code_id = code.spot_number or 0, code.id

    (place,) = queries.hanging(session, number, near=near)

    assert (place.area_code, place.code_id, place.name) == (GRID, code_id, "桥头")
    assert queries.hanging(session, number, near=NEXT_TOWN) == ()
    assert queries.hanging(session, number + 1, near=near) == ()


def test_the_same_number_of_two_towns_is_two_places(session: Session) -> None:
    for area in (GRID, f"{NEXT_TOWN}001001"):
        make_area(session, area)
        session.commit()
        with transaction() as work:
            qr.issue(work, kind=CodeKind.SPOT, area_code=area, place_name="桥头", by=None)

    assert len(queries.hanging(session, 1001)) == 2
    assert len(queries.hanging(session, 1001, near=TOWN)) == 1
