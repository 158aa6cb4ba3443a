"""What the front door does in the background."""

from citizen import service
from citizen.events import ReportSubmitted
from citizen.rules import Template
from kernel.jobs import in_batches
from kernel.outbox import Queue, on
from kernel.work import Work


@on(Queue.URGENT)
def push_to_grid(work: Work, event: ReportSubmitted) -> None:
    """Put a fresh report in the grid queue."""
    service.push_to_grid(work, event.report_id)


def tell_resident(work: Work, *, report_id: int, template: str) -> None:
    """Tell the resident how far it has come."""
    service.tell(work, report_id, template=Template(template))


@on(Queue.BULK)
def forget_contacts(work: Work) -> None:
    """Forget names and numbers whose time is over; owed once a day, and while there are more."""
    in_batches(work, service.forget_contacts, forget_contacts)


@on(Queue.BULK)
def forget_files(work: Work) -> None:
    """Delete pictures and voice notes whose time is over."""
    in_batches(work, service.forget_files, forget_files)


@on(Queue.BULK)
def blur_positions(work: Work) -> None:
    """Round positions whose time is over."""
    in_batches(work, service.blur_positions, blur_positions)
