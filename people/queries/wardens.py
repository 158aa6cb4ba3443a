"""Who looks after a place: what every resident may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.grants import Role
from people import rules
from people.models import Account, Area, Membership, Person

# In the order in which one would turn to them.
SHOWN: Final = (Role.GRID_FULL, Role.GRID_PART, Role.GRID_LEADER, Role.POLICE_AUX)
MOST_OF_A_KIND: Final = 3
MOST_READ: Final = 60
VILLAGE_DIGITS: Final = rules.DIGITS[rules.Level.VILLAGE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warden:
    """Somebody with a work phone, or a desk: who it is, what for, and how to reach them."""

    role: Role | None  # None is the desk of an area
    name: str
    phone: str  # "" where the village does not show numbers


def wardens(session: Session, area_code: str) -> Sequence[Warden]:
    """Return who looks after an area and the desks above it: two statements.

    Of an area that is a village, those of its grids are left out: which grid it is was not said.
    """
    around = rules.ancestors(area_code)
    areas = session.scalars(
        select(Area)
        .where(Area.code.in_(around), Area.closed_at.is_(None))
        .order_by(func.length(Area.code).desc())
    ).all()
    # The village decides whether numbers are shown, a town for what lies in no village.
    shows = next((area.shows_phones for area in areas if len(area.code) <= VILLAGE_DIGITS), True)
    rows = session.execute(
        select(Membership.role, Person.public_name, Person.work_phone)
        .join(Person, Person.id == Membership.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(
            Account.closed_at.is_(None),
            Membership.role.in_(SHOWN),
            Membership.area_code.in_(around),
            Person.public_name != "",
        )
        .order_by(func.length(Membership.area_code).desc(), Person.id)
        .limit(MOST_READ)
    ).all()
    found = [
        Warden(role=role, name=name, phone=phone if shows else "")
        for wanted in SHOWN
        for role, name, phone in [row for row in rows if row[0] is wanted][:MOST_OF_A_KIND]
    ]
    desks = [area for area in areas if len(area.code) <= VILLAGE_DIGITS and area.desk_phone]
    return [*found, *(Warden(role=None, name=one.name, phone=one.desk_phone) for one in desks)]
