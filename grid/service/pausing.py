"""The one standstill of a case: begun by its owner, seen by the resident, ended in four ways."""

from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grid.models import Act, Case, Pause, Question
from grid.rules import (
    PauseEnd,
    PauseReason,
    pause_ends,
    refuse_not_in_hand,
    refuse_pause,
    refuse_standstill,
)
from grid.rules.clocks import local
from grid.service.alarms import about, tell
from grid.service.record import Entry, locked, reckon, wind_close, write
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.permissions import Permission
from kernel.work import Work

BATCH: Final = 200
ENDS: Final = {
    PauseEnd.TIME: "停表的时间到了，接着办",
    PauseEnd.HAND: "接着办",
    PauseEnd.ANSWER: "收到回答，接着办",
    PauseEnd.MOVE: "事情往下走了，不再停表",
}
NO_ANSWER: Final = "没有等到回答，先接着办；有话随时可以补充"
# What both sides read of an end, word for word, so that pages can say it in their language.
SAID_AT_THE_END: Final = frozenset({*ENDS.values(), NO_ANSWER})


def pause(work: Work, case_id: int, *, by: Actor, reason: PauseReason, words: str) -> None:
    """Let the close clock stand still, once in the life of a case; the resident reads why.

    Raises:
        NoSuchCase, NotYours, WrongMoment: there is none; it is another's; it is not in hand.
        TooLate: its time is over already.
        OftenEnough: it stood still before.
        Incomplete: nothing is said to the resident.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_PAUSE)
    is_owner = case.owner_id == by.id
    refuse_standstill(state=case.state, is_owner=is_owner, close_by=case.close_by, now=work.now())
    refuse_pause(taken=times_paused(work.session, case.id), reason=words)
    stand_still(work, case, by=by.id, reason=reason, words=words)
    write(work, case, Entry(act=Act.PAUSED, who=by.id, why=f"{reason.label}：{words}"))
    reckon(work, case)


def resume(work: Work, case_id: int, *, by: Actor) -> None:
    """Let the clock go on before the standstill ends by itself; when none is, nothing happens.

    Raises:
        NoSuchCase, NotYours, WrongMoment: as ``pause``.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_PAUSE)
    refuse_not_in_hand(state=case.state, is_owner=case.owner_id == by.id)
    if case.paused_until is not None:
        go_on(work, case, PauseEnd.HAND, who=by.id)
        reckon(work, case)


def end_pauses(work: Work) -> int:
    """End the standstills whose time is over, each once; return how many cases that were.

    An unanswered question waits no longer: the case goes on, and both sides read so.
    """
    cases = work.session.scalars(
        select(Case)
        .where(Case.paused_until <= work.now())
        .order_by(Case.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        go_on(work, case, PauseEnd.TIME)
        reckon(work, case)
        if case.owner_id is not None:
            tell(work, case, case.owner_id, f"{about(work, case)}停表的时间到了，请接着办。")
    return len(cases)


def times_paused(session: Session, case_id: int) -> int:
    """Return how often a case stood still: 0 or 1."""
    return session.scalar(select(func.count(Pause.id)).where(Pause.case_id == case_id)) or 0


def stand_still(work: Work, case: Case, *, by: int, reason: PauseReason, words: str) -> None:
    """Stop the close clock of a locked case.  Who may was asked before."""
    calendar = calendar_of(work.session)
    ends_by = pause_ends(reason, work.now(), calendar)
    guessed = calendar.estimates(local(work.now()).date(), local(ends_by).date())
    work.session.add(
        Pause(
            case_id=case.id,
            reason=reason,
            words=words,
            began_at=work.now(),
            ends_by=ends_by,
            estimated=guessed,
            who=by,
        )
    )
    work.session.flush()
    case.paused_until = ends_by
    wind_close(work, case, estimated=guessed)


def go_on(work: Work, case: Case, how: PauseEnd, *, who: int | None = None) -> None:
    """Let the close clock of a locked case go on; what nobody answered is asked no longer.

    Ended late by a schedule that was down, it ended when it should have.
    """
    stop = work.session.scalars(select(Pause).where(Pause.case_id == case.id)).one()
    stop.ended_at, stop.ended_how = min(work.now(), stop.ends_by), how
    work.session.flush()
    case.paused_until = None
    unanswered = case.questions > 0 and how is not PauseEnd.ANSWER
    why = NO_ANSWER if unanswered and how is PauseEnd.TIME else ENDS[how]
    if unanswered and how is not PauseEnd.HAND:
        forget_questions(work, case)
    write(work, case, Entry(act=Act.RESUMED, who=who, why=why))
    wind_close(work, case)


def forget_questions(work: Work, case: Case) -> None:
    """Wait for no answer any more."""
    case.questions = 0
    work.session.execute(
        update(Question)
        .where(
            Question.case_id == case.id,
            Question.answered_at.is_(None),
            Question.lapsed_at.is_(None),
        )
        .values(lapsed_at=work.now())
        .execution_options(synchronize_session=False)
    )
