"""A supervisor rings after what was not solved: owed, rung, and written down what was said."""

from typing import Final

from sqlalchemy import select

from grid.errors import Incomplete, WrongMoment
from grid.models import Act, Case, SupervisorCall
from grid.queries.facts import hands, round_of
from grid.queries.upwards import call_for
from grid.rules import (
    CallCause,
    CallOutcome,
    Level,
    says_something,
    supervisor_of,
    working_days_after,
)
from grid.rules.duty import asked_from
from grid.rules.upwards import CALL_WITHIN, MOST_TRIES
from grid.service.acts import Contact
from grid.service.alarms import about, tell_desk
from grid.service.moving import find_owner
from grid.service.record import Entry, locked_for_reporter, write
from grid.service.residents import locked_with_main
from kernel import audit
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.moments import as_said
from kernel.work import Work

CALL_CONTACT_READ: Final = "case.call-contact-read"


def owe_call(work: Work, case_id: int, *, cause: CallCause, said: str = "") -> None:
    """Let somebody one level up ring this case's reporter by the end of the next working day.

    Once for each cause and round, and not again while another call to them is still to come.
    Whoever left no number reads on the receipt that nobody could ring.

    Raises:
        NoSuchCase: there is none.
    """
    case, main = locked_with_main(work, case_id)
    _owe(work, case, main, cause=cause, said=said)


def log_supervisor_call(
    work: Work, call_id: int, *, by: Actor, outcome: CallOutcome, note: str
) -> None:
    """Write down how a call went; rung in vain it stays to be made, up to three times.

    Raises:
        NoSuchCase: there is no such call for *by* to make.
        WrongMoment: it was made already.
        Incomplete: it is not said what was talked about.
    """
    call = call_for(work.session, call_id, by=by, now=work.now())
    case, _main = locked_with_main(work, call.case_id)
    work.session.refresh(call, with_for_update=True)
    if call.done_at is not None:
        raise WrongMoment("这通电话已经有人打过、记下了。")
    if outcome is CallOutcome.TALKED and not says_something(note):
        raise Incomplete("请写一句居民说了什么。")
    call.tries += 1
    if outcome is CallOutcome.TALKED or call.tries >= MOST_TRIES:
        call.outcome, call.done_by, call.done_at = outcome, by.id, work.now()
        call.note = note
    act = Act.SUPERVISED if outcome is CallOutcome.TALKED else Act.NOT_REACHED
    write(work, case, Entry(act=act, who=by.id, why=note or outcome.label))


def read_call_contact(work: Work, call_id: int, *, by: Actor) -> Contact:
    """Return whom to ring; every look is written down (G5).

    Raises:
        NoSuchCase: there is no such call for *by* to make.
        WrongMoment: it was made already, and nobody needs the number any more.
    """
    call = call_for(work.session, call_id, by=by, now=work.now())
    if call.done_at is not None:
        raise WrongMoment("这通电话已经有人打过、记下了。")
    case = locked_for_reporter(work, call.case_id)
    audit.note(
        work, by=by, action=CALL_CONTACT_READ, subject=f"case:{case.id}", area=case.area_code
    )
    write(work, case, Entry(act=Act.LOOK, who=by.id))
    return Contact(case.caller_name, case.caller_phone)


def _owe(work: Work, case: Case, main: Case, *, cause: CallCause, said: str) -> None:
    number = round_of(main)
    there = work.session.scalars(
        select(SupervisorCall).where(SupervisorCall.case_id == case.id)
    ).all()
    if any(one.done_at is None or (one.round, one.cause) == (number, cause) for one in there):
        return
    due_by, _estimated = working_days_after(work.now(), CALL_WITHIN, calendar_of(work.session))
    call = SupervisorCall(
        case_id=case.id,
        round=number,
        cause=cause,
        level=_level(work, main),
        said=said,
        owed_at=work.now(),
        due_by=due_by,
        tries=0,
    )
    if case.caller_phone is None:
        call.outcome, call.done_at = CallOutcome.NO_NUMBER, work.now()
        write(work, case, Entry(act=Act.NOT_REACHED, why=CallOutcome.NO_NUMBER.label))
    else:
        write(work, case, Entry(act=Act.CALL_OWED, why=cause.label))
        words = f"{cause.label}，请{call.level.label}的主管在{as_said(due_by)}前打电话问一问。"
        tell_desk(work, main, f"{about(work, main)}{words}")
    work.session.add(call)
    work.session.flush()


def _level(work: Work, main: Case) -> Level:
    """Return the first level above whoever had it where somebody is who had no hand in it."""
    wanted = supervisor_of(main.owner_level)
    levels = asked_from(wanted, police=main.is_police)
    never = hands(work.session, main.id) | {main.owner_id or 0}
    found = find_owner(work, main, levels, never=frozenset(never))
    return wanted if found is None else found.level
