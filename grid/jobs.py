"""What the grid does by the clock."""

from collections.abc import Callable

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
    service.remind_desk(work)


def take_up_left(work: Work) -> None:
    """Give what lies with people who have left to the desk above; owed every ten minutes."""
    service.take_up_left(work)


@on(Queue.BULK)
def forget_contacts(work: Work) -> None:
    """Forget names and numbers whose time is over; owed once a day, and while there are more."""
    _in_batches(work, service.forget_contacts, forget_contacts)


@on(Queue.BULK)
def forget_files(work: Work) -> None:
    """Delete pictures and voice notes whose time is over."""
    _in_batches(work, service.forget_files, forget_files)


@on(Queue.BULK)
def blur_positions(work: Work) -> None:
    """Round positions whose time is over."""
    _in_batches(work, service.blur_positions, blur_positions)


def _in_batches(work: Work, verb: Callable[[Work], int], job: Callable[[Work], None]) -> None:
    """Take a few, and owe the next few: a long transaction would make everybody wait."""
    if verb(work):
        work.later(job)
