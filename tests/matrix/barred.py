"""People whom everything here is against, and their kin, one for each role."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people.models import Kin
from people.service.bars import bar
from tests.factories import make_staff
from tests.fakes import NOON
from tests.matrix.cases import IN_STATE
from tests.matrix.domain import DEPARTMENT, HANDS, Thing, hat_of
from tests.matrix.planted import District

BARRED_ROLES = (*HANDS, "auditor")
CASES = (*IN_STATE, "police", "own", "receipt")


def make_barred(session: Session, found: District) -> None:
    """Bar somebody of each role from all cases and complaints here, and with them their kin."""
    accused = []
    for role in BARRED_ROLES:
        one, other = _make(session, role), _make(session, role)
        first, second = sorted((one.id, other.id))
        session.add(Kin(person_id=first, other_id=second, noted_at=NOON))
        found.actors |= {f"accused {role}": one, f"kin of {role}": other}
        accused.append(one.id)
    session.commit()
    with transaction() as work:
        cases = [int(one.names["id"]) for one in things_here(found, CASES[:-1])]
        bar(work, "case", cases, accused=accused)
        complaints = [int(one.names["id"]) for one in things_here(found, ["complaint"])]
        bar(work, "complaint", complaints, accused=accused)


def things_here(found: District, kinds: Iterable[str]) -> list[Thing]:
    """Return what lies here of these kinds."""
    return [one for kind in kinds for one in found.things[kind] if one.place == "here"]


def _make(session: Session, role: str) -> Actor:
    department = DEPARTMENT.get(role, "")
    real = Role.DEPT_HANDLER if department else Role(role)
    return make_staff(session, real, area=hat_of(role), department=department)
