"""A resident does not agree with a refusal; somebody one level up decides, within five days."""

from typing import Final

from sqlalchemy import select

from grid.errors import NoSuchCase, OftenEnough
from grid.models import Act, Case, Objection
from grid.queries.facts import mover_for
from grid.rules import DECIDE, SYSTEM, Given, Move, State, working_days_after
from grid.rules.duty import asked_from
from grid.service.alarms import about, tell_district
from grid.service.moving import find_owner, make
from grid.service.record import Entry, locked, refuse_stale, write
from grid.service.residents import REPORTER, locked_with_main
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.permissions import Permission
from kernel.work import Work

BATCH: Final = 200


def object_to(work: Work, case_id: int, *, reason: str) -> None:
    """Object to a refusal, once and within seven days; who is merged objects to the main case's.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it was not refused.
        OftenEnough: somebody did so before.
        TooLate: the seven days are over.
        Incomplete: no reason is given.
    """
    case, main = locked_with_main(work, case_id)
    if main.state is State.OBJECTED:
        raise OftenEnough("这件事已经提过异议，上一级正在看。")
    make(work, main, Move.OBJECT, mover=REPORTER, given=Given(reason=reason))
    decide_by, estimated = working_days_after(work.now(), DECIDE.count, calendar_of(work.session))
    work.session.add(
        Objection(
            case_id=main.id,
            said_on=case.id,
            reason=reason,
            made_at=work.now(),
            decide_by=decide_by,
            estimated=estimated,
            rejected_by=main.rejected_by,
        )
    )
    tell_district(work, main, f"{about(work, main)}居民对不予受理提了异议，请在 5 个工作日内定。")


def decide_objection(
    work: Work,
    case_id: int,
    *,
    by: Actor,
    upheld: bool,
    sentence: str,
    turn: int | None = None,
) -> None:
    """Uphold or dismiss; what is upheld goes to somebody at once, never to be refused again.

    Raises:
        NoSuchCase: there is none where *by* decides objections.
        WrongMoment: none waits, any more.
        NotYours, NotThatWay: *by* stands no level above, or refused it.
        Incomplete: no sentence is given.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_OBJECT_DECIDE)
    refuse_stale(work, case, expected=State.OBJECTED, turn=turn)
    row = work.session.scalar(
        select(Objection)
        .where(Objection.case_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NoSuchCase("没有这个异议。")
    mover = mover_for(by, case, Permission.CASE_OBJECT_DECIDE)
    move = Move.UPHOLD if upheld else Move.DISMISS
    make(work, case, move, mover=mover, given=Given(reason=sentence))
    row.upheld, row.decided_by, row.decided_at = upheld, by.id, work.now()
    row.sentence = sentence
    if upheld:
        _give_out(work, case)


def ring_late_objections(work: Work) -> int:
    """Tell the district's desk once of each objection nobody decided in time; return how many."""
    late = select(Objection.case_id).where(
        Objection.decided_at.is_(None),
        Objection.decide_by <= work.now(),
        Objection.rung_at.is_(None),
    )
    cases = work.session.scalars(
        select(Case)
        .where(Case.id.in_(late))
        .order_by(Case.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:  # the case is locked first, as by whoever decides
        row = work.session.scalars(
            select(Objection)
            .where(Objection.case_id == case.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if row.decided_at is not None or row.rung_at is not None:
            continue
        row.rung_at = work.now()
        write(work, case, Entry(act=Act.OBJECTION_LATE, why="异议到期还没有裁"))
        tell_district(work, case, f"{about(work, case)}异议到期还没有裁，请马上定。")
    return len(cases)


def _give_out(work: Work, case: Case) -> None:
    """Give an upheld case to somebody as a new one is; the desk hears where nobody is there."""
    owner = find_owner(work, case, asked_from(None, police=case.is_police))
    if owner is None:
        tell_district(work, case, f"{about(work, case)}异议成立，还没有人办，请派人。")
        return
    given = Given(owner=owner.person_id, owner_level=owner.level)
    make(work, case, Move.ASSIGN, mover=SYSTEM, given=given)
