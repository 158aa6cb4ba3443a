"""More time for a case: asked for by its owner, granted or refused above, never by who asked."""

from dataclasses import replace

from sqlalchemy import func, select

from grid.errors import Incomplete, NotThatWay, OftenEnough, TooLate, WrongMoment
from grid.models import Act, Case, Extension, Outcome
from grid.queries.facts import pauses_of, span_of, terms
from grid.rules import (
    Concern,
    deadlines,
    refuse_extension,
    refuse_judge,
    refuse_not_in_hand,
    says_something,
)
from grid.service.alarms import about, tell, tell_desk
from grid.service.record import Entry, locked, reckon, wind_close, write
from grid.service.reporters import concern
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.permissions import Permission
from kernel.work import Work


def ask_extension(work: Work, case_id: int, *, by: Actor, reason: str) -> None:
    """Ask for more time before the limit passes; the clock runs on until somebody says yes.

    Raises:
        NoSuchCase, NotYours, WrongMoment: there is none; it is another's; it is not in hand.
        OftenEnough: it was granted before, or waits to be decided.
        TooLate: it is due already, or there is nothing longer to extend to.
        Incomplete: no reason is given.
        NotThatWay: it is for the police, above whom nobody decides here.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_EXTEND)
    refuse_not_in_hand(state=case.state, is_owner=case.owner_id == by.id)
    if case.is_police:
        raise NotThatWay("涉警的事不在这里延期，请按公安的规定办。")
    if case.extension_open:
        raise OftenEnough("已经申请过延期，正在等上面批。")
    if case.close_by is None:
        raise WrongMoment("这件事还没有办结时限。")
    granted = select(func.count(Extension.id)).where(
        Extension.case_id == case.id, Extension.outcome == Outcome.GRANTED
    )
    refuse_extension(
        terms(case),
        granted=work.session.scalar(granted) or 0,
        close_by=case.close_by,
        now=work.now(),
        reason=reason,
    )
    if not _gives_time(work, case):
        raise TooLate("这类事延期后的时限也不比现在晚，不用申请。")
    work.session.add(Extension(case_id=case.id, asked_by=by.id, asked_at=work.now(), reason=reason))
    case.extension_open = True
    write(work, case, Entry(act=Act.EXTENSION_ASKED, who=by.id, why=reason))
    tell_desk(work, case, f"{about(work, case)}申请延期，请在到期前批。")


def decide_extension(
    work: Work, case_id: int, *, by: Actor, granted: bool, sentence: str = ""
) -> None:
    """Say yes or no to the ask that waits; of two at once the second hears who was faster.

    Raises:
        NoSuchCase: there is none where *by* approves extensions.
        WrongMoment: none waits, any more.
        NotYours: *by* asked for it.
        TooLate: the limit has passed.
        Incomplete: a no without a sentence.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_EXTEND_APPROVE)
    asked = open_extension(work, case)
    if asked is None:
        raise WrongMoment("这个延期申请已经有人批过，或者已经作废。")
    refuse_judge(person=by.id, asked_by=asked.asked_by, close_by=case.close_by, now=work.now())
    if not granted and not says_something(sentence):
        raise Incomplete("不批要写一句为什么。")
    asked.outcome = Outcome.GRANTED if granted else Outcome.REFUSED
    asked.decided_by, asked.decided_at, asked.sentence = by.id, work.now(), sentence
    case.extension_open = False
    if granted:
        case.extended = True
        wind_close(work, case, estimated=case.paused_until is not None and case.estimated)
        write(work, case, Entry(act=Act.EXTENDED, who=by.id, why=asked.reason))
        concern(work, case, Concern.EXTENDED)
    else:
        write(work, case, Entry(act=Act.EXTENSION_REFUSED, who=by.id, why=sentence))
    reckon(work, case)
    answer = "延期批了" if granted else f"延期没有批：{sentence}"
    tell(work, case, asked.asked_by, f"{about(work, case)}{answer}")


def lapse(work: Work, case: Case) -> None:
    """Let an ask fall that nobody decided: the limit passed, or the case is over."""
    asked = open_extension(work, case)
    case.extension_open = False
    if asked is None:
        return
    asked.outcome, asked.decided_at = Outcome.LAPSED, work.now()
    write(work, case, Entry(act=Act.EXTENSION_LAPSED, why="没有人批，申请作废，时限不变"))


def open_extension(work: Work, case: Case) -> Extension | None:
    """Return the ask of a locked case that waits to be decided."""
    return work.session.scalar(
        select(Extension)
        .where(Extension.case_id == case.id, Extension.decided_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _gives_time(work: Work, case: Case) -> bool:
    """Whether an extension would end later than the clock does now."""
    of = replace(terms(case), close=span_of(case))
    if of.ext_wd is None or case.close_by is None:
        return False
    longer = deadlines(
        of,
        calendar_of(work.session),
        submitted_at=case.round_at,
        accepted_at=case.admitted_at,
        pauses=pauses_of(work.session, case),
        extended=True,
    )
    return longer.close_by is not None and longer.close_by > case.close_by
