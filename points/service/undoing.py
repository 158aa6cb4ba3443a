"""Undoing what was posted wrongly, a line brought in or a claim's coins: by two, once, in whole."""

from dataclasses import dataclass
from typing import Final

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
    NoSuchClaim,
    NoSuchOpening,
    NoSuchUndo,
    NotEnough,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Claim, ClaimReview, OpeningRow, Posting, Undo
from points.rules.claims import GONE as NO_CLAIM
from points.rules.claims import Decision
from points.rules.undoing import CLAIM, MOST_REASON, OPENING, UndoState, is_fresh_pair
from points.service.concerned import refuse_household
from points.service.ending import reverse
from points.service.filing import checked_words
from points.service.opening import GONE
from points.service.ruling import today

HOLDS: Final = Permission.LEDGER_REVERSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is to be undone: the source of its posting, and whom it concerns."""

    source_type: str
    source_id: str
    area_code: str
    household_id: int
    about: frozenset[int] = frozenset()  # who may not sign, wherever they live by now
    passed: frozenset[int] = frozenset()  # who passed it: of two signers one is none of them


def propose_undo(work: Work, opening_id: int, line: int, *, reason: str, by: Actor) -> Undo:
    """Propose for the district that a line brought in is undone; it is the first signature.

    Raises:
        NoSuchOpening: there is no such line for *by*.
        NotYoursToReview: *by* is not of the district, or it concerns them or their kin.
        WrongMoment: it is not in the books, or somebody has proposed it already.
        Unsaid: there is no reason.
    """
    row, home = _row(work, opening_id, line, by)
    if not may_propose_undo(home.area_code, by):
        raise NotYoursToReview("冲正要由区里来提。")
    return _propose(work, _of_row(row, home.area_code), reason, by)


def propose_return(work: Work, claim_id: int, *, reason: str, by: Actor) -> Undo:
    """Propose that what paid a claim is taken back; it is the first signature.

    Raises:
        NoSuchClaim: there is none in whose place *by* may undo things.
        NotYoursToReview: it concerns them or their kin.
        WrongMoment: it was not paid, or somebody has proposed it already.
        Unsaid: there is no reason.
    """
    return _propose(work, _of_claim(work, claim_id, by), reason, by)


def decide_undo(work: Work, undo_id: int, *, agree: bool, reason: str = "", by: Actor) -> Undo:
    """Sign as the second person, and it is reversed, once; or say why not.

    Raises:
        NoSuchUndo, NoSuchClaim: there is none for *by*.
        NotYoursToReview: *by* proposed it, it concerns them or their kin, or both passed it.
        WrongMoment: it is decided.
        CannotUndo: the household has spent too much of it.
        Unsaid: no reason is given for a no.
    """
    one = _locked(work, undo_id, by)
    if by.id == one.proposed_by:
        raise NotYoursToReview("是您提的，要换另一个人来签。")
    wrong = _wrong(work, one, by)
    refuse_household(work, wrong.household_id, by, about=wrong.about)
    if not agree:
        _end(work, one, UndoState.REFUSED, by, decision=_checked(reason))
        return one
    if not is_fresh_pair(one.proposed_by, by.id, wrong.passed):
        raise NotYoursToReview("提的人和您都审过这份申报，要换一个没有审过的人来签。")
    try:
        posting = reverse(
            work,
            _posted(work, wrong),
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
        NoSuchUndo: there is none for *by*.
        NotYoursToReview: somebody else proposed it.
        WrongMoment: it is decided.
    """
    one = _locked(work, undo_id, by)
    if one.proposed_by != by.id:
        raise NotYoursToReview("是别人提的，只有提的人能撤回；您可以不同意。")
    _end(work, one, UndoState.WITHDRAWN, by)


def may_propose_undo(area_code: str, by: Actor) -> bool:
    """Whether somebody is of the district in which a household lies, and may undo."""
    return reaches(by, HOLDS, at_level(area_code, Level.DISTRICT) or area_code)


def _propose(work: Work, wrong: Wrong, reason: str, by: Actor) -> Undo:
    refuse_household(work, wrong.household_id, by, about=wrong.about)
    _posted(work, wrong)
    words = _checked(reason)
    named = {"source_type": wrong.source_type, "source_id": wrong.source_id}
    fresh = insert_once(
        work.session,
        Undo,
        unique=None,
        **named,
        area_code=wrong.area_code,
        reason=words,
        proposed_by=by.id,
        proposed_at=work.now(),
        state=UndoState.PROPOSED,
        decision="",
    )
    if not fresh:
        raise WrongMoment("已经有人提了，或者已经冲回了，请刷新再看。")
    waits = select(Undo).filter_by(**named, state=UndoState.PROPOSED)
    made = work.session.scalars(waits).one()
    _note(work, made, "propose", by)
    return made


def _wrong(work: Work, one: Undo, by: Actor) -> Wrong:
    if one.source_type == CLAIM:
        return _of_claim(work, int(one.source_id), by)
    opening_id, _colon, line = one.source_id.partition(":")
    row = work.session.get_one(OpeningRow, (int(opening_id), int(line)))
    return _of_row(row, one.area_code)


def _of_row(row: OpeningRow, area_code: str) -> Wrong:
    return Wrong(
        source_type=OPENING,
        source_id=f"{row.opening_id}:{row.line}",
        area_code=area_code,
        household_id=row.household_id,
    )


def _of_claim(work: Work, claim_id: int, by: Actor) -> Wrong:
    mine = select(Claim).where(Claim.id == claim_id, within(Claim, by, HOLDS))
    claim = work.session.scalar(mine)
    if claim is None:
        raise NoSuchClaim(NO_CLAIM)
    passed = select(ClaimReview.reviewer_id).where(
        ClaimReview.claim_id == claim.id,
        ClaimReview.round == claim.round,
        ClaimReview.decision == Decision.APPROVE,
    )
    return Wrong(
        source_type=CLAIM,
        source_id=str(claim.id),
        area_code=claim.area_code,
        household_id=claim.household_id,
        about=frozenset(filter(None, (claim.person_id, claim.filed_by))),
        passed=frozenset(work.session.scalars(passed)),
    )


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


def _locked(work: Work, undo_id: int, by: Actor) -> Undo:
    statement = scoped(select(Undo).where(Undo.id == undo_id), by, HOLDS)
    one = work.session.scalar(
        statement.with_for_update(of=Undo).execution_options(populate_existing=True)
    )
    if one is None:
        raise NoSuchUndo("没有这件事，或者它不归您管。")
    if one.state is not UndoState.PROPOSED:
        raise WrongMoment("这件事已经有人处理过了，请刷新再看。")
    return one


def _posted(work: Work, wrong: Wrong) -> int:
    """Return the posting that was wrong."""
    found = work.session.scalar(
        select(Posting.id).where(
            Posting.source_type == wrong.source_type, Posting.source_id == wrong.source_id
        )
    )
    if found is None:
        raise WrongMoment("还没有记账，没有币可以冲回。")
    return found


def _checked(reason: str) -> str:
    words = checked_words(reason)
    if len(words) > MOST_REASON:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_REASON)
    return words


def _end(work: Work, one: Undo, state: UndoState, by: Actor, *, decision: str = "") -> None:
    one.state, one.decided_by, one.decided_at, one.decision = state, by.id, work.now(), decision
    work.session.flush()
    _note(work, one, "withdraw" if state is UndoState.WITHDRAWN else "decide", by)


def _note(work: Work, one: Undo, verb: str, by: Actor) -> None:
    what = "return" if one.source_type == CLAIM else "undo"
    number, _colon, line = one.source_id.partition(":")
    audit.note(
        work,
        by=by,
        action=f"coin.{what}-{verb}",
        subject=f"{one.source_type}:{number}",
        area=one.area_code,
        detail=f"{one.state.value} {line}".strip(),
    )
