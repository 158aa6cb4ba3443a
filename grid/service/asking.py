"""Staff ask the resident for more on the receipt, and the resident answers there."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from grid.errors import Incomplete
from grid.models import Act, Case, FileKind, Question
from grid.rules import (
    Concern,
    PauseEnd,
    PauseReason,
    pause_ends,
    refuse_not_in_hand,
    refuse_question,
    says_something,
)
from grid.service.alarms import about, tell, tell_desk
from grid.service.opening import add_files
from grid.service.pausing import go_on, stand_still, times_paused
from grid.service.record import Entry, locked, reckon, write
from grid.service.reporters import concern
from grid.service.residents import said_at, supplement, worked_on
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.permissions import Permission
from kernel.work import Work


def ask(work: Work, case_id: int, *, by: Actor, words: str) -> None:
    """Ask whoever reported it for more.  The first time the close clock waits for the answer.

    Raises:
        NoSuchCase, NotYours, WrongMoment: there is none; it is another's; it is not in hand.
        NotThatWay: no resident reported it.
        OftenEnough: it was asked often enough.
        Incomplete: nothing is asked.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_HANDLE)
    refuse_not_in_hand(state=case.state, is_owner=case.owner_id == by.id)
    count = select(func.count(Question.id)).where(Question.case_id == case.id)
    asked = work.session.scalar(count) or 0
    refuse_question(asked=asked, has_resident=case.staff_reporter is None or case.reporters > 1)
    if not says_something(words):
        raise Incomplete("请写明要问什么，居民看得到。")
    answer_by = pause_ends(PauseReason.WAIT_RESIDENT, work.now(), calendar_of(work.session))
    work.session.add(
        Question(
            case_id=case.id,
            number=asked + 1,
            who=by.id,
            words=words,
            asked_at=work.now(),
            answer_by=answer_by,
        )
    )
    case.questions += 1
    in_time = case.close_by is not None and work.now() < case.close_by
    if in_time and not times_paused(work.session, case.id):
        reason = PauseReason.WAIT_RESIDENT
        stand_still(work, case, by=by.id, reason=reason, words=words)
    write(work, case, Entry(act=Act.ASKED, who=by.id, why=words))
    reckon(work, case)
    concern(work, case, Concern.ASKED)


def answer(work: Work, case_id: int, *, words: str, attachments: Sequence[int]) -> None:
    """Take the resident's answer to all that was asked; the clock goes on.

    One that comes when nobody waits any more is kept like anything else they add.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is over.
        Incomplete: there is neither a word nor a file.
    """
    if not says_something(words) and not attachments:
        raise Incomplete("请写一句，或加一张照片。")
    case, main = worked_on(work, case_id)
    if not main.questions:
        supplement(work, case_id, words=words, attachments=attachments)
        return
    for row, act in said_at(case, main, Act.ANSWERED):
        number = write(work, row, Entry(act=act, by_reporter=True, why=words))
        add_files(work, row, attachments, kind=FileKind.SUPPLEMENT, step=number)
    _settle(work, main)
    text = f"{about(work, main)}上报人回答了，请看一看，接着办。"
    if main.owner_id is None:
        tell_desk(work, main, text)
    else:
        tell(work, main, main.owner_id, text)


def _settle(work: Work, main: Case) -> None:
    main.questions = 0
    work.session.execute(
        update(Question)
        .where(
            Question.case_id == main.id,
            Question.answered_at.is_(None),
            Question.lapsed_at.is_(None),
        )
        .values(answered_at=work.now())
        .execution_options(synchronize_session=False)
    )
    if main.paused_until is not None:
        go_on(work, main, PauseEnd.ANSWER)
        reckon(work, main)
