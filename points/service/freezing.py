"""Who gets no new coins for a while, since a decision said so."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select

from kernel.work import Work
from points.models import Deduction
from points.rules.deductions import TAKEN
from points.service.ruling import today


def frozen(work: Work, people: Iterable[int]) -> dict[int, date]:
    """Return which of *people* get no new coins, and until when."""
    rows = work.session.execute(
        select(Deduction.person_id, func.max(Deduction.frozen_until))
        .where(
            Deduction.person_id.in_(sorted(set(people))),
            Deduction.frozen_until >= today(work),
            Deduction.state.in_(TAKEN),
        )
        .group_by(Deduction.person_id)
    )
    return {person: until for person, until in rows if until is not None}
