"""What complaints do by the clock and in the background."""

from complaints import service
from complaints.events import ComplaintAnswered
from grid.rules import Urgency, starts_at
from kernel.jobs import in_batches
from kernel.outbox import Queue, on
from kernel.work import Work


def climb(work: Work) -> None:
    """Take what nobody answered in time one level up."""
    service.climb(work)


def tell(work: Work, *, complaint_id: int) -> None:
    """Tell the resident that there is an answer."""
    service.tell(work, complaint_id)


def owe_message(work: Work, event: ComplaintAnswered) -> None:
    """Owe the message: at once, or in the morning if it is night."""
    moment = starts_at(work.now(), urgency=Urgency.NORMAL)
    if moment == work.now():
        work.later(tell, complaint_id=event.complaint_id)
    else:
        work.later_at(moment, tell, complaint_id=event.complaint_id)


@on(Queue.BULK)
def forget_contacts(work: Work) -> None:
    """Forget numbers whose time is over."""
    in_batches(work, service.forget_contacts, forget_contacts)


@on(Queue.BULK)
def forget_files(work: Work) -> None:
    """Delete pictures and voice notes whose time is over."""
    in_batches(work, service.forget_files, forget_files)
