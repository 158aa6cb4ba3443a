"""What upkeep does by the clock."""

from kernel.outbox import Queue, on
from kernel.work import Work
from upkeep.service import retention


@on(Queue.BULK)
def report_retention(work: Work) -> None:
    """Keep a report on what was forgotten this night; owed once a day, after the forgetting."""
    retention.report_night(work)
