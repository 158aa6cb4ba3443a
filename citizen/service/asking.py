"""What residents do with a report once it is there: add, answer, urge, rate, object, take back."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import select

from citizen import rules
from citizen.errors import NothingSaid, NotYet, RatedAlready, UrgedToday
from citizen.models import Rating, Report, Urge
from citizen.rules import Satisfied, Solved
from citizen.service.submitting import File, insert_if_new, lock
from grid import queries as grid_queries
from grid import service as grid
from grid.rules import CallCause
from kernel import media
from kernel.errors import Refusal
from kernel.media import Attachment, Kind
from kernel.work import Work

# All that may ever be added to one report, so that nobody fills the store through it.
MOST_ADDED: Final = {Kind.PICTURE: 20, Kind.SOUND: 3}
LONGEST_NOTE: Final = 500
LONGEST_HOURS: Final = 40
WITHDRAWN: Final = "上报的人自己撤回"


def add(work: Work, report_id: int, *, words: str, files: Sequence[File]) -> int:
    """Add words or files to what the grid has; return how many files could not be kept.

    The same file twice is one file.

    Raises:
        NothingSaid: there is neither.
        TooManyWords: there are more words than are kept.
        MediaRefused: a file is not taken; then nothing is.
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    return _said(work, report_id, words=words, files=files, hand_on=grid.supplement)


def answer(work: Work, report_id: int, *, words: str, files: Sequence[File]) -> int:
    """Answer what staff asked; return how many files could not be kept.

    What comes when nobody waits for it any more is kept like anything else that is added.

    Raises:
        NothingSaid: there is neither a word nor a file.
        TooManyWords: there are more words than are kept.
        MediaRefused: a file is not taken; then nothing is.
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    return _said(work, report_id, words=words, files=files, hand_on=grid.answer)


def object_to(work: Work, report_id: int, *, reason: str) -> None:
    """Say no to a refusal, within seven days and once, which the grid sees to.

    Raises:
        NothingSaid: there is no reason.
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    if not reason:
        raise NothingSaid("请写一句为什么不同意。")
    grid.object_to(work, _case_of(lock(work, report_id)), reason=reason[:LONGEST_NOTE])


def urge(work: Work, report_id: int, *, note: str = "") -> None:
    """Ask where it stays: once a day of Shanghai.  *note* says who wrote it down.

    Raises:
        UrgedToday: it was asked today.
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    report = lock(work, report_id)
    case_id = _case_of(report)
    today = rules.day_of(work.now())
    if not insert_if_new(work, Urge, report_id=report.id, day=today, urged_at=work.now()):
        raise UrgedToday("今天已经催过了，办事的人和他的上级都看得到。明天还没动静再催。")
    grid.urge(work, case_id, note=note)


def rate(
    work: Work, report_id: int, *, solved: Solved, satisfied: Satisfied, note: str = ""
) -> None:
    """Say how it went; kept for ever, once for each time the case was closed.

    Raises:
        NotYet: the case is not closed.
        RatedAlready: this closing has its rating.
        Refusal: the note is too long.
    """
    if len(note) > LONGEST_NOTE:
        raise Refusal("最多写 %(most)s 个字，请删短一点。", most=LONGEST_NOTE)
    report = lock(work, report_id)
    progress = grid_queries.progress(work.session, _case_of(report))
    if progress.closed_at is None:
        raise NotYet("这件事还没有办结，办结以后再来打分。")
    fresh = insert_if_new(
        work,
        Rating,
        report_id=report.id,
        closed_at=progress.closed_at,
        solved=solved,
        satisfied=satisfied,
        note=note,
        rated_at=work.now(),
    )
    if not fresh:
        raise RatedAlready("您已经打过分了，谢谢。")
    if solved is Solved.NOT_SOLVED:
        grid.owe_call(work, _case_of(report), cause=CallCause.NOT_SOLVED, said=note)


def reopen(work: Work, report_id: int, *, reason: str) -> None:
    """Ask for rework: within 7 days of closing and once, which the grid sees to.

    Raises:
        NothingSaid: there is no reason.
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    if not reason:
        raise NothingSaid("请写一句哪里没办好。")
    grid.reopen(work, _case_of(lock(work, report_id)), reason=reason[:LONGEST_NOTE])


def withdraw(work: Work, report_id: int) -> None:
    """Take it back.

    Raises:
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    grid.withdraw(work, _case_of(lock(work, report_id)), reason=WITHDRAWN)


def confirm(work: Work, report_id: int, *, note: str = "") -> None:
    """Say that it is settled, in place of somebody who would go and look.

    *note* says who wrote it down.

    Raises:
        NotYet: the report has not reached the grid.
        Refusal: one of the grid's own.
    """
    grid.confirm(work, _case_of(lock(work, report_id)), note=note)


class HandOn(Protocol):
    """What takes words and files of a report down to its case."""

    def __call__(
        self, work: Work, case_id: int, *, words: str, attachments: Sequence[int]
    ) -> None: ...


def _said(work: Work, report_id: int, *, words: str, files: Sequence[File], hand_on: HandOn) -> int:
    rules.checked_words(words, files=len(files))
    report = lock(work, report_id)
    case_id = _case_of(report)
    lost, kept = 0, []
    for file in files:
        try:
            kept.append(_kept(work, report, file))
        except media.MediaUnavailable:
            lost += 1
    if words or kept:
        hand_on(work, case_id, words=words, attachments=kept)
    return lost


def ask_callback(work: Work, report_id: int, *, dialect: str, hours: str) -> None:
    """Say in which dialect and when to be called back; asked again it replaces what was said.

    Raises:
        NotYet: the report has not reached the grid.
        Refusal: the hours are too long, or one of the grid's own.
    """
    if len(hours) > LONGEST_HOURS:
        raise Refusal("最多写 %(most)s 个字，请删短一点。", most=LONGEST_HOURS)
    grid.ask_callback(work, _case_of(lock(work, report_id)), dialect=dialect, hours=hours)


def _case_of(report: Report) -> int:
    if report.case_id is None:
        raise NotYet("这件事正在送到网格员手机上，请过一两分钟再试。")
    return report.case_id


def _kept(work: Work, report: Report, file: File) -> int:
    owner, content = f"{report.owner}:more", file.read()
    key = f"{owner}:{sha256(content).hexdigest()}"
    there = dict(
        work.session.execute(
            select(Attachment.key, Attachment.kind).where(Attachment.owner == owner)
        ).all()
    )
    if key not in there:
        count = 1 + list(there.values()).count(file.kind)
        media.check_count(file.kind, count, most=MOST_ADDED[file.kind])
    return media.receive(work, content, kind=file.kind, key=key, owner=owner).id
