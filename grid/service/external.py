"""Numbers by which other systems know a case, and taking a case out to them."""

from typing import Final

from sqlalchemy import delete, select

from grid.errors import Incomplete, NotThatWay, NotYours
from grid.models import Act, External, ExternalSystem
from grid.queries.external import systems_for
from grid.queries.outside import is_desk
from grid.rules import says_something
from grid.rules.copyout import folded
from grid.service.acts import Contact, read_contact
from grid.service.record import Entry, locked, write
from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import reaches

LONGEST_NUMBER: Final = 40
LONGEST_SYSTEM: Final = 20
MOST_SYSTEMS: Final = 20
EXPORTED: Final = "case.export"
CONTACT_COPIED: Final = "case.contact-copy"


def set_number(work: Work, case_id: int, *, by: Actor, system: str, number: str) -> None:
    """Write down the number of a case in another system; again corrects it.

    It may come after the case is over: other systems close later.

    Raises:
        NoSuchCase, NotYours: there is none; *by* neither has it nor answers for it.
        Incomplete, NotThatWay: there is no number; the town has no such system.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_READ)
    if case.owner_id != by.id and not is_desk(by, case.area_code, police=case.is_police):
        raise NotYours("这件事现在不归您办。")
    if system not in systems_for(work.session, case.area_code):
        raise NotThatWay("请选一个系统。")
    if not says_something(number):
        raise Incomplete("请写对方系统里的编号。")
    row = work.session.scalar(
        select(External).where(External.case_id == case.id, External.system == system)
    )
    if row is not None and row.number == number[:LONGEST_NUMBER]:
        return
    if row is None:
        row = External(case_id=case.id, system=system)
        work.session.add(row)
    row.number = number[:LONGEST_NUMBER]
    row.folded = folded(row.number)
    row.set_by, row.set_at = by.id, work.now()
    write(work, case, Entry(act=Act.EXTERNAL, who=by.id, why=f"{system}：{row.number}"))


def set_systems(work: Work, area_code: str, *, by: Actor, names: list[str]) -> None:
    """Say whose numbers a town writes down; an empty list brings the usual ones back.

    Raises:
        NotYours: *by* may not change this town.
        Incomplete: a name is too long, or there are too many.
    """
    if not reaches(by, Permission.SYSTEM_AREA_EDIT, area_code):
        raise NotYours("这里不归您管。")
    wanted = list(dict.fromkeys(filter(None, names)))
    if len(wanted) > MOST_SYSTEMS or any(len(name) > LONGEST_SYSTEM for name in wanted):
        raise Incomplete("最多写 20 个系统，每个名字最多 20 个字。")
    work.session.execute(delete(ExternalSystem).where(ExternalSystem.area_code == area_code))
    work.session.add_all(ExternalSystem(area_code=area_code, name=name) for name in wanted)
    subject = f"area:{area_code}"
    audit.note(
        work,
        by=by,
        action="case.systems",
        subject=subject,
        area=area_code,
        detail="、".join(wanted),
    )


def copy_contact(work: Work, case_id: int, *, by: Actor) -> Contact:
    """Return who reported and their number, to be taken out to another system; it is written down.

    Raises:
        NoSuchCase, WrongMoment: as ``read_contact`` does.
    """
    found = read_contact(work, case_id, by=by)
    audit.note(work, by=by, action=CONTACT_COPIED, subject=f"case:{case_id}")
    return found


def note_export(work: Work, *, by: Actor, area: str, detail: str) -> None:
    """Write down that somebody takes a list of cases out; it holds no personal data."""
    audit.note(work, by=by, action=EXPORTED, subject="cases", area=area, detail=detail)
