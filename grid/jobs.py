"""What the grid does by the clock."""

from collections.abc import Callable

from grid import service
from grid.events import ReworkSupervised
from grid.rules import CallCause
from grid.service import accused, recusal
from kernel.outbox import Queue, on
from kernel.work import Work


@on(Queue.URGENT)
def climb(work: Work) -> None:
    """Take breached cases up the ladder; owed once a minute."""
    service.climb(work)


@on(Queue.URGENT)
def press(work: Work) -> None:
    """Remind departments that have not signed, and give back what they leave; once a minute."""
    service.press(work)


@on(Queue.URGENT)
def remind(work: Work) -> None:
    """Ring again for urgent cases nobody has answered; owed once a minute."""
    service.remind(work)
    service.remind_desk(work)


def take_up_left(work: Work) -> None:
    """Give what lies with people who have left to the desk above; owed every ten minutes."""
    service.take_up_left(work)


@on(Queue.URGENT)
def end_pauses(work: Work) -> None:
    """End standstills whose time is over; owed once a minute."""
    service.end_pauses(work)


@on(Queue.URGENT)
def tell_promises(work: Work) -> None:
    """Tell reporters whose promise is about to break, or broke; owed once a minute."""
    service.tell_promises(work)


def ring_late_objections(work: Work) -> None:
    """Ring the district's desk for objections nobody judged in time; owed once a minute."""
    service.ring_late_objections(work)


def owe_call_for_rework(work: Work, event: ReworkSupervised) -> None:
    """Let somebody above ring whoever asked for rework that stays with the same person."""
    service.owe_call(work, event.case_id, cause=CallCause.SAME_OWNER)


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


@on(Queue.BULK)
def forget_outside(work: Work) -> None:
    """Delete what outside units were given and said, when its time is over."""
    _in_batches(work, service.forget_outside, forget_outside)


@on(Queue.BULK)
def forget_old_duty(work: Work) -> None:
    """Delete lines of the table of duty that are long over."""
    _in_batches(work, service.forget_old_duty, forget_old_duty)


def _in_batches(work: Work, verb: Callable[[Work], int], job: Callable[[Work], None]) -> None:
    """Take a few, and owe the next few: a long transaction would make everybody wait."""
    if verb(work):
        work.later(job)


def free_cases(work: Work) -> None:
    """Take cases away from owners they are against, where nobody was there to have them."""
    recusal.free_all(work)


@on(Queue.BULK)
def forget_unfounded(work: Work) -> None:
    """Forget whom the cases were against that turned out unfounded."""
    _in_batches(work, accused.forget_unfounded, forget_unfounded)
