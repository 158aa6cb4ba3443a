"""What a department's handlers do beside moving a case: sign for it; and what if nobody does."""

from typing import Final

from sqlalchemy import select

from grid.errors import NotYours, WrongMoment
from grid.models import Act, Case, Signing
from grid.queries.departments import of_departments, signs_as, unit_name
from grid.queries.facts import mover_for
from grid.rules import ONE_UP, SYSTEM, Given, Level, Move, State, Urgency, is_night
from grid.rules.duty import asked_from
from grid.service.alarms import about, tell, tell_desk
from grid.service.moving import find_owner, make
from grid.service.record import Entry, locked, reckon, refuse_stale, silence, write
from grid.service.signing import close, open_row
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work

BATCH: Final = 200


def sign(work: Work, case_id: int, *, by: Actor, expected: State, turn: int | None = None) -> None:
    """Sign for what a department was given: whichever of its handlers there does has it then.

    Raises:
        NoSuchCase: there is none in *by*'s department and area.
        WrongMoment: a colleague was faster, or it has gone elsewhere.
        NotYours: it lies at another department, or *by* reported it as staff (G3).
    """
    case = locked(work, case_id, by=of_departments(by), permission=Permission.CASE_READ)
    refuse_stale(work, case, expected=expected, turn=turn)
    mine = signs_as(
        by, level=case.owner_level, department=case.department, area_code=case.area_code
    )
    if mine is None:
        raise NotYours("这件事没有交给您的部门。")
    before, case.owner_id = case.owner_id, by.id
    if case.state is State.DISPATCHED:
        mover = mover_for(by, case, Permission.CASE_ACCEPT)
        make(work, case, Move.ACCEPT, mover=mover, given=Given())
    else:
        _sign_in_hand(work, case, by)
    if before is not None and before != by.id:
        tell(work, case, before, f"{about(work, case)}同部门的人已经签收。")


def press(work: Work) -> int:
    """Remind whoever has not signed, and let the desk above decide again; return how many cases.

    Each step comes once for each time a department was given the case.  A second scheduler finds
    the cases locked; what is not urgent rests at night, even after a standstill.
    """
    due = (
        select(Case)
        .join(Signing, Signing.case_id == Case.id)
        .where(Signing.due_at <= work.now(), Signing.ended_at.is_(None))
    )
    if is_night(work.now()):
        due = due.where(Case.urgency == Urgency.URGENT)
    cases = work.session.scalars(
        due.order_by(Case.id)
        .limit(BATCH)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        row = open_row(work, case)
        if row is not None:
            _press(work, case, row)
    return len(cases)


def _sign_in_hand(work: Work, case: Case, by: Actor) -> None:
    """Sign for what was in hand already when the department was given it."""
    if case.state is not State.HANDLING or open_row(work, case) is None:
        raise WrongMoment("这件事已经有人签收了，请刷新后再看。")
    if case.staff_reporter == by.id:
        raise NotYours("这件事是您上报的，要由别人来办。")
    case.turn += 1
    write(work, case, Entry(act=Act.SIGNED, who=by.id))
    close(work, case, who=by.id)
    reckon(work, case)
    silence(work, case, answered_by=by.id)


def _press(work: Work, case: Case, row: Signing) -> None:
    """Take the steps whose time has come, first the reminder."""
    if row.reminded_at is None and row.remind_at <= work.now():
        row.reminded_at, row.due_at = work.now(), row.back_at
        _note(work, case, f"{unit_name(row.department)}到时没有签收，已提醒")
        if case.owner_id is not None:
            tell(work, case, case.owner_id, f"{about(work, case)}还没有签收，请马上签收。")
    if row.went_up_at is None and row.back_at <= work.now():
        row.went_up_at, row.due_at = work.now(), None
        _give_back(work, case, row)


def _give_back(work: Work, case: Case, row: Signing) -> None:
    """Let whoever stands above the department have it, to decide again."""
    level = case.owner_level or Level.DEPARTMENT
    above = ONE_UP.get(level)
    never = frozenset({case.owner_id}) if case.owner_id is not None else frozenset()
    levels = asked_from(above, police=case.is_police) if above is not None else ()
    owner = find_owner(work, case, levels, never=never)
    unit = unit_name(row.department)
    if owner is None:
        _note(work, case, f"{unit}一直没有签收，上一级没有人可以接")
        tell_desk(work, case, f"{about(work, case)}{unit}一直没有签收，请派人。")
        return
    reason = f"{unit}到时没有签收，请重新定由谁办"
    given = Given(owner=owner.person_id, owner_level=owner.level, reason=reason)
    make(work, case, Move.ESCALATE, mover=SYSTEM, given=given)


def _note(work: Work, case: Case, why: str) -> None:
    write(work, case, Entry(act=Act.LADDER, why=why))
