"""What the grid does when something happened elsewhere."""

from grid import service
from grid.models.cases import BARRED_AS
from grid.service import recusal
from kernel.outbox import Queue, on
from kernel.work import Work
from people.events import AccountClosed, SomebodyBarred


@on(Queue.URGENT)
def take_away(work: Work, event: SomebodyBarred) -> None:
    """Whoever may not see a case any more does not keep it either."""
    if event.about == BARRED_AS:
        recusal.free(work, event.ref)


def take_up_left_cases(work: Work, event: AccountClosed) -> None:
    """Nothing stays with somebody who has left: the desk above has it, the duty is open again."""
    service.take_up_left(work, person_id=event.person_id)
    service.forget_duty(work, event.person_id)
