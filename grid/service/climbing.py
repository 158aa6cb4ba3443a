"""What happens when nobody stops a clock: the case goes up, one rung at a time, each once."""

from typing import Final

from sqlalchemy import select

from grid.models import Act, Case, LadderStep
from grid.queries.facts import ladder_facts, round_of, taken_steps
from grid.queries.staff import Candidate
from grid.rules import (
    POLICE_LEVELS,
    SYSTEM,
    DueStep,
    Given,
    Level,
    Move,
    State,
    Urgency,
    is_above,
    is_night,
    steps_due,
)
from grid.rules import Step as LadderName
from grid.rules.duty import asked_from
from grid.service.moving import find_owner, make
from grid.service.record import Entry, reckon, write
from kernel.work import Work

BATCH: Final = 200
REASONS: Final = {
    LadderName.ACCEPT: "到时没有人接单",
    LadderName.RESPOND: "到时没有联系上报人",
    LadderName.QUARTER: "15分钟还没有响应",
    LadderName.HOUR: "60分钟还没有响应",
}


def climb(work: Work) -> int:
    """Take the rungs whose time has come; return how many cases that were.

    A second scheduler at the same time finds the rows locked and leaves them alone; a rung is
    taken once in a round.  What is not urgent rests at night, even after a standstill.
    """
    due = select(Case).where(Case.climbs_at <= work.now())
    if is_night(work.now()):
        due = due.where(Case.urgency == Urgency.URGENT)
    cases = work.session.scalars(
        due.order_by(Case.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        taken = taken_steps(work.session, case)
        for step in steps_due(ladder_facts(case, taken), now=work.now()):
            _take(work, case, step)
        work.session.flush()
        reckon(work, case)
    return len(cases)


def _take(work: Work, case: Case, step: DueStep) -> None:
    owner = _next_owner(work, case, step) if step.goes_up else None
    work.session.add(
        LadderStep(
            case_id=case.id,
            round=round_of(case),
            step=step.step,
            taken_at=work.now(),
            went_up=owner is not None,
        )
    )
    work.session.flush()
    if owner is None:
        write(work, case, Entry(act=Act.LADDER, why=f"{REASONS[step.step]}，{_stays(case)}"))
        return
    given = Given(
        owner=owner.person_id,
        owner_level=owner.level,
        reason=f"{REASONS[step.step]}，升级到{owner.level.label}",
    )
    # A case nobody could be found for is given out now, and not only passed up.
    first = case.state is State.ACCEPTED
    make(work, case, Move.ASSIGN if first else Move.ESCALATE, mover=SYSTEM, given=given)


def _stays(case: Case) -> str:
    """Return why nobody above is given the case."""
    at_department = case.owner_level is Level.DEPARTMENT
    return "事情已经交给部门，等部门签收" if at_department else "已经到最上一级"


def _next_owner(work: Work, case: Case, step: DueStep) -> Candidate | None:
    """Return somebody at the rung's level, or above it where that desk is empty."""
    levels = tuple(
        level
        for level in asked_from(step.target, police=case.is_police)
        if _is_up(level, case.owner_level)
    )
    never = frozenset({case.owner_id}) if case.owner_id is not None else frozenset()
    return find_owner(work, case, levels, never=never)


def _is_up(level: Level, before: Level | None) -> bool:
    crosses = level in POLICE_LEVELS and before not in POLICE_LEVELS
    return before is None or crosses or is_above(level, before)
