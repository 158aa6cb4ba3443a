"""What the grid does by the clock."""

from grid import service
from kernel.outbox import Queue, on
from kernel.work import Work


@on(Queue.URGENT)
def climb(work: Work) -> None:
    """Take breached cases up the ladder; owed once a minute."""
    service.climb(work)


@on(Queue.URGENT)
def remind(work: Work) -> None:
    """Ring again for urgent cases nobody has answered; owed once a minute."""
    service.remind(work)
