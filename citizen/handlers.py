"""What the front door does when something happened elsewhere."""

from typing import Final

from sqlalchemy import Integer, bindparam, select, update

from citizen import jobs, rules, service
from citizen.models import Report
from citizen.rules import Template
from grid.events import CaseMoved, CasePlaced, ReportersConcerned
from grid.models import Case
from grid.rules import Concern, Move, State
from kernel.work import Work

# To build a statement costs more than to ask the database.
WITH_NUMBER: Final = (
    select(Report.id)
    .join(Case, Case.id == Report.case_id)
    .where(
        Report.case_id == bindparam("case_id", type_=Integer),
        Case.caller_phone.is_not(None),
    )
    .order_by(Report.id)
)


def tell_moved_case(work: Work, event: CaseMoved) -> None:
    """Whoever reported it is told when it is taken in, given to somebody, not taken or closed.

    The closing, too, is heard here and not with ``CaseClosed``: that is said once, of the main
    case, and whoever was merged into it waits for the answer as well.
    """
    state = State(event.state)
    template = rules.template_for(Move(event.move), state)
    if state.is_over or state is State.REOPENED or template is Template.DISPATCHED:
        service.take_back(work, event.case_id, only=None if state.is_over else template)
    if template is not None:
        _tell(work, event.case_id, template)


def follow_placed_case(work: Work, event: CasePlaced) -> None:
    """A report lies where its case was found to lie: who looks it up there finds it."""
    where = select(Case.area_code).where(Case.id == event.case_id).scalar_subquery()
    work.session.execute(
        update(Report).where(Report.case_id == event.case_id).values(area_code=where),
        execution_options={"synchronize_session": False},
    )


def tell_concerned(work: Work, event: ReportersConcerned) -> None:
    """Whoever reported it is told what else concerns them: a question, more time, a late day."""
    _tell(work, event.case_id, rules.CONCERNS[Concern(event.what)])


def _tell(work: Work, case_id: int, template: Template) -> None:
    """Owe the message; the outbound room keeps it until the morning where it can wait.

    Nothing is owed to whoever left no number.
    """
    for report_id in work.session.scalars(WITH_NUMBER, {"case_id": case_id}).all():
        work.later(jobs.tell_resident, report_id=report_id, template=template.value)
