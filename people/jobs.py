"""What people does in the background."""

from kernel.outbox import Queue, on
from kernel.work import Work
from people import service


@on(Queue.BULK)
def forget_codes(work: Work) -> None:
    """Forget the codes that were sent to phones; owed once a day."""
    service.forget_codes(work)


@on(Queue.BULK)
def forget_sessions(work: Work) -> None:
    """Forget which sessions were ended, once their cookies are worth nothing; owed once a day."""
    service.forget_sessions(work)


@on(Queue.BULK)
def forget_households(work: Work) -> None:
    """Forget who lived behind doors given up a month ago; owed once a day, and while there are."""
    if service.forget_households(work):
        work.later(forget_households)
