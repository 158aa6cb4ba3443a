"""What points does in the background."""

from datetime import timedelta

from kernel.outbox import Queue, on
from kernel.work import Work
from points import service


@on(Queue.DEFAULT)
def seal_yesterday(work: Work) -> None:
    """Seal the books of the day that has ended in Shanghai; owed once a day, after midnight."""
    today = work.now().astimezone(service.SHANGHAI).date()
    service.seal_day(work, today - timedelta(days=1))


@on(Queue.DEFAULT)
def release_expired(work: Work) -> None:
    """Give back what was held for too long, a few at a time."""
    if service.release_expired(work):
        work.later(release_expired)


@on(Queue.BULK)
def draw_samples(work: Work) -> None:
    """Draw some of what was paid of late, for the town to look at again; once a night."""
    service.draw_samples(work)


@on(Queue.BULK)
def forget_sign_ups(work: Work) -> None:
    """Forget who signed up for activities that are long over, a few at a time."""
    if service.forget_sign_ups(work):
        work.later(forget_sign_ups)
