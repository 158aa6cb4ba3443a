"""What the grid does when something happened among people."""

from grid import service
from kernel.work import Work
from people.events import AccountClosed


def take_up_left_cases(work: Work, event: AccountClosed) -> None:
    """Nothing stays with somebody who has left: the desk above has it, the duty is open again."""
    service.take_up_left(work, person_id=event.person_id)
    service.forget_duty(work, event.person_id)
