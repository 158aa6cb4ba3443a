"""What qr does in the background."""

from kernel.jobs import in_batches
from kernel.outbox import Errand, Queue, on
from kernel.work import Work
from qr import rules, service
from qr.events import PrintOrdered


@on(Queue.BULK)
def print_order(work: Work, event: PrintOrdered) -> Errand | None:
    """Print the next file of an order; the one after it is owed when this one is kept."""
    return service.print_next(work, event.order_id)


@on(Queue.BULK)
def sweep_files(work: Work) -> Errand:
    """Delete what a worker that was killed has left in the store; owed once a day."""
    return service.sweep_prints(work)


@on(Queue.BULK)
def forget_files(work: Work) -> None:
    """Let go of printed files whose time is over: a card's after a day, others after a week."""
    if service.forget_order_files(work):
        work.later(forget_files)


@on(Queue.BULK)
def forget_sign_ins(work: Work) -> None:
    """Forget who took part in activities of half a year ago; owed again while some are left."""
    if service.forget_sign_ins(work):
        work.later(forget_sign_ins)


def count_scans(work: Work) -> Errand:
    """Write down the scans that pages have counted since the last time.

    They are taken out of the tally before they are written: whatever dies in between loses some,
    and no scan counts twice.
    """
    tally = work.parts.tally
    return Errand(lambda _row: dict(tally.take(rules.TALLY)), service.note_scans)


@on(Queue.BULK)
def forget_troubles(work: Work) -> None:
    """Forget what was said to be wrong and was settled a year ago."""
    in_batches(work, service.forget_troubles, forget_troubles)
