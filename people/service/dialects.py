"""The dialects a member of staff speaks: only to have the right one call back."""

from collections.abc import Iterable

from sqlalchemy import delete

from kernel import audit
from kernel.access import Actor
from kernel.work import Work
from people.models import Spoken
from people.rules import checked_dialects
from people.service.staff import managed


def set_dialects(work: Work, person_id: int, codes: Iterable[str], *, by: Actor | None) -> None:
    """Replace what somebody speaks: their own, or that of somebody *by* looks after.

    Raises:
        BadField: there is no such dialect.
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the person lies beyond *by*.
    """
    chosen = checked_dialects(codes)
    if by is None or by.id != person_id:
        managed(work, person_id, by)
    work.session.execute(delete(Spoken).where(Spoken.person_id == person_id))
    work.session.add_all(Spoken(person_id=person_id, dialect=code) for code in sorted(chosen))
    audit.note(
        work,
        by=by,
        action="staff.dialects",
        subject=f"person:{person_id}",
        detail="、".join(sorted(chosen)),
    )
