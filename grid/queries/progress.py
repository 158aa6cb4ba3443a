"""A case as its reporter sees it: a timeline like a parcel's, in plain Chinese."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Integer, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from grid.errors import NoSuchCase
from grid.models import Act, Case, Objection, Pause
from grid.queries.facts import clocks
from grid.queries.timeline import ProgressStep, Rows, read_steps, timeline
from grid.queries.wording import named, unit_of
from grid.rules import (
    TABLE,
    ClockKind,
    Colour,
    Finding,
    Hotline,
    Level,
    Move,
    PauseReason,
    Privacy,
    State,
    Urgency,
    colour,
    last_moment,
)
from grid.rules.outside import hotlines_of
from people.models import Area, Person

VILLAGE_DIGITS: Final = 12
CASE_ID: Final = bindparam("case_id", type_=Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """Why the close clock stands, until when at most."""

    reason: PauseReason
    words: str
    until: datetime
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Objecting:
    """An objection to the refusal, whoever of the reporters made it."""

    is_own: bool
    decide_by: datetime
    upheld: bool | None  # None: it waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a case stands, for its reporter."""

    number: str
    state: State
    worked_state: State  # of the main case, where it was merged
    headline: str
    colour: Colour
    urgency: Urgency
    steps: tuple[ProgressStep, ...]
    owner_name: str | None  # 网格员 王师傅
    owner_phone: str | None  # None: residents are called back
    owner_level: Level | None
    accept_by: datetime | None
    respond_by: datetime | None
    close_by: datetime | None
    estimated: bool
    responds: bool  # the first call is still owed
    night: bool  # the clocks start at 07:00
    finding: Finding | None
    result_text: str
    responsible_channel: str
    merged_into: str | None  # the main case's number
    closed_at: datetime | None
    may: frozenset[str]
    hotlines: tuple[tuple[str, Hotline], ...]  # (unit, number) to ring for this kind of thing
    standstill: Standstill | None = None
    extended_why: str = ""  # more time was given in this round, and why
    refused_why: str = ""
    questions: tuple[str, ...] = ()  # not answered yet
    warned_of: datetime | None = None  # the promised moment that was said to be late
    broken_of: datetime | None = None
    objecting: Objecting | None = None


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
    case, main, by_village, by_area, person, pause, objection = row
    shows = by_area if by_village is None else by_village
    phone = person.work_phone if person is not None and shows and not main.state.is_over else ""
    running = clocks(main)
    hidden = case is not main and main.privacy is not Privacy.NORMAL
    apart = case is not main and main.is_police
    steps = read_steps(session, case, main)
    return Progress(
        number=case.number,
        state=case.state,
        worked_state=main.state,
        headline=main.state.citizen,
        colour=_colour(main, now),
        urgency=main.urgency,
        steps=timeline(session, steps, case, main, objection),
        owner_name=None
        if person is None
        else named(unit_of(main.owner_level, main.department), person.public_name),
        owner_phone=phone or None,
        owner_level=main.owner_level,
        accept_by=main.accept_by,
        respond_by=main.respond_by,
        close_by=main.close_by,
        estimated=main.estimated,
        responds=any(clock.kind is ClockKind.RESPOND for clock in running),
        night=main.night and bool(running),
        finding=main.finding,
        result_text="" if hidden else main.result_text,
        responsible_channel=_channel(case, main),
        merged_into=main.number if case is not main else None,
        closed_at=main.closed_at,
        may=_may(case, main, now),
        hotlines=() if main.state.is_over or main.is_police else hotlines_of(main.category),
        standstill=_standstill(pause),
        extended_why=_last_why(steps, main, Act.EXTENDED) if main.extended else "",
        refused_why="" if apart else _last_why(steps, main, Move.REJECT, Move.DISMISS),
        questions=() if apart else _questions(steps, main),
        warned_of=main.warned_of,
        broken_of=main.broken_of,
        objecting=None
        if objection is None
        else Objecting(
            is_own=objection.said_on == case.id,
            decide_by=objection.decide_by,
            upheld=objection.upheld,
        ),
    )


@cache  # to build it costs more than to ask the database
def _with_main() -> Select[Case, Case, bool, bool, Person, Pause, Objection]:
    """Return the statement for a case, the one that is worked on, its place and its owner."""
    own, village, owner = aliased(Case, name="own"), aliased(Area), aliased(Person)
    inside = func.substr(Case.area_code, 1, VILLAGE_DIGITS) == village.code
    return (
        # Case is the one that is worked on: the main case, where there is one.
        select(own, Case, village.shows_phones, Area.shows_phones, owner, Pause, Objection)
        .join(Case, Case.id == func.coalesce(own.main_id, own.id))
        .join(Area, Area.code == Case.area_code)
        .outerjoin(village, inside)
        .outerjoin(owner, owner.id == Case.owner_id)
        .outerjoin(Pause, and_(Pause.case_id == Case.id, Pause.ended_at.is_(None)))
        .outerjoin(Objection, Objection.case_id == Case.id)
        .where(own.id == CASE_ID)
    )


def _channel(case: Case, main: Case) -> str:
    """Return whose it is: the main case's people, or whom they say once it was refused."""
    return main.responsible_channel or case.responsible_channel


def _standstill(pause: Pause | None) -> Standstill | None:
    if pause is None:
        return None
    return Standstill(
        reason=pause.reason, words=pause.words, until=pause.ends_by, estimated=pause.estimated
    )


def _last_why(rows: Rows, main: Case, *did: Move | Act) -> str:
    """Return the words of the last such step of the case that is worked on."""
    said = [row.why for row, *_ in rows if row.case_id == main.id and (row.move or row.act) in did]
    return said[-1] if said else ""


def _questions(rows: Rows, main: Case) -> tuple[str, ...]:
    """Return what was asked and not answered: the last so many that were asked."""
    asked = [row.why for row, *_ in rows if row.case_id == main.id and row.act is Act.ASKED]
    return tuple(asked[-main.questions :]) if main.questions else ()


def _colour(main: Case, now: datetime | None) -> Colour:
    running = clocks(main)
    return colour(main.urgency, running if now else (), now=now or main.submitted_at)


def _may(case: Case, main: Case, now: datetime | None) -> frozenset[str]:
    """Return what a reporter may ask for; the verb says no again where something has changed."""
    found = set()
    if not main.state.is_over:
        found |= {"supplement", "urge"}
    if main.questions and not main.state.is_over:
        found.add("answer")
    if _may_object(main, now):
        found.add("object")
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


def _may_object(main: Case, now: datetime | None) -> bool:
    """Whether a refusal may still be objected to; who was merged objects to the main case's."""
    row = TABLE.get((main.state, Move.OBJECT))
    if row is None or main.objections >= (row.limit or 0) or main.rejected_at is None:
        return False
    end = last_moment(main.rejected_at, row.within) if row.within else None
    return now is None or end is None or now < end
