"""What whoever reported can still do.  Who they are is the citizen feature's matter."""

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select

from grid.errors import Incomplete, WrongMoment
from grid.models import Act, Case, FileKind
from grid.rules import Given, Move, Mover, says_something
from grid.service.alarms import about, tell, tell_desk
from grid.service.moving import make
from grid.service.opening import add_files
from grid.service.record import Entry, locked_for_reporter, write
from kernel.work import Work

REPORTER = Mover(is_reporter=True)


def attach(work: Work, case_id: int, *, attachment_id: int) -> None:
    """Hang a picture or voice note of the report on its case; again changes nothing.

    It may come after the case is over: what somebody sent with their words is kept with them.

    Raises:
        NoSuchCase: there is none.
    """
    case = locked_for_reporter(work, case_id)
    add_files(work, case, [attachment_id], kind=FileKind.REPORT, step=1)
    case.touched_at = work.now()


def supplement(work: Work, case_id: int, *, words: str, attachments: Sequence[int]) -> None:
    """Add what the reporter says later.  Where it was merged, the main case's people read it.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is over.
        Incomplete: there is neither a word nor a file.
    """
    if not says_something(words) and not attachments:
        raise Incomplete("请写一句，或加一张照片。")
    case, main = worked_on(work, case_id)
    for row, act in said_at(case, main, Act.SUPPLEMENT):
        number = write(work, row, Entry(act=act, by_reporter=True, why=words))
        add_files(work, row, attachments, kind=FileKind.SUPPLEMENT, step=number)
    _tell_owner(work, main, "上报人补充了情况，请看一看。")


def urge(work: Work, case_id: int, *, note: str = "") -> None:
    """Tell whoever has it that the reporter is waiting.  How often is the caller's rule.

    *note* says who wrote it down for them.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is over.
    """
    case, main = worked_on(work, case_id)
    for row, act in said_at(case, main, Act.URGE):
        why = "催办" if act is Act.OTHERS else note
        write(work, row, Entry(act=act, by_reporter=True, why=why))
    _tell_owner(work, main, "上报人催办，请尽快联系。")


def withdraw(work: Work, case_id: int, *, reason: str) -> None:
    """Take the report back, before a result was reported.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is too far, or others reported it too.
    """
    case = locked_for_reporter(work, case_id)
    owner = case.owner_id
    make(work, case, Move.WITHDRAW, mover=REPORTER, given=Given(reason=reason))
    if owner is not None:
        tell(work, case, owner, f"{about(work, case)}上报人撤回了，不用再去。")


def confirm(work: Work, case_id: int, *, note: str = "") -> None:
    """Close a case that is not urgent: its reporter says it is solved.

    *note* says who wrote it down for them.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: no result waits to be verified.
        NotYours: it is urgent, and somebody has to look on the spot.
    """
    case = locked_for_reporter(work, case_id)
    given = Given(finding=case.proposed_finding, reason=note)
    make(work, case, Move.CONFIRM, mover=REPORTER, given=given)


def reopen(work: Work, case_id: int, *, reason: str) -> None:
    """Ask for rework within seven days of closing, once.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is not closed.
        TooLate: the seven days are over.
        OftenEnough: it was done once.
        Incomplete: no reason is given.
    """
    case = locked_for_reporter(work, case_id)
    make(work, case, Move.REOPEN, mover=REPORTER, given=Given(reason=reason))


def worked_on(work: Work, case_id: int) -> tuple[Case, Case]:
    """Return the case and the one that is worked on, both locked; the second is not over.

    Raises:
        NoSuchCase: there is none.
        WrongMoment: it is over.
    """
    case, main = locked_with_main(work, case_id)
    if main.state.is_over:
        raise WrongMoment("这件事现在是“%(state)s”，不能再补充或催办。", state=main.state.citizen)
    return case, main


def locked_with_main(work: Work, case_id: int) -> tuple[Case, Case]:
    """Return the case and the one that is worked on: itself, or what it was merged into.

    Both are locked, in the order of their keys.

    Raises:
        NoSuchCase: there is none.
    """
    main_id = select(Case.main_id).where(Case.id == case_id).scalar_subquery()
    rows = work.session.scalars(
        select(Case)
        .where(or_(Case.id == case_id, Case.id == main_id))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    locked = {row.id: row for row in rows}
    case = locked.get(case_id) or locked_for_reporter(work, case_id)
    # It may have been merged between reading and locking; then the main case is locked now.
    main_number = case.main_id or case_id
    return case, locked.get(main_number) or locked_for_reporter(work, main_number)


def said_at(case: Case, main: Case, act: Act) -> Iterator[tuple[Case, Act]]:
    """Yield where something is written down: one reporter never reads what another one said."""
    yield case, act
    if main is not case:
        yield main, Act.OTHERS


def _tell_owner(work: Work, case: Case, what: str) -> None:
    text = f"{about(work, case)}{what}"
    if case.owner_id is None:
        tell_desk(work, case, text)
    else:
        tell(work, case, case.owner_id, text)
