"""Everybody who reported the same thing: whoever was merged into a case follows it."""

from collections.abc import Sequence

from sqlalchemy import select

from grid.events import ReportersConcerned
from grid.models import Case
from grid.rules import Concern
from kernel.work import Work


def reports_of(work: Work, case: Case) -> Sequence[int]:
    """Return the case and all that were merged into it; one statement, or none."""
    if case.reporters == 1:
        return (case.id,)
    following = select(Case.id).where(Case.main_id == case.id).order_by(Case.id)
    return (case.id, *work.session.scalars(following))


def concern(work: Work, case: Case, what: Concern) -> None:
    """Owe word of *what* to each of them."""
    for case_id in reports_of(work, case):
        work.announce(ReportersConcerned(case_id=case_id, what=what.value))
