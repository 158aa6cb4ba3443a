"""What people does in the background."""

from kernel.outbox import Errand, Queue, on
from kernel.work import Work
from people import service
from people.events import HouseholdPartDue, HouseholdTableSent


@on(Queue.BULK)
def forget_codes(work: Work) -> None:
    """Forget the codes that were sent to phones, and those that phones showed; owed once a day."""
    service.forget_codes(work)
    service.forget_code_uses(work)


@on(Queue.BULK)
def forget_sessions(work: Work) -> None:
    """Forget which sessions were ended, once their cookies are worth nothing; owed once a day."""
    service.forget_sessions(work)


@on(Queue.BULK)
def forget_households(work: Work) -> None:
    """Forget who lived in households closed 30 days ago, and tables sent a week ago."""
    more = service.forget_households(work)
    more += service.forget_imports(work)
    service.end_old_requests(work)
    if more:  # a few at a time: a long transaction would make everybody wait
        work.later(forget_households)


@on(Queue.BULK)
def import_households(work: Work, event: HouseholdTableSent) -> Errand | None:
    """Look through a table of households and cut it into parts."""
    return service.look_through(work, event.import_id)


@on(Queue.BULK)
def import_part(work: Work, event: HouseholdPartDue) -> Errand | None:
    """Compare a part of a table with what is there, or write it; the next part follows."""
    return service.run_part(work, event.import_id, part=event.part)
