"""What was promised about one case, as staff see it, and what this reader may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import Act, Case, Extension, Objection
from grid.queries.facts import mover_for, terms
from grid.queries.phrases import phrases_for
from grid.rules import Move, State, may
from grid.rules.moves import CaseFacts
from grid.rules.phrases import Situation
from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAsked:
    """The ask for more time that waits."""

    who: str
    is_mine: bool
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionMade:
    """The objection that waits."""

    reason: str  # "" for who only reads masked
    made_at: datetime
    decide_by: datetime
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Standstill, questions, more time and objection of one case for one reader."""

    paused_until: datetime | None = None
    questions: int = 0
    may_pause: bool = False
    may_resume: bool = False
    may_ask: bool = False
    may_extend: bool = False
    no_extension: bool = False  # it is for the police, whose own rules say
    may_approve: bool = False
    may_judge: bool = False
    time_asked: TimeAsked | None = None
    objection: ObjectionMade | None = None
    phrases: dict[Situation, tuple[str, ...]] = field(default_factory=dict)


def promises_for(
    session: Session,
    case: Case,
    acts: Sequence[Act | None],
    *,
    by: Actor,
    now: datetime,
    full: bool,
) -> Promises:
    """Return them; a statement more where an ask or an objection waits, one for the phrases.

    *acts* is what was done at the case so far, which tells what was done once already.
    """
    in_hand = case.owner_id == by.id and case.state is State.HANDLING
    in_time = case.close_by is not None and now < case.close_by
    stood = case.paused_until is not None or Act.RESUMED in acts
    asked = _time_asked(session, case, by) if case.extension_open else None
    judges = _may_judge(case, by)
    writes = in_hand or judges or bool(mover_for(by, case, Permission.CASE_REJECT).roles)
    return Promises(
        paused_until=case.paused_until,
        questions=case.questions,
        may_pause=in_hand and in_time and not stood,
        may_resume=in_hand and case.paused_until is not None,
        may_ask=in_hand and (case.staff_reporter is None or case.reporters > 1),
        may_extend=in_hand
        and in_time
        and not case.is_police
        and not case.extension_open
        and Act.EXTENDED not in acts
        and terms(case).ext_wd is not None,
        no_extension=in_hand and case.is_police,
        may_approve=asked is not None
        and not asked.is_mine
        and in_time
        and bool(mover_for(by, case, Permission.CASE_EXTEND_APPROVE).roles),
        may_judge=judges,
        time_asked=asked,
        objection=_objection(session, case, full=full) if case.state is State.OBJECTED else None,
        phrases=phrases_for(session, case.area_code) if writes and not (case.state.is_over) else {},
    )


def _may_judge(case: Case, by: Actor) -> bool:
    if case.state is not State.OBJECTED or case.rejected_by == by.id:
        return False
    facts = CaseFacts(state=case.state, privacy=case.privacy, rejected_by=case.rejected_by)
    return may(facts, Move.UPHOLD, mover=mover_for(by, case, Permission.CASE_OBJECT_DECIDE))


def _time_asked(session: Session, case: Case, by: Actor) -> TimeAsked | None:
    row = session.execute(
        select(Extension, Person.public_name)
        .join(Person, Person.id == Extension.asked_by)
        .where(Extension.case_id == case.id, Extension.decided_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    asked, name = row
    return TimeAsked(
        who=name, is_mine=asked.asked_by == by.id, reason=asked.reason, asked_at=asked.asked_at
    )


def _objection(session: Session, case: Case, *, full: bool) -> ObjectionMade | None:
    row = session.scalar(select(Objection).where(Objection.case_id == case.id))
    if row is None:
        return None
    return ObjectionMade(
        reason=row.reason if full else "",
        made_at=row.made_at,
        decide_by=row.decide_by,
        estimated=row.estimated,
    )
