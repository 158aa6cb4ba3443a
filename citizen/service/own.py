"""What residents may have forgotten: who they are in their reports, and their account.

What they said stays with the case, because somebody has to put it right.
"""

from sqlalchemy import ColumnElement, or_, select, update

from citizen.models import Report
from citizen.service.submitting import lock
from grid import service as grid
from kernel import audit
from kernel.access import Actor
from kernel.work import Work
from people import service as people
from people.queries import profile_of
from points import service as points
from qr import service as qr


def forget_contact(work: Work, report_id: int, *, by: Actor | None) -> None:
    """Forget name and number of one report and its case; a second time changes nothing."""
    report = lock(work, report_id)
    report.caller_name = report.phone = report.phone_index = None
    if report.case_id is not None:
        grid.forget_contact(work, report.case_id, by=by)
    work.session.flush()
    audit.note(work, by=by, action="report.contact-forget", subject=report.owner)


def withdraw_consent(work: Work, *, by: Actor) -> int:
    """Forget name and number in all reports of somebody; return how many cases had them.

    What was done while the consent held stays done; nobody can ring or write any more.
    """
    index = profile_of(work.session, by.id).phone_index
    theirs: ColumnElement[bool] = Report.said_by == by.id
    if index is not None:
        theirs = or_(theirs, Report.phone_index == index)
    chosen = work.session.scalars(
        select(Report.id).where(theirs).order_by(Report.id).with_for_update()
    ).all()
    work.session.execute(
        update(Report)
        .where(Report.id.in_(chosen))
        .values(caller_name=None, phone=None, phone_index=None)
        .execution_options(synchronize_session="fetch")
    )
    qr.forget_attender(work, by.id, phone_index=index)
    points.forget_wishes(work, by.id)
    points.end_naming(work, by=by)
    points.forget_skills(work, by.id)
    count = grid.forget_caller(work, by.id, phone_index=index, by=by)
    audit.note(work, by=by, action="person.withdraw-consent", subject=f"person:{by.id}")
    return count


def delete_account(work: Work, *, by: Actor) -> None:
    """Forget who somebody is, everywhere and at once; only the log keeps their number.

    Raises:
        NotWhileStaff: they work here.
    """
    withdraw_consent(work, by=by)
    work.session.execute(
        update(Report)
        .where(Report.said_by == by.id, ~Report.said_by_staff)
        .values(said_by=None)
        .execution_options(synchronize_session="fetch")
    )
    grid.unlink_caller(work, by.id)
    people.erase_person(work, by=by)
