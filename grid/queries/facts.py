"""What the rules must know of a case, and of whoever wants to move it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

import people.rules
from grid.models import HANDS_ON_ACTS, HANDS_ON_MOVES, POLICE, Case, LadderStep, Pause, Step
from grid.models.cases import nobody_below_verifies
from grid.rules import (
    CATALOGUE,
    CaseFacts,
    Category,
    ClockKind,
    Deadlines,
    LadderFacts,
    Mover,
    Promise,
    RunningClock,
    Span,
    Terms,
    running_clocks,
    terms_of,
)
from grid.rules import Step as LadderName
from kernel.access import Actor, Hat
from kernel.grants import Scope
from kernel.permissions import Permission

CASE_ID: Final = bindparam("case_id", type_=Integer)
# To build a statement costs more than to ask the database.
HANDS: Final = (
    select(Step.who)
    .where(
        Step.case_id == CASE_ID,
        Step.who.is_not(None),
        or_(Step.move.in_(sorted(HANDS_ON_MOVES)), Step.act.in_(sorted(HANDS_ON_ACTS))),
    )
    .distinct()
)
PAUSES: Final = select(Pause).where(Pause.case_id == CASE_ID)
# Whoever takes a rung writes it at once (grid.service.climbing).
TAKEN: Final = (
    select(LadderStep.step)
    .where(LadderStep.case_id == CASE_ID, LadderStep.round == bindparam("round", type_=Integer))
    .execution_options(autoflush=False)
)


def case_facts(
    session: Session, case: Case, *, handled_by: frozenset[int] | None = None
) -> CaseFacts:
    """Return what the rules of moving must know of *case*; one statement, or none.

    *handled_by* is everybody who ever took it in hand, where the caller knows.
    """
    return CaseFacts(
        state=case.state,
        urgency=case.urgency,
        privacy=case.privacy,
        case_id=case.id,
        owner_id=case.owner_id,
        owner_level=case.owner_level,
        reported_by_staff=case.staff_reporter,
        handled_by=hands(session, case.id) if handled_by is None else handled_by,
        handled_by_kind=case.handled_kind,
        proposed_finding=case.proposed_finding,
        classified=category_of(case) is not None,
        reporters=case.reporters,
        returns=case.returns,
        reopens=case.reopens,
        objections=case.objections,
        upheld=case.upheld,
        rejected_by=case.rejected_by,
        closed_at=case.closed_at,
        rejected_at=case.rejected_at,
    )


def hands(session: Session, case_id: int) -> frozenset[int]:
    """Return everybody who took the case in hand, in whichever round."""
    found = session.scalars(HANDS, {"case_id": case_id})
    return frozenset(who for who in found if who is not None)


def nobody_verifies_below(session: Session, case: Case) -> bool:
    """Whether only the district can verify the case; one statement."""
    asked = select(Case.id).where(Case.id == case.id, nobody_below_verifies())
    return session.scalar(asked) is not None


def taken_steps(session: Session, case: Case) -> frozenset[LadderName]:
    """Return the rungs of the ladder this round has come to."""
    return frozenset(session.scalars(TAKEN, {"case_id": case.id, "round": round_of(case)}))


def round_of(case: Case) -> int:
    """Return how often the case began anew: for rework, and when an objection was upheld."""
    return case.reopens + case.upheld


def pauses_of(session: Session, case: Case) -> tuple[tuple[datetime, datetime], ...]:
    """Return when the close clock stood still; one that goes on, until it ends by itself."""
    rows = session.scalars(PAUSES, {"case_id": case.id})
    return tuple((one.began_at, one.ended_at or one.ends_by) for one in rows)


def span_of(case: Case) -> Span:
    """Return what the close clock counts: after a change of category the tighter of the two."""
    return Span.parse(case.close_span) if case.close_span else terms(case).close


def promise_of(case: Case, running: Iterable[RunningClock]) -> Promise:
    """Return what its reporters were promised, and what they were told about it.

    *running* are the clocks of the case: what stands still or is over promises nothing.
    """
    runs = any(clock.kind is ClockKind.CLOSE for clock in running)
    return Promise(
        close_by=case.close_by if runs else None,
        span=span_of(case),
        warned_of=case.warned_of,
        broken_of=case.broken_of,
    )


def category_of(case: Case) -> Category | None:
    """Return the category; None while it is open, or known only to another version of the file."""
    return CATALOGUE.categories.get(case.category or "")


def known_kind(case: Case) -> tuple[str | None, str | None]:
    """Return category and tile as far as this version of the file knows them."""
    known = category_of(case)
    return known.code if known else None, case.tile if case.tile in CATALOGUE.tiles else None


def terms(case: Case) -> Terms:
    """Return the clocks of *case*."""
    tile = case.tile if case.tile in CATALOGUE.tiles else None
    return terms_of(category_of(case), case.urgency, tile=tile)


def ladder_facts(case: Case, taken: frozenset[LadderName]) -> LadderFacts:
    """Return what the ladder must know of *case*, of which *taken* rungs are behind it."""
    return LadderFacts(
        state=case.state,
        terms=terms(case),
        police=case.is_police,
        submitted_at=case.round_at,
        owner_level=case.owner_level,
        accepted_by_owner_at=case.taken_at,
        responded_at=case.responded_at,
        taken=taken,
    )


def clocks(case: Case) -> tuple[RunningClock, ...]:
    """Return the clocks of *case* that run."""
    due = Deadlines(
        accept_by=case.accept_by,
        respond_by=case.respond_by,
        close_by=case.close_by,
        estimated=case.estimated,
    )
    return running_clocks(
        ladder_facts(case, frozenset()),
        due,
        accepted_at=case.admitted_at,
        paused=case.paused_until is not None,
    )


def mover_for(by: Actor, case: Case, permission: Permission) -> Mover:
    """Return *by* with only the hats under which *permission* reaches this case (A2)."""
    hats = [
        hat for hat, scope in by.hats_for(permission) if _reaches(by, hat, scope, case, permission)
    ]
    return Mover(
        person_id=by.id,
        roles=frozenset(hat.role for hat in hats),
        departments=frozenset(hat.department for hat in hats if hat.department),
    )


def _reaches(by: Actor, hat: Hat, scope: Scope, case: Case, permission: Permission) -> bool:
    match scope:
        case Scope.OWN:
            return False  # residents' own; staff move as staff
        case Scope.ASSIGNED if permission is Permission.CASE_VERIFY:
            # Whose turn that is the statement has asked which let them in (Case.of_assignee).
            return case.owner_id != by.id and case.area_code.startswith(hat.area)
        case Scope.ASSIGNED:
            return case.owner_id == by.id
        case Scope.ALL:
            return True
        case Scope.DEPARTMENT:
            mine = hat.department in (POLICE if case.is_police else {case.department})
            return mine and case.area_code.startswith(hat.area)
        case _:
            return case.area_code.startswith(people.rules.reach(hat, scope))
