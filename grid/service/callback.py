"""How whoever reported wants to be called back."""

from sqlalchemy import select

from grid.errors import WrongMoment
from grid.models import Callback, Case
from grid.service.record import locked_for_reporter
from kernel.work import Work
from people.rules import checked_dialects

LONGEST_HOURS = 40


def ask_callback(work: Work, case_id: int, *, dialect: str, hours: str) -> None:
    """Note dialect and hours for a call; whoever calls has seen to it that this is the reporter.

    Asked again it replaces what was said; both empty takes it back.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is over, and nobody will call.
        BadField: there is no such dialect.
    """
    case = locked_for_reporter(work, case_id)
    if case.state.is_over:
        raise WrongMoment("这件事已经结束了，不会再打电话。")
    _write(work, case, dialect, hours)


def carry_callback(work: Work, case: Case, *, dialect: str, hours: str) -> None:
    """Note for a fresh case what was said with it, else what the same number said last time."""
    if dialect or hours:
        _write(work, case, dialect, hours)
    elif case.phone_index is not None:
        before = work.session.scalar(
            select(Callback)
            .join(Case, Case.id == Callback.case_id)
            .where(Case.phone_index == case.phone_index, Case.id != case.id)
            .order_by(Callback.case_id.desc())
            .limit(1)
        )
        if before is not None:
            _write(work, case, before.dialect, before.hours)


def _write(work: Work, case: Case, dialect: str, hours: str) -> None:
    checked_dialects({dialect} - {""})
    known = work.session.get(Callback, case.id)
    if not dialect and not hours:
        if known is not None:
            work.session.delete(known)
        return
    if known is None:
        known = Callback(case_id=case.id)
        work.session.add(known)
    known.dialect, known.hours = dialect, hours[:LONGEST_HOURS]
    known.asked_at = work.now()
    work.session.flush()
