"""A resident takes back who they are: the case goes on, and nobody can ring them any more."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, update

from grid.models import Case
from kernel import audit
from kernel.access import Actor
from kernel.work import Work


def forget_contact(work: Work, case_id: int, *, by: Actor | None) -> None:
    """Forget name and number of one case; a second time changes nothing."""
    _forget(work, Case.id == case_id, by=by)


def forget_caller(work: Work, person_id: int, *, phone_index: str | None, by: Actor) -> int:
    """Forget name and number in all cases that somebody reported; return in how many."""
    theirs: ColumnElement[bool] = Case.reported_by == person_id
    if phone_index is not None:
        theirs = or_(theirs, Case.phone_index == phone_index)
    return _forget(work, theirs, by=by)


def unlink_caller(work: Work, person_id: int) -> None:
    """Forget that somebody, who goes, reported their cases."""
    work.session.execute(
        update(Case)
        .where(Case.reported_by == person_id)
        .values(reported_by=None)
        .execution_options(synchronize_session="fetch")
    )


def _forget(work: Work, condition: ColumnElement[bool], *, by: Actor | None) -> int:
    known = or_(
        Case.caller_name.is_not(None), Case.caller_phone.is_not(None), Case.phone_index.is_not(None)
    )
    chosen: Collection[int] = work.session.scalars(
        select(Case.id).where(condition, known).order_by(Case.id).with_for_update()
    ).all()
    work.session.execute(
        update(Case)
        .where(Case.id.in_(chosen))
        .values(caller_name=None, caller_phone=None, phone_index=None)
        .execution_options(synchronize_session="fetch")
    )
    for case_id in chosen:
        audit.note(work, by=by, action="case.contact-forget", subject=f"case:{case_id}")
    return len(chosen)
