"""A case as its reporter sees it: a timeline like a parcel's, in plain Chinese."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from grid.errors import NoSuchCase
from grid.models import Act, Case, CaseFile, Step
from grid.queries.facts import clocks
from grid.queries.wording import named, step_title, unit_of
from grid.rules import (
    TABLE,
    Colour,
    Finding,
    Hotline,
    Move,
    Privacy,
    State,
    Urgency,
    colour,
    last_moment,
)
from grid.rules.outside import hotlines_of
from people.models import Area, Person

VILLAGE_DIGITS: Final = 12
# What a resident reads of the acts of staff; looks, notes and categories are inner business.
SHOWN_ACTS: Final = frozenset(
    {Act.OPENED, Act.CALLED, Act.ON_MY_WAY, Act.URGE, Act.SUPPLEMENT, Act.JOINED, Act.OUTSIDE}
)
# Moves whose reason is written for the resident.
SHOWN_REASONS: Final = frozenset({Move.REJECT, Move.MERGE, Move.REOPEN, Move.WITHDRAW})
TITLES: Final = {
    Move.ACCEPT: "接单，开始办理",
    Move.RETURN: "正在重新派单",
    Move.REASSIGN: "换了人来办",
    Move.ESCALATE: "交给上一级来办",
    Move.REPORT_RESULT: "办好了，等核实",
    Move.VERIFY: "核实过了，已办结",
    Move.CONFIRM: "您确认已解决，已办结",
    Move.SEND_BACK: "核实没通过，继续办理",
    Move.REOPEN: "您申请重办",
    Move.WITHDRAW: "您撤回了",
}
ACT_TITLES: Final = {
    Act.URGE: "您催办了一次",
    Act.SUPPLEMENT: "您补充了情况",
    Act.JOINED: "另有邻居也报了这件事",
    Act.OUTSIDE: "请了专业单位一起处理",
}
CASE_ID: Final = bindparam("case_id", type_=Integer)
# To build a statement costs more than to ask the database.
FILES: Final = select(CaseFile).where(CaseFile.case_id == CASE_ID).order_by(CaseFile.id)
STEPS: Final = (
    select(Step, Person.public_name)
    .outerjoin(Person, Person.id == Step.who)
    .where(or_(Step.case_id == CASE_ID, Step.case_id == bindparam("main_id", type_=Integer)))
    .order_by(Step.at, Step.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStep:
    """One line of the timeline."""

    at: datetime
    title: str
    who: str | None
    note: str
    attachment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a case stands, for its reporter."""

    number: str
    state: State
    headline: str
    colour: Colour
    urgency: Urgency
    steps: tuple[ProgressStep, ...]
    owner_name: str | None  # 网格员 王师傅
    owner_phone: str | None  # None: residents are called back
    accept_by: datetime | None
    respond_by: datetime | None
    close_by: datetime | None
    estimated: bool
    night: bool  # the clocks start at 07:00
    finding: Finding | None
    result_text: str
    responsible_channel: str
    merged_into: str | None  # the main case's number
    closed_at: datetime | None
    may: frozenset[str]
    hotlines: tuple[tuple[str, Hotline], ...]  # (unit, number) to ring for this kind of thing


def progress(session: Session, case_id: int, *, now: datetime | None = None) -> Progress:
    """Return how far a case is; three statements.  Who may ask is the caller's matter.

    What was merged shows how the main case gets on, and nothing the other people said.  *now*
    tells whether rework may still be asked for; without it the limit of days is left to the verb.

    Raises:
        NoSuchCase: there is none.
    """
    row = session.execute(_with_main(), {"case_id": case_id}).one_or_none()
    if row is None:
        raise NoSuchCase("没有这件事。")
    case, main, by_village, by_area, person = row
    shows = by_area if by_village is None else by_village
    phone = person.work_phone if person is not None and shows and not main.state.is_over else ""
    running = clocks(main)
    hidden = case is not main and main.privacy is not Privacy.NORMAL
    return Progress(
        number=case.number,
        state=case.state,
        headline=_headline(case, main),
        colour=_colour(main, now),
        urgency=main.urgency,
        steps=_steps(session, case, main),
        owner_name=None
        if person is None
        else named(unit_of(main.owner_level, main.department), person.public_name),
        owner_phone=phone or None,
        accept_by=main.accept_by,
        respond_by=main.respond_by,
        close_by=main.close_by,
        estimated=main.estimated,
        night=main.night and bool(running),
        finding=main.finding,
        result_text="" if hidden else main.result_text,
        responsible_channel=case.responsible_channel,
        merged_into=main.number if case is not main else None,
        closed_at=main.closed_at,
        may=_may(case, main, now),
        hotlines=() if main.state.is_over or main.is_police else hotlines_of(main.category),
    )


@cache
def _with_main() -> Select[Case, Case, bool, bool, Person]:
    """Return the statement for a case, the one that is worked on, its place and its owner."""
    own, village, owner = aliased(Case, name="own"), aliased(Area), aliased(Person)
    inside = func.substr(Case.area_code, 1, VILLAGE_DIGITS) == village.code
    return (
        # Case is the one that is worked on: the main case, where there is one.
        select(own, Case, village.shows_phones, Area.shows_phones, owner)
        .join(Case, Case.id == func.coalesce(own.main_id, own.id))
        .join(Area, Area.code == Case.area_code)
        .outerjoin(village, inside)
        .outerjoin(owner, owner.id == Case.owner_id)
        .where(own.id == CASE_ID)
    )


def _headline(case: Case, main: Case) -> str:
    if case is not main:
        return f"和另一件合并办理：{main.state.citizen}"
    return case.state.citizen


def _colour(main: Case, now: datetime | None) -> Colour:
    running = clocks(main)
    return colour(main.urgency, running if now else (), now=now or main.submitted_at)


def _may(case: Case, main: Case, now: datetime | None) -> frozenset[str]:
    """Return what a reporter may ask for; the verb says no again where something has changed."""
    found = set()
    if not main.state.is_over:
        found |= {"supplement", "urge"}
    if case is main:
        found |= _may_move(case, now)
    return frozenset(found)


def _may_move(case: Case, now: datetime | None) -> set[str]:
    found = set()
    if (case.state, Move.WITHDRAW) in TABLE and case.reporters == 1:
        found.add("withdraw")
    if case.state is State.TO_VERIFY and case.urgency is not Urgency.URGENT:
        found.add("confirm")
    row = TABLE.get((case.state, Move.REOPEN))
    if row is not None and case.reopens < (row.limit or 0) and case.closed_at is not None:
        end = last_moment(case.closed_at, row.within) if row.within else None
        if now is None or end is None or now < end:
            found.add("reopen")
    return found


def _steps(session: Session, case: Case, main: Case) -> tuple[ProgressStep, ...]:
    """Return the timeline: one's own case, then the main one from the day they were joined."""
    files: dict[tuple[int, int], list[int]] = {}
    for file in session.scalars(FILES, {"case_id": case.id}):
        files.setdefault((file.case_id, file.step_number), []).append(file.attachment_id)
    ids = {"case_id": case.id, "main_id": main.id}
    rows: list[Any] = list(session.execute(STEPS, ids))
    joined = _joined_at(rows, case, main)
    return tuple(
        _line(step, name, own=step.case_id == case.id, files=files)
        for step, name in rows
        if _is_shown(step, case) and (step.case_id == case.id or (joined and step.id > joined))
    )


def _joined_at(rows: list[Any], case: Case, main: Case) -> int | None:
    """Return the number of the step with which *case* went into *main*."""
    if case is main:
        return None
    merges = (step.id for step, _ in rows if step.case_id == case.id and step.move is Move.MERGE)
    return max(merges, default=0) or None


def _is_shown(step: Step, case: Case) -> bool:
    if step.act is None:
        return True
    mine = step.case_id == case.id
    return step.act in SHOWN_ACTS and (mine or step.act not in {Act.SUPPLEMENT, Act.URGE})


def _line(
    step: Step, name: str | None, *, own: bool, files: dict[tuple[int, int], list[int]]
) -> ProgressStep:
    tells = step.by_reporter or step.move in SHOWN_REASONS
    return ProgressStep(
        at=step.at,
        title=_title(step),
        who=name,
        note=step.why if own and tells else "",
        attachment_ids=tuple(files.get((step.case_id, step.number), ())),
    )


def _title(step: Step) -> str:
    if step.act is not None:
        return ACT_TITLES.get(step.act) or step_title(step)
    return TITLES.get(step.move or Move.ADMIT) or step_title(step)
