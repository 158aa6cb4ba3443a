"""Departments, and cases that lie there.  Say only what the test is about."""

from typing import Any

from sqlalchemy import select

from grid import service
from grid.models import Case, Signing
from grid.rules import Level, Move, State
from grid.service import Errand
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import TOWN, make_staff
from tests.grid.factories import do, make_case

MUNICIPAL = "municipal"
URBAN = "urban_mgmt"


def handler(work: Work, department: str = MUNICIPAL, area: str = TOWN) -> Actor:
    """Return somebody who handles for a department."""
    return make_staff(work.session, Role.DEPT_HANDLER, area=area, department=department)


def given_to(work: Work, owner: Actor, **values: Any) -> Case:  # noqa: ANN401 - columns of Case
    """Return a case the town has just given to a department's handler."""
    case = make_case(work.session, state=State.RETURNED, **values)
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
    return do(work, case, Move.ASSIGN, town, owner=owner.id)


def in_hand(work: Work, owner: Actor, **values: Any) -> Case:  # noqa: ANN401 - columns of Case
    """Return a case a department's handler has signed for."""
    case = given_to(work, owner, **values)
    service.sign(work, case.id, by=owner, expected=case.state, turn=case.turn)
    return case


def signing(work: Work, case: Case) -> Signing:
    """Return how the signing for a case stands; the last one of several."""
    work.session.flush()
    rows = select(Signing).where(Signing.case_id == case.id).order_by(Signing.id.desc())
    found = work.session.scalars(rows).first()
    assert found is not None
    return found


def errand(key: str = "k", **values: Any) -> Errand:  # noqa: ANN401 - fields of Errand
    """Return what the power company is asked."""
    asked = {"unit": "power", "what": "电线垂下来了，请来固定", "where": "清溪村东头"}
    return Errand(key=key, **{**asked, **values})


def at_department(case: Case) -> bool:
    return case.owner_level is Level.DEPARTMENT
