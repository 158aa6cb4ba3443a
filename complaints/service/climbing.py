"""What nobody answers in time goes one level up, once."""

from typing import Final

from sqlalchemy import exists, select

from complaints.models import Complaint, ComplaintStep
from complaints.rules import Event, State
from complaints.service.record import move_up, write
from kernel.work import Work

BATCH: Final = 200


def climb(work: Work) -> int:
    """Take what is overdue one level up; return how many that were.

    Once in the life of a complaint, whoever keeps time and however often: a second run finds the
    step written, and another one at the same time finds the rows locked.  On top it stays.
    """
    climbed = exists(
        select(ComplaintStep.id).where(
            ComplaintStep.complaint_id == Complaint.id, ComplaintStep.once == Event.OVERDUE.value
        )
    )
    rows = work.session.scalars(
        select(Complaint)
        .where(Complaint.state == State.OPEN, Complaint.due_by < work.now(), ~climbed)
        .order_by(Complaint.id)
        .limit(BATCH)
        .with_for_update(of=Complaint, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for complaint in rows:
        move_up(work, complaint)
        write(work, complaint, Event.OVERDUE)
    return len(rows)
