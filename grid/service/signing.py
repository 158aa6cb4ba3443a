"""The sign clock of a department, kept in step with the moves of a case.

What a department is given lies there until one of its handlers signs.  The case's own lock
protects the row: whoever changes it has locked the case first.
"""

from typing import Final

from sqlalchemy import select

from grid.models import Case, Signing
from grid.rules import Level, Move
from grid.rules.signing import SIGNS, SignStep, sign_times, unit_at
from kernel.calendar import calendar_of
from kernel.work import Work

GIVES: Final = frozenset({Move.ASSIGN, Move.REASSIGN, Move.ESCALATE})
# Whoever takes it in hand has signed, whether or not there was a button for it.
TAKES: Final = frozenset({Move.ACCEPT, Move.REPORT_RESULT})


def follow(work: Work, case: Case, *, before: Level | None, chosen: Move, who: int | None) -> None:
    """Begin or end the sign clock after a move; nothing is asked where no department has it."""
    if before in SIGNS:
        close(work, case, who=who if chosen in TAKES else None)
    unit = unit_at(case.owner_level, case.department)
    if chosen in GIVES and unit is not None:
        _begin(work, case, unit)


def open_row(work: Work, case: Case) -> Signing | None:
    """Return what has yet to be signed for; the case is locked."""
    return work.session.scalar(
        select(Signing)
        .where(Signing.case_id == case.id, Signing.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def close(work: Work, case: Case, *, who: int | None) -> None:
    """End the clock: somebody signed, or it went elsewhere unsigned."""
    row = open_row(work, case)
    if row is None:
        return
    row.ended_at, row.due_at = work.now(), None
    if who is not None:
        row.signed_at, row.signed_by = work.now(), who
    work.session.flush()  # only one may be open at a time


def _begin(work: Work, case: Case, unit: str) -> None:
    times = sign_times(work.now(), urgency=case.urgency, calendar=calendar_of(work.session))
    work.session.add(
        Signing(
            case_id=case.id,
            step_number=case.last_step,
            department=unit,
            given_at=work.now(),
            remind_at=times[SignStep.REMIND],
            back_at=times[SignStep.BACK],
            due_at=times[SignStep.REMIND],
        )
    )
