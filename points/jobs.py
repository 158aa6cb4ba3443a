"""What points does in the background."""

from datetime import timedelta

from kernel.outbox import Queue, on
from kernel.work import Work
from points import service
from points.rules.signing import Signer


@on(Queue.DEFAULT)
def seal_yesterday(work: Work) -> None:
    """Seal the books of the day that has ended in Shanghai; owed once a day, after midnight."""
    today = work.now().astimezone(service.SHANGHAI).date()
    service.seal_day(work, today - timedelta(days=1))
    settings = work.parts.settings
    if settings.ledger_sign_key:
        signer = Signer.read(settings.ledger_sign_key, settings.ledger_old_keys)
        service.sign_seals(work, signer)


@on(Queue.DEFAULT)
def release_expired(work: Work) -> None:
    """Give back what was held for too long, a few at a time."""
    if service.release_expired(work):
        work.later(release_expired)


@on(Queue.BULK)
def make_months(work: Work) -> None:
    """Make the table of a month that was cut, as soon as it was; one at a time if several were."""
    if service.make_due_month(work) is not None:
        work.later(make_months)


@on(Queue.BULK)
def expire_coins(work: Work) -> None:
    """Let run out what is over, a few households at a time; owed once a day."""
    if service.expire_coins(work):
        work.later(expire_coins)


@on(Queue.BULK)
def remind_expiring(work: Work) -> None:
    """Tell whose coins end with the year, a few households at a time; owed once a day."""
    if service.remind_expiring(work):
        work.later(remind_expiring)


@on(Queue.BULK)
def forget_objections(work: Work) -> None:
    """Forget what people wrote against a month, a year after it was answered."""
    if service.forget_objections(work):
        work.later(forget_objections)


@on(Queue.BULK)
def forget_claims(work: Work) -> None:
    """Forget the words and pictures of claims whose time is over."""
    if service.forget_claims(work):
        work.later(forget_claims)


@on(Queue.BULK)
def forget_deductions(work: Work) -> None:
    """Forget what was written about deductions whose time is over."""
    if service.forget_deductions(work):
        work.later(forget_deductions)


@on(Queue.BULK)
def forget_adjustments(work: Work) -> None:
    """Forget why coins followed households, and who agreed, once its time is over."""
    if service.forget_adjustments(work):
        work.later(forget_adjustments)


@on(Queue.DEFAULT)
def post_openings(work: Work, *, opening_id: int, after: int = 0) -> None:
    """Post balances from before that two have signed, a few at a time."""
    last = service.post_opening(work, opening_id, after=after)
    if last is not None:
        work.later(post_openings, opening_id=opening_id, after=last)


@on(Queue.DEFAULT)
def give_monthly(work: Work) -> None:
    """Give each village its quota of the month; owed once a day, so that none is without it."""
    if service.give_monthly(work) >= service.MOST_AT_ONCE:
        work.later(give_monthly)


@on(Queue.DEFAULT)
def pay_lines(work: Work) -> None:
    """Pay who waits, wherever funds have come or coins have gone."""
    if service.pay_lines(work):
        work.later(pay_lines)


@on(Queue.DEFAULT)
def ring_late_appeals(work: Work) -> None:
    """Tell the level above of appeals nobody decided in time; owed every morning."""
    if service.ring_late_appeals(work) >= service.MOST_AT_ONCE:
        work.later(ring_late_appeals)


@on(Queue.BULK)
def draw_samples(work: Work) -> None:
    """Draw some of what was paid of late, for the town to look at again; once a night."""
    service.draw_samples(work)


@on(Queue.BULK)
def forget_photos(work: Work) -> None:
    """Delete photographs of activities that are long over, a few at a time."""
    if service.forget_photos(work):
        work.later(forget_photos)


@on(Queue.BULK)
def forget_sign_ups(work: Work) -> None:
    """Forget who signed up for activities that are long over, a few at a time."""
    if service.forget_sign_ups(work):
        work.later(forget_sign_ups)
