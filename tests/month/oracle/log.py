"""What was written down about each case, as plain values, so that a test can doctor it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import Alarm, Case, DeskAlarm, LadderStep, PromiseTold, Signing, Step
from tests.month.play.looking import Look, Looks, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a case's log."""

    number: int
    at: datetime
    who: int | None
    by_reporter: bool
    did: str  # a move or an act
    is_move: bool
    start: str | None
    end: str | None
    why: str
    owner: int | None

    @property
    def by_program(self) -> bool:
        """Whether nobody did it."""
        return self.who is None and not self.by_reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """How often somebody was called to a case."""

    step: int
    began_at: datetime
    rung: int
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """That something was given to a department."""

    step: int
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLog:
    """Everything about one case."""

    id: int
    source: str
    state: str
    category: str | None  # as whoever said it knew it
    tile: str | None
    danger: bool | None
    submitted_at: datetime
    lines: tuple[Line, ...]
    rungs: tuple[tuple[int, str], ...]  # round and step
    tellings: tuple[tuple[str, datetime], ...]  # what, and of which moment
    rings: tuple[Ring, ...]
    desk_rings: tuple[Ring, ...]  # by round instead of step
    given: tuple[Given, ...]
    looks: tuple[Look, ...]
    pages: tuple[Page, ...]


def read_log(session: Session, categories: dict[int, str | None], looks: Looks) -> list[CaseLog]:
    """Read it all."""
    lines: dict[int, list[Line]] = {}
    for step in session.scalars(select(Step).order_by(Step.case_id, Step.number)):
        lines.setdefault(step.case_id, []).append(_line(step))
    rungs: dict[int, list[tuple[int, str]]] = {}
    for rung in session.scalars(select(LadderStep).order_by(LadderStep.id)):
        rungs.setdefault(rung.case_id, []).append((rung.round, rung.step.value))
    tellings: dict[int, list[tuple[str, datetime]]] = {}
    for told in session.scalars(select(PromiseTold).order_by(PromiseTold.id)):
        tellings.setdefault(told.case_id, []).append((told.kind.value, told.promised_for))
    rings, desk = _rings(session), _desk_rings(session)
    given: dict[int, list[Given]] = {}
    for row in session.scalars(select(Signing).order_by(Signing.id)):
        one = Given(step=row.step_number, given_at=row.given_at)
        given.setdefault(row.case_id, []).append(one)
    return [
        CaseLog(
            id=case.id,
            source=case.source,
            state=case.state.value,
            category=categories[case.id],
            tile=case.tile,
            danger=case.danger,
            submitted_at=case.submitted_at,
            lines=tuple(lines.get(case.id, ())),
            rungs=tuple(rungs.get(case.id, ())),
            tellings=tuple(tellings.get(case.id, ())),
            rings=tuple(rings.get(case.id, ())),
            desk_rings=tuple(desk.get(case.id, ())),
            given=tuple(given.get(case.id, ())),
            looks=tuple(looks.by_case.get(case.id, ())),
            pages=tuple(looks.pages.get(case.id, ())),
        )
        for case in session.scalars(select(Case).order_by(Case.id))
    ]


def _line(step: Step) -> Line:
    return Line(
        number=step.number,
        at=step.at,
        who=step.who,
        by_reporter=step.by_reporter,
        did=(step.move or step.act or "").lower(),
        is_move=step.move is not None,
        start=step.from_state and step.from_state.value,
        end=step.to_state and step.to_state.value,
        why=step.why,
        owner=step.owner_id,
    )


def _rings(session: Session) -> dict[int, list[Ring]]:
    found: dict[int, list[Ring]] = {}
    for row in session.scalars(select(Alarm).order_by(Alarm.id)):
        ring = Ring(
            step=row.step_number,
            began_at=row.began_at,
            rung=row.rung,
            answered_at=row.acknowledged_at,
        )
        found.setdefault(row.case_id, []).append(ring)
    return found


def _desk_rings(session: Session) -> dict[int, list[Ring]]:
    found: dict[int, list[Ring]] = {}
    for row in session.scalars(select(DeskAlarm).order_by(DeskAlarm.id)):
        ring = Ring(
            step=row.round, began_at=row.began_at, rung=row.rung, answered_at=row.answered_at
        )
        found.setdefault(row.case_id, []).append(ring)
    return found
