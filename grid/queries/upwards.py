"""What waits for somebody above: calls to make, extensions to approve, objections to judge."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from grid.errors import NoSuchCase
from grid.models import Case, Extension, Handover, Objection, SupervisorCall
from grid.models.cases import had_a_hand
from grid.queries.cards import area_line
from grid.queries.departments import to_decide
from grid.queries.wording import title_of, unit_of
from grid.rules import ROLES_OF_LEVEL, CallCause, Level, State, is_above
from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Person
from people.queries import within

MOST: Final = 50
Own = aliased(Case, name="own")  # the reporter's; Case is the one that was worked on


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCall:
    """Somebody to ring."""

    call_id: int
    number: str
    main_number: str
    title: str
    area_name: str
    place_name: str
    words: str
    result_text: str
    said: str
    cause: CallCause
    handled_by: str
    tries: int
    due_by: datetime
    has_phone: bool
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTime:
    """Somebody asks for more time."""

    number: str
    title: str
    area_name: str
    who: str
    reason: str
    close_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """Somebody does not agree with a refusal."""

    number: str
    title: str
    area_name: str
    made_at: datetime
    decide_by: datetime
    estimated: bool


def calls_due(session: Session, *, by: Actor, now: datetime) -> tuple[DueCall, ...]:
    """Return the calls that are *by*'s to make, the most urgent first; one statement."""
    statement = _calls(by, now).where(SupervisorCall.done_at.is_(None))
    rows = session.execute(statement.order_by(SupervisorCall.due_by, SupervisorCall.id).limit(MOST))
    return tuple(map(_due, rows))


def due_call(session: Session, call_id: int, *, by: Actor, now: datetime) -> DueCall:
    """Return one of them, made or not; one statement.

    Raises:
        NoSuchCase: it is not *by*'s to make.
    """
    row = session.execute(_calls(by, now).where(SupervisorCall.id == call_id)).one_or_none()
    if row is None:
        raise NoSuchCase("没有这通要打的电话，或者不归您打。")
    return _due(row)


def call_for(session: Session, call_id: int, *, by: Actor, now: datetime) -> SupervisorCall:
    """Return the row of a call that is *by*'s to make.

    Raises:
        NoSuchCase: it is not.
    """
    found = session.scalar(
        select(SupervisorCall)
        .join(Own, Own.id == SupervisorCall.case_id)
        .join(Case, Case.id == func.coalesce(Own.main_id, Own.id))
        .where(SupervisorCall.id == call_id, _is_mine(by, now))
    )
    if found is None:
        raise NoSuchCase("没有这通要打的电话，或者不归您打。")
    return found


def extensions_asked(session: Session, *, by: Actor) -> tuple[AskedTime, ...]:
    """Return the asks for more time that *by* may decide, the most urgent first; one statement."""
    rows = session.execute(
        select(
            Case,
            Extension.reason,
            area_line(Case.area_code).label("area_name"),
            Person.public_name,
            Person.name.label("own_name"),
        )
        .join(Extension, Extension.case_id == Case.id)
        .join(Person, Person.id == Extension.asked_by)
        .where(_may_extend(by))
        .order_by(Case.close_by, Case.id)
        .limit(MOST)
    )
    return tuple(
        AskedTime(
            number=row.Case.number,
            title=title_of(row.Case),
            area_name=row.area_name,
            who=row.public_name or row.own_name,
            reason=row.reason,
            close_by=row.Case.close_by,
        )
        for row in rows
    )


def objections_made(session: Session, *, by: Actor) -> tuple[Objected, ...]:
    """Return the objections that *by* may judge, the most urgent first; one statement."""
    rows = session.execute(
        select(Case, Objection, area_line(Case.area_code).label("area_name"))
        .join(Objection, Objection.case_id == Case.id)
        .where(_may_judge(by))
        .order_by(Objection.decide_by, Objection.id)
        .limit(MOST)
    )
    return tuple(
        Objected(
            number=row.Case.number,
            title=title_of(row.Case),
            area_name=row.area_name,
            made_at=row.Objection.made_at,
            decide_by=row.Objection.decide_by,
            estimated=row.Objection.estimated,
        )
        for row in rows
    )


def waiting(session: Session, *, by: Actor, now: datetime) -> int:
    """Return how many of these, and of hand-overs, wait for *by*; one statement."""
    calls = (
        select(func.count(SupervisorCall.id))
        .join(Own, Own.id == SupervisorCall.case_id)
        .join(Case, Case.id == func.coalesce(Own.main_id, Own.id))
        .where(SupervisorCall.done_at.is_(None), _is_mine(by, now))
    )
    asked = select(func.count(Extension.id)).join(Case, Case.id == Extension.case_id)
    objected = select(func.count(Objection.id)).join(Case, Case.id == Objection.case_id)
    handed = select(func.count(Handover.id)).join(Case, Case.id == Handover.case_id)
    total = (
        calls.scalar_subquery()
        + asked.where(_may_extend(by)).scalar_subquery()
        + objected.where(_may_judge(by)).scalar_subquery()
        + handed.where(to_decide(by)).scalar_subquery()
    )
    return session.scalar(select(total)) or 0


def _calls(by: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(SupervisorCall, Own, Case, area_line(Own.area_code).label("area_name"))
        .join(Own, Own.id == SupervisorCall.case_id)
        .join(Case, Case.id == func.coalesce(Own.main_id, Own.id))
        .where(_is_mine(by, now))
    )


def _is_mine(by: Actor, now: datetime) -> ColumnElement[bool]:
    """Whoever stands at the level that rings, over the case, and had no hand in it.

    What is late everybody further up may make as well: perhaps nobody is left there.
    """
    roles = {hat.role for hat in by.hats}
    levels = [level for level in Level if roles & ROLES_OF_LEVEL[level]]
    late = SupervisorCall.due_by <= now
    stands = [
        and_(
            Case.of_level(by.id, level),
            or_(
                SupervisorCall.level == level,
                and_(
                    late, SupervisorCall.level.in_([one for one in Level if is_above(level, one)])
                ),
            ),
        )
        for level in levels
    ]
    return and_(
        within(Case, by, Permission.CASE_READ),
        or_(false(), *stands),
        or_(Case.owner_id.is_(None), Case.owner_id != by.id),
        ~had_a_hand(by.id),
    )


def _below(level: Level) -> list[Level]:
    return [one for one in Level if is_above(level, one)]


def _may_extend(by: Actor) -> ColumnElement[bool]:
    return and_(
        within(Case, by, Permission.CASE_EXTEND_APPROVE),
        Case.extension_open,
        Extension.decided_at.is_(None),
        Extension.asked_by != by.id,
    )


def _may_judge(by: Actor) -> ColumnElement[bool]:
    return and_(
        within(Case, by, Permission.CASE_OBJECT_DECIDE),
        Case.state == State.OBJECTED,
        Case.of_assignee(by.id),
        Objection.decided_at.is_(None),
    )


def _due(row: Any) -> DueCall:  # noqa: ANN401 - a row of _calls
    call, own, main = row[0], row[1], row[2]
    return DueCall(
        call_id=call.id,
        number=own.number,
        main_number=main.number,
        title=title_of(own),
        area_name=row.area_name,
        place_name=own.place_name,
        words=own.words,
        result_text=main.result_text,
        said=call.said,
        cause=call.cause,
        handled_by=unit_of(main.owner_level, main.department),
        tries=call.tries,
        due_by=call.due_by,
        has_phone=own.caller_phone is not None,
        done_at=call.done_at,
    )
