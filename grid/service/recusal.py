"""A case leaves the hands of whoever it is against, at once and without saying why."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, select

from grid.models import Act, Case
from grid.models.cases import BARRED_AS
from grid.queries.staff import Candidate, pick, who_can_take
from grid.rules import ENDS, SYSTEM, TABLE, Given, Level, Move, State, is_above
from grid.rules.duty import asked_from
from grid.service.alarms import call
from grid.service.moving import make
from grid.service.placing import keep_away
from grid.service.record import Entry, silence, write
from kernel.work import Work
from people.models import Barred

# All that anybody reads of it, on the case and on the receipt.
NEUTRAL: Final = "已由上级办理"
ABOVE: Final = (Level.TOWN, Level.DISTRICT)
BATCH: Final = 200


def bypass(work: Work, case: Case) -> None:
    """Keep a case about grid or village away from all who work there, and take it from them."""
    keep_away(work, case)
    take_away(work, case, asked=bypass_levels(work, case))


def bypass_levels(work: Work, case: Case) -> tuple[Level, ...]:
    """Return whom to ask, in order, for what is about the staff of grid and village themselves.

    The town handles it where a second one there can verify; else the district does, and the town
    verifies: nobody below sees it.
    """
    people = who_can_take(work.session, case, now=work.now())
    town = {one.person_id for one in people if one.level is Level.TOWN}
    return ABOVE if len(town) > 1 else tuple(reversed(ABOVE))


def take_away(work: Work, case: Case, *, asked: Sequence[Level] = ()) -> None:
    """Give a locked case to somebody further up, where its owner may not have it any more.

    Where nobody else is at all it stays, unseen, until there is somebody: ``free_all`` looks.
    """
    if case.owner_id is None or case.state in ENDS:
        return
    if work.session.get(Barred, (case.owner_id, BARRED_AS, case.id)) is None:
        return
    owner = _above(work, case, asked)
    if owner is None:
        silence(work, case)
    elif (case.state, Move.ESCALATE) in TABLE and _is_up(owner.level, case):
        given = Given(owner=owner.person_id, owner_level=owner.level, reason=NEUTRAL)
        make(work, case, Move.ESCALATE, mover=SYSTEM, given=given)
    else:
        _pass_on(work, case, owner)


def free(work: Work, case_id: int) -> None:
    """Take a case away from an owner who may not have it; a second run changes nothing."""
    case = work.session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is not None:
        take_away(work, case)


def free_all(work: Work) -> int:
    """Take every case away from an owner who may not have it; return how many were looked at."""
    barred = and_(
        Barred.person_id == Case.owner_id, Barred.about == BARRED_AS, Barred.ref == Case.id
    )
    rows = work.session.scalars(
        select(Case)
        .join(Barred, barred)
        .where(Case.state.not_in(ENDS))
        .order_by(Case.id)
        .limit(BATCH)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in rows:
        take_away(work, case)
    return len(rows)


def _above(work: Work, case: Case, asked: Sequence[Level]) -> Candidate | None:
    """Return who gets it: the first level above where somebody is; else whoever may at all."""
    order = asked_from(None, police=case.is_police)
    people = who_can_take(work.session, case, now=work.now())
    first = pick(people, [level for level in (*asked, *order) if _is_up(level, case)])
    return first or pick(people, list(reversed(order)))


def _is_up(level: Level, case: Case) -> bool:
    return case.owner_level is not None and is_above(level, case.owner_level)


def _pass_on(work: Work, case: Case, owner: Candidate) -> None:
    """Change the owner where the table has no move for it: a result waits to be verified.

    Whoever verifies reads what the accused said, and may send the result back to the new owner.
    """
    case.owner_id, case.owner_level = owner.person_id, owner.level
    case.turn += 1
    write(work, case, Entry(act=Act.NOTE, why=NEUTRAL))
    silence(work, case)
    if case.state is not State.TO_VERIFY:
        call(work, case)
