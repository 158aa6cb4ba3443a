"""What the town's desk says at night: that it knows, or that it goes itself."""

from sqlalchemy import update

from grid.models import Act, Case, DeskAlarm
from grid.queries.departments import of_desks
from grid.queries.facts import round_of
from grid.rules import Move, State
from grid.service.acts import on_my_way
from grid.service.moving import Values, move
from grid.service.record import Entry, locked, write
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work

KNOWS = "镇夜间值班室知道了"
GOES = "镇夜间值班室接手去现场"


def desk_knows(work: Work, case_id: int, *, by: Actor) -> None:
    """Let the desk's phone rest: whoever has the case is rung on, and so goes the ladder.

    Raises:
        NoSuchCase: there is none that *by* may give to somebody at a desk.
    """
    case = locked(work, case_id, by=of_desks(by), permission=Permission.CASE_ASSIGN)
    if _answer(work, case, by):
        write(work, case, Entry(act=Act.NOTE, who=by.id, why=KNOWS))


def desk_goes(work: Work, case_id: int, *, by: Actor) -> None:
    """Take the case over, by the moves of the table, and say 我去了: every phone rests.

    Raises:
        NoSuchCase: there is none that *by* may give to somebody.
        WrongMoment, NotYours, NotThatWay: as the rules say.
    """
    case = locked(work, case_id, by=of_desks(by), permission=Permission.CASE_ASSIGN)
    if case.owner_id != by.id:
        in_hand = case.state in {State.DISPATCHED, State.HANDLING}
        chosen = Move.REASSIGN if in_hand else Move.ASSIGN
        values = Values(owner=by.id, reason=GOES)
        move(work, case_id, chosen, by=by, expected=case.state, values=values)
    if case.state is State.DISPATCHED:
        move(work, case_id, Move.ACCEPT, by=by, expected=case.state)
    on_my_way(work, case_id, by=by)
    _answer(work, case, by)


def _answer(work: Work, case: Case, by: Actor) -> bool:
    """Write down who answered, once; say whether it was they."""
    first = work.session.scalar(
        update(DeskAlarm)
        .where(
            DeskAlarm.case_id == case.id,
            DeskAlarm.round == round_of(case),
            DeskAlarm.answered_at.is_(None),
        )
        .values(answered_at=work.now(), answered_by=by.id, rings_at=None)
        .returning(DeskAlarm.id)
        .execution_options(synchronize_session=False)
    )
    return first is not None
