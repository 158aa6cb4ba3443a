"""Open cases go to somebody else when whoever has them falls ill or leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, or_, select

from grid.errors import Incomplete, NoSuchCase
from grid.models import Case, Duty
from grid.queries.pages import case_number
from grid.rules import SYSTEM, TABLE, Given, Move, State, is_above, says_something
from grid.rules.clocks import local
from grid.rules.duty import asked_from
from grid.service.moving import Values, find_owner, make, move
from grid.service.record import locked
from kernel import audit
from kernel.access import Actor
from kernel.errors import Refusal
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Account

BATCH: Final = 200
MOST_AT_ONCE: Final = 200
LEFT: Final = "原来的承办人不在岗了，交给上一级"
NOT_THERE: Final = "这件事已经不在他手上，或者不归您改派。"
WAITS: Final = "这件事正等别人核实或裁定，现在不用交。"
# What a desk above can be given by the program itself (the table's escalate).
TAKEN_UP: Final = tuple(state for state in State if (state, Move.ESCALATE) in TABLE)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of it: the numbers that went, and those that stayed, with the sentence why.

    Of what is not there for them the number is "": it opens a receipt, and an id can be guessed.
    """

    moved: tuple[str, ...]
    stayed: tuple[tuple[str, str], ...]


def hand_over(
    work: Work, person_id: int, case_ids: Sequence[int], *, to: int | None, reason: str, by: Actor
) -> HandedOver:
    """Give somebody's cases to another, each by the table's own move and with the reason.

    What cannot go stays, and is said; the others go all the same.

    Raises:
        Incomplete: nothing, nobody or no reason is chosen.
    """
    if not case_ids:
        raise Incomplete("请至少选一件。")
    if to is None:
        raise Incomplete("请选交给谁。")
    if not says_something(reason):
        raise Incomplete("请写明原因。")
    moved, stayed = [], []
    for case_id in sorted(set(case_ids))[:MOST_AT_ONCE]:
        try:
            case = _give(work, case_id, person_id, to, reason, by)
        except NoSuchCase as refusal:
            stayed.append(("", str(refusal)))
        except Refusal as refusal:
            stayed.append((case_number(work.session, case_id), str(refusal)))
        else:
            moved.append(case.number)
    audit.note(
        work,
        by=by,
        action="case.hand-over",
        subject=f"person:{person_id}",
        detail=f"交给 person:{to}：{len(moved)} 件，留下 {len(stayed)} 件",
    )
    return HandedOver(tuple(moved), tuple(stayed))


def take_up_left(work: Work, *, person_id: int | None = None) -> int:
    """Give what lies with people whose account is closed to the desk above; return how many.

    What waits to be verified stays: should it be sent back, the next run takes it up.
    """
    chosen = (
        select(Case)
        .join(Account, Account.person_id == Case.owner_id)
        .where(Account.closed_at.is_not(None), Case.state.in_(TAKEN_UP))
    )
    if person_id is not None:
        chosen = chosen.where(Case.owner_id == person_id)
    cases = work.session.scalars(
        chosen.order_by(Case.id)
        .limit(BATCH)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_take_up(work, case) for case in cases)


def forget_duty(work: Work, person_id: int) -> int:
    """Take somebody who left out of the table of duty, from today on; return how many lines."""
    today = local(work.now()).date()
    gone = work.session.scalars(
        delete(Duty)
        .where(
            or_(Duty.person_id == person_id, Duty.stands_for == person_id),
            Duty.last_day >= today,
        )
        .returning(Duty.id)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        audit.note(
            work,
            by=None,
            action="duty.remove",
            subject=f"person:{person_id}",
            detail=f"账号停用，去掉 {len(gone)} 班",
        )
    return len(gone)


def _give(work: Work, case_id: int, person_id: int, to: int, reason: str, by: Actor) -> Case:
    case = locked(work, case_id, by=by, permission=Permission.CASE_REASSIGN)
    if case.owner_id != person_id:
        raise Refusal(NOT_THERE)
    for chosen in (Move.REASSIGN, Move.ASSIGN):
        if (case.state, chosen) in TABLE:
            values = Values(owner=to, reason=reason)
            return move(work, case_id, chosen, by=by, expected=case.state, values=values)
    raise Refusal(WAITS)


def _take_up(work: Work, case: Case) -> bool:
    before = case.owner_level
    levels = tuple(
        level
        for level in asked_from(None, police=case.is_police)
        if before is None or is_above(level, before)
    )
    never = frozenset({case.owner_id}) if case.owner_id is not None else frozenset()
    owner = find_owner(work, case, levels, never=never)
    if owner is None:
        return False  # the highest desk itself: a colleague hands it over by hand
    given = Given(owner=owner.person_id, owner_level=owner.level, reason=LEFT)
    make(work, case, Move.ESCALATE, mover=SYSTEM, given=given)
    return True
