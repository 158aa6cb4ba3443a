"""What points does when something happened elsewhere."""

from grid.events import CaseClosed
from grid.rules import Finding, Urgency
from kernel.outbox import Queue, on
from kernel.work import Work
from people.events import HouseholdsMerged
from points import service
from qr.events import ActivityStopped


@on(Queue.DEFAULT)
def tell_stopped_activity(work: Work, event: ActivityStopped) -> None:
    """Tell whoever signed up that nobody meets; it was stopped where plain activities are."""
    service.stopped_elsewhere(work, event.code_id)


@on(Queue.DEFAULT)
def claim_for_case(work: Work, event: CaseClosed) -> None:
    """File what a closed case has earned whoever reported it first."""
    service.claim_closed_case(
        work,
        event.case_id,
        category=event.category,
        urgency=Urgency(event.urgency),
        finding=Finding(event.finding),
    )


@on(Queue.DEFAULT)
def follow_merged(work: Work, event: HouseholdsMerged) -> None:
    """Let what is noticed against a merged household, and what it owes, be the other one's."""
    service.follow_merged(
        work, household_id=event.household_id, closed_household_id=event.closed_household_id
    )
