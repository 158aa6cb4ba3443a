"""What every verb does to a complaint: lock it, write down what happened, move it up."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from complaints import queries
from complaints.errors import AlreadyDone, NoSuchComplaint
from complaints.models import Complaint, ComplaintStep
from complaints.rules import ONCE, ONE_UP, Desk, Event, Satisfied, State, due_by
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped


def locked(work: Work, complaint_id: int) -> Complaint:
    """Return a complaint, locked; whoever calls has seen to it that it is theirs.

    Raises:
        NoSuchComplaint: there is none.
    """
    found = work.session.get(Complaint, complaint_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NoSuchComplaint(queries.GONE)
    return found


def locked_for_desk(work: Work, complaint_id: int, *, by: Actor) -> Complaint:
    """Return an open complaint whose answer is *by*'s to give, locked.

    Raises:
        NoSuchComplaint: there is none that *by* may answer.
        AlreadyDone: it was answered, or another desk has it by now.
    """
    found = work.session.scalar(
        scoped(
            select(Complaint).where(Complaint.id == complaint_id), by, Permission.COMPLAINT_ANSWER
        )
        .with_for_update(of=Complaint)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchComplaint(queries.GONE)
    if found.state is not State.OPEN or not queries.sits_at(by, found.desk):
        raise AlreadyDone("这件投诉已经答复过了，或者已经不在您这一级。")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened beside the event itself."""

    who: int | None = None  # None: the resident, or the program
    words: str = ""
    satisfied: Satisfied | None = None
    in_time: bool | None = None


NOTHING: Final = Entry()


def write(work: Work, complaint: Complaint, event: Event, entry: Entry = NOTHING) -> None:
    """Write one step down."""
    last = select(func.max(ComplaintStep.number)).where(ComplaintStep.complaint_id == complaint.id)
    work.session.add(
        ComplaintStep(
            complaint_id=complaint.id,
            number=(work.session.scalar(last) or 0) + 1,
            at=work.now(),
            event=event,
            once=event.value if event in ONCE else None,
            who=entry.who,
            desk=complaint.desk,
            words=entry.words,
            satisfied=entry.satisfied,
            in_time=entry.in_time,
        )
    )
    work.session.flush()


def happened(work: Work, complaint: Complaint, event: Event) -> bool:
    """Whether something that happens once has happened to a locked complaint."""
    there = select(ComplaintStep.id).where(
        ComplaintStep.complaint_id == complaint.id, ComplaintStep.once == event.value
    )
    return work.session.scalar(there) is not None


def move_up(work: Work, complaint: Complaint) -> bool:
    """Give a locked complaint to the next desk above, with a clock of its own; False on top."""
    above = ONE_UP.get(complaint.desk)
    if above is None:
        return False
    place(work, complaint, above)
    return True


def place(work: Work, complaint: Complaint, desk: Desk) -> None:
    """Open a complaint at *desk*, or above it where nobody is there to answer."""
    complaint.desk = queries.desk_for(work.session, complaint, desk)
    complaint.state, complaint.answered_at = State.OPEN, None
    complaint.due_by, complaint.estimated = due_by(calendar_of(work.session), at=work.now())
