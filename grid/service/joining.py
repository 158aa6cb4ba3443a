"""Several departments in one case: asking others to join in, and handing over by the town's word.

Nothing here moves a case silently: asking leaves a step, and so does every answer.
"""

from typing import Final

from sqlalchemy import select

from grid.errors import Incomplete, NoSuchCase, NotThatWay, NotYours, OftenEnough, WrongMoment
from grid.models import POLICE, Act, Case, Handover, Help
from grid.queries.departments import (
    TOWN,
    departments_there,
    of_desks,
    signs_as,
    unit_name,
    units_of,
)
from grid.queries.facts import mover_for
from grid.queries.staff import who_can_take
from grid.rules import DEPARTMENTS, Given, Level, Move, State, says_something
from grid.service.alarms import about, tell, tell_desk
from grid.service.moving import make
from grid.service.record import Entry, locked, write
from grid.service.signing import open_row
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import reaches

LONGEST: Final = 500


def ask_help(work: Work, case_id: int, *, by: Actor, to: str, words: str) -> int:
    """Ask another department, or the town (``town``), to join in; the case stays where it is.

    Raises:
        NoSuchCase, NotYours: there is none; it is not *by*'s, as a department's handler.
        WrongMoment: it is not in hand.
        Incomplete, NotThatWay: nothing is said; nobody is there, or they may not know of it.
        OftenEnough: they were asked and have not answered.
    """
    case, mine = _own(work, case_id, by)
    _refuse_words(words, "请写明要对方来做什么。")
    _refuse_target(work, case, mine, to)
    asked = select(Help.id).where(
        Help.case_id == case.id, Help.to_department == to, Help.answered_at.is_(None)
    )
    if work.session.scalar(asked) is not None:
        raise OftenEnough("已经请过他们，还没有答复。")
    row = Help(
        case_id=case.id,
        area_code=case.area_code,
        asked_by=by.id,
        asked_at=work.now(),
        from_department=mine,
        to_department=to,
        for_police=case.is_police,
        words=words[:LONGEST],
    )
    work.session.add(row)
    write(work, case, Entry(act=Act.HELP, who=by.id, why=f"请{unit_name(to)}支援：{row.words}"))
    tell_desk(work, case, f"{about(work, case)}{unit_name(mine)}请{unit_name(to)}支援。")
    work.session.flush()
    return row.id


def answer_help(work: Work, help_id: int, *, by: Actor, comes: bool, words: str) -> None:
    """Answer who asked for help: whether one comes, and when or why not.

    Raises:
        NoSuchCase: *by* was not asked.
        WrongMoment: somebody answered already, or the case is over.
        Incomplete: nothing is said.
    """
    case = _case_of(work, select(Help.case_id).where(Help.id == help_id).scalar_subquery())
    row = work.session.get(Help, help_id, populate_existing=True) if case is not None else None
    if case is None or row is None or not _was_asked(work, row, case, by):
        raise NoSuchCase("没有这条请求，或者请的不是您的部门。")
    if row.answered_at is not None:
        raise WrongMoment("已经有人答复了。")
    if case.state.is_over:
        raise WrongMoment("这件事现在是“%(state)s”，不用再答复。", state=case.state.label)
    _refuse_words(words, "请写一句什么时候来，或者为什么来不了。")
    row.answered_by, row.answered_at = by.id, work.now()
    row.comes, row.answer = comes, words[:LONGEST]
    said = "来支援" if comes else "来不了"
    why = f"{unit_name(row.to_department)}{said}：{row.answer}"
    write(work, case, Entry(act=Act.HELP, who=by.id, why=why))
    _tell_owner(work, case, why)


def ask_handover(work: Work, case_id: int, *, by: Actor, to: str, reason: str) -> int:
    """Ask the town to let another department have the case; until it agrees nothing changes.

    Raises:
        NoSuchCase, NotYours: there is none; it is not *by*'s, as a department's handler.
        WrongMoment: it is not in hand.
        Incomplete, NotThatWay: no reason; nobody is there, or the case is for the police.
        OftenEnough: the town was asked already in this turn.
    """
    case, mine = _own(work, case_id, by)
    if case.is_police:
        raise NotThatWay("涉警的事只在公安内部交接，不能转给别的部门。")
    _refuse_words(reason, "请写明为什么要转给他们。")
    if to == TOWN:
        raise NotThatWay("要还给镇里，请用“退回”。")
    _refuse_target(work, case, mine, to)
    asked = select(Handover.id).where(Handover.case_id == case.id, Handover.turn == case.turn)
    if work.session.scalar(asked) is not None:
        raise OftenEnough("已经问过镇里。还没答复的请等一等；不同意转的，办不了可以退回。")
    row = Handover(
        case_id=case.id,
        turn=case.turn,
        asked_by=by.id,
        asked_at=work.now(),
        from_department=mine,
        to_department=to,
        reason=reason[:LONGEST],
    )
    work.session.add(row)
    why = f"想转给{unit_name(to)}，等镇里同意：{row.reason}"
    write(work, case, Entry(act=Act.HANDOVER, who=by.id, why=why))
    tell_desk(work, case, f"{about(work, case)}{unit_name(mine)}想转给{unit_name(to)}，请定。")
    work.session.flush()
    return row.id


def decide_handover(work: Work, handover_id: int, *, by: Actor, agreed: bool, words: str) -> None:
    """Let a case go to the department that was asked for, or say no.

    Raises:
        NoSuchCase: there is none that lies at *by*'s desk.
        WrongMoment: it was decided, or the case has moved since.
        Incomplete: no reason for a no.
        NotThatWay: nobody of that department can take it any more.
    """
    wanted = select(Handover.case_id).where(Handover.id == handover_id)
    case_id = work.session.scalar(wanted)
    if case_id is None:
        raise NoSuchCase("没有这条请求，或者它不在您的区域。")
    case = locked(work, case_id, by=of_desks(by), permission=Permission.CASE_REASSIGN)
    row = work.session.get_one(Handover, handover_id, populate_existing=True)
    if row.decided_at is not None or row.turn != case.turn:
        raise WrongMoment("这件事已经变了，不用再定，请看现在由谁在办。")
    if not agreed:
        _refuse_words(words, "不同意转的，请写明原因。")
    row.decided_by, row.decided_at, row.agreed = by.id, work.now(), agreed
    row.answer = words[:LONGEST]
    unit = unit_name(row.to_department)
    if not agreed:
        why = f"不同意转给{unit}：{row.answer}"
        write(work, case, Entry(act=Act.HANDOVER, who=by.id, why=why))
        _tell_owner(work, case, f"镇里{why}")
        return
    write(work, case, Entry(act=Act.HANDOVER, who=by.id, why=f"同意转给{unit}"))
    _hand_over(work, case, row, by)


def _hand_over(work: Work, case: Case, row: Handover, by: Actor) -> None:
    people = [
        one
        for one in who_can_take(work.session, case, now=work.now())
        if one.level is Level.DEPARTMENT and one.department == row.to_department
    ]
    if not people:
        raise NotThatWay("那个部门现在没有经办人可以接。")
    case.department = row.to_department
    reason = f"{unit_name(row.from_department)}转给{unit_name(row.to_department)}：{row.reason}"
    given = Given(owner=people[0].person_id, owner_level=Level.DEPARTMENT, reason=reason)
    mover = mover_for(by, case, Permission.CASE_REASSIGN)
    make(work, case, Move.REASSIGN, mover=mover, given=given)


def _own(work: Work, case_id: int, by: Actor) -> tuple[Case, str]:
    """Return a case in hand that *by* owns for a department, locked, and the department."""
    case = locked(work, case_id, by=by, permission=Permission.CASE_HANDLE)
    mine = signs_as(
        by, level=case.owner_level, department=case.department, area_code=case.area_code
    )
    if case.owner_id != by.id or mine is None:
        raise NotYours("这件事现在不归您的部门办。")
    if case.state is not State.HANDLING or open_row(work, case) is not None:
        raise WrongMoment("请先签收。")
    return case, mine


def _refuse_words(words: str, sentence: str) -> None:
    if not says_something(words):
        raise Incomplete(sentence)


def _refuse_target(work: Work, case: Case, mine: str, to: str) -> None:
    """Refuse what is no other department, has nobody there, or may not know of the case."""
    known = DEPARTMENTS.get(to)
    if to == mine or not (to == TOWN or (known is not None and known.kind == "dept")):
        raise NotThatWay("请选另一个部门。")
    if case.is_police and to not in POLICE:
        raise NotThatWay("涉警的事只能请公安的人。")
    if to != TOWN and to not in departments_there(work.session, case.area_code):
        raise NotThatWay("那个部门在这里还没有经办人，请打电话给镇里。")


def _case_of(work: Work, case_id: object) -> Case | None:
    return work.session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _was_asked(work: Work, row: Help, case: Case, by: Actor) -> bool:
    """Whether *by* handles for the department that was asked, there; or sits at its town's desk.

    Nobody was asked about what is against them.
    """
    if not work.session.scalar(select(Case.id).where(Case.id == case.id, Case.open_to(by))):
        return False
    if row.to_department == TOWN:
        there = reaches(of_desks(by), Permission.CASE_READ, row.area_code)
        return there and not case.is_police
    return row.to_department in units_of(by) and any(
        hat.department == row.to_department and row.area_code.startswith(hat.area)
        for hat in by.hats
    )


def _tell_owner(work: Work, case: Case, what: str) -> None:
    if case.owner_id is not None:
        tell(work, case, case.owner_id, f"{about(work, case)}{what}")
