"""What the front door does when something happened elsewhere."""

from sqlalchemy import select

from citizen import jobs, rules, service
from citizen.models import Report
from citizen.rules import Template
from grid.events import CaseMoved
from grid.models import Case
from grid.rules import State
from kernel.work import Work


def tell_moved_case(work: Work, event: CaseMoved) -> None:
    """Whoever reported it is told when it is taken in, given to somebody, not taken or closed.

    The closing, too, is heard here and not with ``CaseClosed``: that is said once, of the main
    case, and whoever was merged into it waits for the answer as well.
    """
    state = State(event.state)
    template = rules.template_for(state)
    if state.is_over or state is State.REOPENED or template is Template.DISPATCHED:
        service.take_back(work, event.case_id, only=None if state.is_over else template)
    if template is not None:
        _tell(work, event.case_id, template)


def _tell(work: Work, case_id: int, template: Template) -> None:
    """Owe the message; the outbound room keeps it until the morning where it can wait.

    Nothing is owed to whoever left no number.
    """
    found = work.session.scalars(
        select(Report.id)
        .join(Case, Case.id == Report.case_id)
        .where(Report.case_id == case_id, Case.caller_phone.is_not(None))
        .order_by(Report.id)
    ).all()
    for report_id in found:
        work.later(jobs.tell_resident, report_id=report_id, template=template.value)
