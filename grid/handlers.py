"""What the grid does when something happened elsewhere."""

from grid.models.cases import BARRED_AS
from grid.service import recusal
from kernel.outbox import Queue, on
from kernel.work import Work
from people.events import SomebodyBarred


@on(Queue.URGENT)
def take_away(work: Work, event: SomebodyBarred) -> None:
    """Whoever may not see a case any more does not keep it either."""
    if event.about == BARRED_AS:
        recusal.free(work, event.ref)
