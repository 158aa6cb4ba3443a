"""The small reads of the staff pages, and what somebody from next door gets from them."""

import pytest
from sqlalchemy.orm import Session

from grid.models import CaseFile, FileKind, Hours
from grid.queries import pages
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.permissions import Permission
from people.rules import Level
from tests.factories import GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.grid.factories import make_case


def test_a_file_is_for_whoever_has_the_case(session: Session, make_attachment: int) -> None:
    owner, neighbour = (make_staff(session, Role.GRID_FULL, area=GRID) for _ in range(2))
    case = make_case(session, owner_id=owner.id)
    kind = FileKind.REPORT
    session.add(CaseFile(case_id=case.id, attachment_id=make_attachment, kind=kind, step_number=1))
    session.flush()

    assert pages.file_of(session, make_attachment, by=owner).id == make_attachment
    for stranger in (neighbour, make_staff(session, Role.TOWN_ADMIN, area=TOWN)):
        with pytest.raises(NotFound):
            pages.file_of(session, make_attachment, by=stranger)


@pytest.mark.parametrize(("area", "codes"), [(VILLAGE, {GRID}), (NEXT_VILLAGE, set[str]())])
def test_places_are_those_one_works_in(session: Session, area: str, codes: set[str]) -> None:
    make_area(session, GRID)
    by = make_staff(session, Role.GRID_LEADER, area=area)

    found = pages.places(session, Permission.CASE_READ, Level.GRID, by=by)

    assert {place.code for place in found} == codes


@pytest.mark.parametrize(("area", "count"), [(TOWN, 1), (NEXT_TOWN, 0)])
def test_hours_are_those_that_hold_where_one_works(session: Session, area: str, count: int) -> None:
    make_area(session, VILLAGE)
    session.add(Hours(area_code=VILLAGE, role=Role.GRID_FULL, weekday=0, opens=480, closes=1080))
    by = make_staff(session, Role.TOWN_ADMIN, area=area)

    assert len(pages.hours_set(session, Permission.DUTY_READ, by=by)) == count
