"""What people does in the background."""

from kernel.outbox import Queue, on
from kernel.work import Work
from people import service


@on(Queue.BULK)
def forget_codes(work: Work) -> None:
    """Forget the codes that were sent to phones; owed once a day."""
    service.forget_codes(work)
