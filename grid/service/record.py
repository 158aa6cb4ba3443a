"""What every verb does to a case: lock it, write down what happened, wind its clocks."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import Integer, Select, bindparam, exists, select, update

from grid.errors import NoSuchCase, WrongMoment
from grid.models import Act, Alarm, Case, Step
from grid.queries.facts import (
    clocks,
    ladder_facts,
    pauses_of,
    promise_of,
    span_of,
    taken_steps,
    terms,
)
from grid.queries.gone import missing
from grid.queries.wording import step_title
from grid.rules import (
    Deadlines,
    Finding,
    Move,
    State,
    Urgency,
    deadlines,
    first_due,
    next_step_at,
    starts_at,
    tightened,
)
from grid.rules import Step as LadderName
from grid.service.phones import alarm_of
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.clock import SHANGHAI
from kernel.db import Moment
from kernel.outbound import drop_messages
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Person
from people.queries import scoped

JUST_NOW: Final = timedelta(minutes=1)
QUIETLY: Final = {"synchronize_session": False}  # nobody holds an alarm beyond its call
OF_CASE: Final = bindparam("of_case", type_=Integer)
# To build a statement costs more than to ask the database.
SILENCE: Final = (
    update(Alarm).where(Alarm.case_id == OF_CASE, Alarm.rings_at.is_not(None)).values(rings_at=None)
)
ANSWER: Final = (
    update(Alarm)
    .where(
        Alarm.case_id == OF_CASE,
        Alarm.person_id == bindparam("person", type_=Integer),
        Alarm.acknowledged_at.is_(None),
    )
    .values(acknowledged_at=bindparam("now", type_=Moment()), rings_at=None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened: a move with where it led from, or an act."""

    move: Move | None = None
    act: Act | None = None
    start: State | None = None
    who: int | None = None
    by_reporter: bool = False
    why: str = ""
    finding: Finding | None = None


def locked(work: Work, case_id: int, *, by: Actor, permission: Permission) -> Case:
    """Return the case, locked and read again, if *by* may do that to it.

    Raises:
        NoSuchCase: there is none that *by* reaches under *permission*.
        WrongMoment: it was theirs, and has gone on to somebody else.
    """
    case = work.session.scalar(_locking(by, permission), {"of_case": case_id})
    if case is None:
        raise _gone(work, case_id, by)
    return case


@lru_cache(maxsize=512)  # to build it costs more than to ask the database
def _locking(by: Actor, permission: Permission) -> Select[Case]:
    statement = scoped(select(Case).where(Case.id == OF_CASE), by, permission)
    return statement.with_for_update(of=Case).execution_options(populate_existing=True)


def _gone(work: Work, case_id: int, by: Actor) -> NoSuchCase | WrongMoment:
    """Return what to tell whoever does not reach a case: its last owner hears where it went."""
    was_theirs = exists(select(Step.id).where(Step.case_id == Case.id, Step.owner_id == by.id))
    case = work.session.scalar(select(Case).where(Case.id == case_id, was_theirs, Case.open_to(by)))
    return missing(work.session, case_id, by) if case is None else _moved_on(work, case)


def locked_for_reporter(work: Work, case_id: int) -> Case:
    """Return the case, locked; whoever calls has seen to it that this is its reporter.

    Raises:
        NoSuchCase: there is none.
    """
    case = work.session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NoSuchCase("没有这件事。")
    return case


def write(work: Work, case: Case, entry: Entry) -> int:
    """Write one step down; return its number."""
    case.last_step += 1
    case.touched_at = work.now()
    step = Step(
        case_id=case.id,
        number=case.last_step,
        at=work.now(),
        who=entry.who,
        by_reporter=entry.by_reporter,
        move=entry.move,
        act=entry.act,
        from_state=entry.start,
        to_state=case.state if entry.move is not None else None,
        why=entry.why,
        owner_id=case.owner_id,
        finding=entry.finding,
    )
    work.session.add(step)
    return case.last_step


def wind(work: Work, case: Case, *, tighten: bool = False) -> None:
    """Set the deadlines of this round by the policy in force; *tighten* never gives more time.

    Only a tightened case can have stood still or been given more time before.
    """
    terms_now = terms(case)
    due = deadlines(
        terms_now,
        calendar_of(work.session),
        submitted_at=case.round_at,
        accepted_at=case.admitted_at,
        pauses=pauses_of(work.session, case) if tighten else (),
        extended=case.extended,
    )
    span = terms_now.close
    if tighten:
        old = Deadlines(
            accept_by=case.accept_by,
            respond_by=case.respond_by,
            close_by=case.close_by,
            estimated=case.estimated,
        )
        tight = tightened(old, due)
        if tight.close_by != due.close_by:
            span = span_of(case)
        due = tight
    case.accept_by, case.respond_by = due.accept_by, due.respond_by
    case.close_by, case.estimated = due.close_by, due.estimated
    case.close_span = span.spelled if case.admitted_at is not None else None
    case.night = starts_at(case.round_at, urgency=case.urgency) > case.round_at


def wind_close(work: Work, case: Case, *, estimated: bool = False) -> None:
    """Set the end of the close clock anew: it stood still, goes on, or was given more time.

    What it counts stays what it was, however often the category changed since.  *estimated*: the
    end of a standstill that goes on is a guess, too.
    """
    due = deadlines(
        replace(terms(case), close=span_of(case)),
        calendar_of(work.session),
        submitted_at=case.round_at,
        accepted_at=case.admitted_at,
        pauses=pauses_of(work.session, case),
        extended=case.extended,
    )
    case.close_by, case.estimated = due.close_by, due.estimated or estimated


def reckon(work: Work, case: Case, *, taken: frozenset[LadderName] | None = None) -> None:
    """Work out anew what burns first, when the ladder comes next and when reporters are told.

    *taken* are the rungs behind it, where the caller knows them.
    """
    running = clocks(case)
    first = first_due(running)
    case.burns_at = None if first is None else first.due_at
    case.tells_at = promise_of(case, running).next_telling_at
    case.climbs_at = next_step_at(ladder_facts(case, taken or frozenset()))
    if taken is None and case.climbs_at is not None:  # else no rung is left, whichever were taken
        case.climbs_at = next_step_at(ladder_facts(case, taken_steps(work.session, case)))


def silence(work: Work, case: Case, *, answered_by: int | None = None) -> None:
    """Let no alarm of this case ring again; whoever answered is written down."""
    if case.urgency is Urgency.URGENT:
        drop_messages(work, about=alarm_of(case))
    if answered_by is not None:
        answer = {"of_case": case.id, "person": answered_by, "now": work.now()}
        work.session.execute(ANSWER, answer, execution_options=QUIETLY)
    work.session.execute(SILENCE, {"of_case": case.id}, execution_options=QUIETLY)


def refuse_stale(work: Work, case: Case, *, expected: State, turn: int | None) -> None:
    """Whoever acts on an old page is told what happened since, and by whom.

    Raises:
        WrongMoment: the case has moved since the page was made.
    """
    if case.state is not expected or turn not in {None, case.turn}:
        raise _moved_on(work, case)


def _moved_on(work: Work, case: Case) -> WrongMoment:
    """Return what happened last, and by whom, for somebody who looked at an old page."""
    row = work.session.execute(
        select(Step, Person.public_name)
        .outerjoin(Person, Person.id == Step.who)
        .where(Step.case_id == case.id, Step.move.is_not(None))
        .order_by(Step.number.desc())
        .limit(1)
    ).one_or_none()
    state = case.state.label
    if row is None:
        return WrongMoment("这件事的进度已经变了，现在是“%(state)s”，请看过再办。", state=state)
    step, name = row
    fresh = work.now() - step.at < JUST_NOW
    return WrongMoment(
        "%(who)s%(when)s已经%(what)s，现在是“%(state)s”，请看过再办。",
        who=name or ("上报人" if step.by_reporter else "系统"),
        when="刚刚" if fresh else f"{step.at.astimezone(SHANGHAI):%H:%M}",
        what=step_title(step),
        state=state,
    )
