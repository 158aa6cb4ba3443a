"""Cases against somebody."""

from grid.models import Case
from grid.rules import Level
from grid.rules.accused import Against
from grid.service.accused import Charge
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import (
    VILLAGE,
    make_staff,
)

CLAIM = "有人反映处理不及时。"


def charge(person_id: int | None = None, key: str = "k", **more: str) -> Charge:
    against = Against(more.pop("against", Against.STAFF))
    return Charge(key=key, against=against, claim=CLAIM, person_id=person_id, **more)


def make_leader(work: Work, case: Case) -> Actor:
    """Return somebody who has the case now and so reads all of it."""
    leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
    case.owner_id, case.owner_level = leader.id, Level.GRID_LEADER
    work.session.flush()
    return leader
