"""What somebody sees of complaints."""

from complaints import queries
from complaints.errors import NoSuchComplaint
from complaints.models import Complaint
from complaints.rules import Event, State
from kernel.access import Actor
from kernel.work import Work
from tests.fakes import NOON


def sees(work: Work, complaint: Complaint, by: Actor) -> bool:
    """Whether any read gives it to *by*."""
    found = [
        line.number
        for state in State
        for line in queries.listed(work.session, by=by, now=NOON, state=state)[0]
    ]
    try:
        queries.detail(work.session, complaint.number, by=by)
    except NoSuchComplaint:
        assert complaint.number not in found
        return False
    assert complaint.number in found
    return True


def events(work: Work, complaint: Complaint) -> list[Event]:
    return [one.event for one in queries.steps_of(work.session, complaint.id)]
