"""Undoing a line of balances from before that was wrong: the district proposes, another signs."""

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household
from people.queries import reaches, scoped, within
from people.rules import Level, at_level
from points.errors import (
    CannotUndo,
    NoSuchOpening,
    NotEnough,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import OpeningRow, OpeningUndo, Posting
from points.rules.openings import MOST_REASON, UndoState
from points.service.concerned import refuse_household
from points.service.ending import reverse
from points.service.filing import checked_words
from points.service.opening import GONE, SOURCE
from points.service.ruling import today

HOLDS = Permission.LEDGER_REVERSE


def propose_undo(work: Work, opening_id: int, line: int, *, reason: str, by: Actor) -> OpeningUndo:
    """Propose for the district that a line is undone; it is the first signature.

    Raises:
        NoSuchOpening: there is no such line for *by*.
        NotYoursToReview: *by* is not of the district, or it concerns them or their kin.
        WrongMoment: it is not in the books, or somebody has proposed it already.
        Unsaid: there is no reason.
    """
    row, home = _row(work, opening_id, line, by)
    if not may_propose_undo(home.area_code, by):
        raise NotYoursToReview("冲正要由区里来提。")
    refuse_household(work, row.household_id, by)
    _posted(work, row)
    words = _checked(reason)
    fresh = insert_once(
        work.session,
        OpeningUndo,
        unique=None,
        area_code=home.area_code,
        opening_id=row.opening_id,
        line=row.line,
        reason=words,
        proposed_by=by.id,
        proposed_at=work.now(),
        state=UndoState.PROPOSED,
        decision="",
    )
    if not fresh:
        raise WrongMoment("这一行已经有人提了冲正，请刷新再看。")
    made = work.session.scalars(
        select(OpeningUndo).where(
            OpeningUndo.opening_id == row.opening_id,
            OpeningUndo.line == row.line,
            OpeningUndo.state == UndoState.PROPOSED,
        )
    ).one()
    _note(work, made, "propose", by)
    return made


def decide_undo(
    work: Work, undo_id: int, *, agree: bool, reason: str = "", by: Actor
) -> OpeningUndo:
    """Sign as the second person, and the line is reversed, once; or say why not.

    Raises:
        NoSuchOpening: there is none for *by*.
        NotYoursToReview: *by* proposed it, or it concerns them or their kin.
        WrongMoment: it is decided.
        CannotUndo: the household has spent too much of it.
        Unsaid: no reason is given for a no.
    """
    one = _locked(work, undo_id, by)
    if by.id == one.proposed_by:
        raise NotYoursToReview("是您提的，要换另一个人来签。")
    row = work.session.get_one(OpeningRow, (one.opening_id, one.line))
    refuse_household(work, row.household_id, by)
    if not agree:
        _end(work, one, UndoState.REFUSED, by, decision=_checked(reason))
        return one
    try:
        posting = reverse(
            work,
            _posted(work, row),
            effective_on=today(work),
            actor_id=one.proposed_by,
            second_actor_id=by.id,
        )
    except NotEnough as error:
        raise CannotUndo(
            "这一户能用的币还差 %(missing)s 个，冲不了。账上不能少于零，等币够了再签。",
            missing=error.missing,
        ) from error
    one.posting_id = posting.id
    _end(work, one, UndoState.POSTED, by)
    return one


def withdraw_undo(work: Work, undo_id: int, *, by: Actor) -> None:
    """Take back what one has proposed oneself.

    Raises:
        NoSuchOpening: there is none for *by*.
        NotYoursToReview: somebody else proposed it.
        WrongMoment: it is decided.
    """
    one = _locked(work, undo_id, by)
    if one.proposed_by != by.id:
        raise NotYoursToReview("是别人提的，只有提的人能撤回；您可以不同意。")
    _end(work, one, UndoState.WITHDRAWN, by)


def _row(work: Work, opening_id: int, line: int, by: Actor) -> tuple[OpeningRow, Household]:
    found = work.session.execute(
        select(OpeningRow, Household)
        .join(Household, Household.id == OpeningRow.household_id)
        .where(
            OpeningRow.opening_id == opening_id,
            OpeningRow.line == line,
            within(Household, by, HOLDS),
        )
    ).one_or_none()
    if found is None:
        raise NoSuchOpening(GONE)
    return found[0], found[1]


def _locked(work: Work, undo_id: int, by: Actor) -> OpeningUndo:
    statement = scoped(select(OpeningUndo).where(OpeningUndo.id == undo_id), by, HOLDS)
    one = work.session.scalar(
        statement.with_for_update(of=OpeningUndo).execution_options(populate_existing=True)
    )
    if one is None:
        raise NoSuchOpening(GONE)
    if one.state is not UndoState.PROPOSED:
        raise WrongMoment("这笔冲正已经有人处理过了，请刷新再看。")
    return one


def _posted(work: Work, row: OpeningRow) -> int:
    """Return the posting that brought a line in."""
    found = work.session.scalar(
        select(Posting.id).where(
            Posting.source_type == SOURCE, Posting.source_id == f"{row.opening_id}:{row.line}"
        )
    )
    if found is None:
        raise WrongMoment("这一行还没有记账，不用冲正。")
    return found


def may_propose_undo(area_code: str, by: Actor) -> bool:
    """Whether somebody is of the district in which a household lies, and may undo."""
    return reaches(by, HOLDS, at_level(area_code, Level.DISTRICT) or area_code)


def _checked(reason: str) -> str:
    words = checked_words(reason)
    if len(words) > MOST_REASON:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_REASON)
    return words


def _end(work: Work, one: OpeningUndo, state: UndoState, by: Actor, *, decision: str = "") -> None:
    one.state, one.decided_by, one.decided_at, one.decision = state, by.id, work.now(), decision
    work.session.flush()
    _note(work, one, "withdraw" if state is UndoState.WITHDRAWN else "decide", by)


def _note(work: Work, one: OpeningUndo, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"coin.undo-{verb}",
        subject=f"opening:{one.opening_id}",
        area=one.area_code,
        detail=f"{one.state.value} {one.line}",
    )
