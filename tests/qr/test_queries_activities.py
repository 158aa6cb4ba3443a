"""Activities are read by whoever works in their area, and names by fewer."""

import pytest
from sqlalchemy.orm import Session

from kernel.grants import Role
from qr import queries
from qr.errors import NoSuchActivity
from tests.factories import GRID, NEXT_GRID, NEXT_VILLAGE, VILLAGE, make_staff
from tests.qr.activities import make_activity
from tests.qr.test_service_activities import come


def test_whoever_works_next_door_reads_nothing_of_it(session: Session) -> None:
    code = make_activity(session)
    come(session, code.id, "1", name="王芳芳", phone="13800138000")
    for role, area in ((Role.VILLAGE_ADMIN, NEXT_VILLAGE), (Role.GRID_LEADER, NEXT_GRID)):
        stranger = make_staff(session, role, area=area)

        with pytest.raises(NoSuchActivity):
            queries.activity_detail(session, code.id, by=stranger)
        assert queries.activity_page(session, by=stranger) == []
        assert queries.attenders(session, code.id, by=stranger) == []


def test_who_works_there_reads_it_with_names_masked_or_not_at_all(session: Session) -> None:
    code = make_activity(session)
    come(session, code.id, "1", name="王芳芳", phone="13800138000")
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    worker = make_staff(session, Role.GRID_FULL, area=GRID)

    seen = queries.attenders(session, code.id, by=clerk)

    assert [(one.name, one.phone) for one in seen] == [("王*", "138****8000")]
    assert queries.attenders(session, code.id, by=worker) == []
    assert queries.activity_detail(session, code.id, by=worker).came == 1
    assert [one.came for one in queries.activity_page(session, by=worker)] == [1]


def test_the_list_costs_the_same_for_one_and_for_many(
    session: Session, statements: list[str]
) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    costs = []
    for more in (1, 5):
        for _ in range(more):
            make_activity(session)
        statements.clear()
        queries.activity_page(session, by=clerk)
        costs.append(len(statements))

    assert costs == [2, 2]
    assert len(queries.activity_page(session, by=clerk, before=3)) < 6
