"""What the front door does in the background."""

from citizen import service
from citizen.events import ReportSubmitted
from citizen.rules import Template
from kernel.outbox import Queue, on
from kernel.work import Work


@on(Queue.URGENT)
def push_to_grid(work: Work, event: ReportSubmitted) -> None:
    """Put a fresh report in the grid queue."""
    service.push_to_grid(work, event.report_id)


def tell_resident(work: Work, *, report_id: int, template: str) -> None:
    """Tell the resident how far it has come."""
    service.tell(work, report_id, template=Template(template))
