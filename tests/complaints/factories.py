"""Complaints and the people around them.  Say only what the test is about."""

from dataclasses import dataclass, replace
from itertools import count

from sqlalchemy.orm import Session

from complaints import service
from complaints.models import Complaint
from complaints.rules import About, Said
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_area, make_staff

PHONE = "13812345678"
_keys = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One person at every level."""

    worker: Actor
    leader: Actor
    village: Actor
    town: Actor
    district: Actor
    auditor: Actor

    def everybody(self) -> dict[str, Actor]:
        return {name: getattr(self, name) for name in self.__slots__}


def make_everybody(session: Session) -> Staff:
    make_area(session, GRID)
    return Staff(
        worker=make_staff(session, Role.GRID_FULL, area=GRID),
        leader=make_staff(session, Role.GRID_LEADER, area=VILLAGE),
        village=make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE),
        town=make_staff(session, Role.TOWN_ADMIN, area=TOWN),
        district=make_staff(session, Role.DISTRICT_CMD, area=DISTRICT),
        auditor=make_staff(session, Role.AUDITOR, area=DISTRICT),
    )


def said(about: About = About.WORKER, **more: object) -> Said:
    """Return what somebody says, each time under another key."""
    known = Said(
        key=f"key-{next(_keys)}", about=about, words="说了三次都没来，态度很差", area_code=VILLAGE
    )
    return replace(known, **more)  # type: ignore[arg-type]


def filed(work: Work, about: About = About.WORKER, **more: object) -> Complaint:
    """Return a complaint as the form leaves it."""
    make_area(work.session, GRID)
    return service.file(work, said(about, **more))[0]
