"""Appeals: to the next level, in thirty days; what two uphold is undone, and said in public."""

from datetime import date, datetime

from sqlalchemy import Select, select

from grid.service.alarms import tell_group
from kernel import audit
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from people.rules import Level, at_level
from points.errors import CannotAppeal, NoSuchAppeal, NoSuchClaim, NotYoursToReview, WrongMoment
from points.models import Appeal, Claim, ClaimReview, Deduction
from points.queries.ruling import rules_of
from points.rules.claims import GONE, ClaimMove, ClaimState, Decision
from points.rules.claims import moved as claim_moved
from points.rules.deductions import (
    CONFIRMS,
    JUDGES,
    TAKEN,
    UNDECIDED,
    AppealState,
    DeductionMove,
    appealable_until,
    level_above,
    moved,
)
from points.rules.table import ReviewLevel, RuleTable
from points.service.concerned import refuse_household
from points.service.deducting import own_deduction
from points.service.filing import checked_words, due_by
from points.service.offsetting import give_back
from points.service.posting import MOST_AT_ONCE
from points.service.ruling import today
from points.service.telling import News, tell


def appeal_deduction(work: Work, deduction_id: int, *, words: str, by: Actor) -> Appeal:
    """Appeal against what was taken from one's household; the same twice is once.

    Raises:
        NoSuchDeduction: it is not one's household's.
        CannotAppeal: nothing was taken, or more than thirty days ago.
        Unsaid: nothing is said.
    """
    one = own_deduction(work, deduction_id, by)
    if one.state not in TAKEN or one.decided_at is None:
        raise CannotAppeal("这件事没有扣币，不用申诉。")
    table = rules_of(work.session, one.rule_version)
    _check_time(work, one.decided_at, table)
    found = select(Appeal).where(Appeal.deduction_id == one.id)
    return _appeal(
        work, found, one.area_code, ReviewLevel.TOWN, table, words, by, deduction_id=one.id
    )


def appeal_claim(work: Work, claim_id: int, *, words: str, by: Actor) -> Appeal:
    """Appeal against a no to one's own claim; the same twice is once.

    Raises:
        NoSuchClaim: it is not theirs.
        CannotAppeal: it was not refused, more than thirty days ago, or by the highest level.
        Unsaid: nothing is said.
    """
    claim = work.session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if claim is None or claim.person_id != by.id:
        raise NoSuchClaim(GONE)
    last = work.session.scalar(
        select(ClaimReview)
        .where(ClaimReview.claim_id == claim.id, ClaimReview.decision == Decision.REFUSE)
        .order_by(ClaimReview.id.desc())
        .limit(1)
    )
    if claim.state is not ClaimState.REFUSED or last is None:
        raise CannotAppeal("这份申报没有被拒绝，不用申诉。")
    table = rules_of(work.session, claim.rule_version)
    _check_time(work, last.at, table)
    found = select(Appeal).where(Appeal.claim_id == claim.id)
    return _appeal(work, found, claim.area_code, last.level, table, words, by, claim_id=claim.id)


def decide_appeal(work: Work, appeal_id: int, *, uphold: bool, reason: str, by: Actor) -> Appeal:
    """Decide an appeal with its reason, which everybody concerned reads.

    One that is upheld against a deduction waits for somebody else to confirm it
    (``confirm_appeal``); one against a no lets the claim be judged anew.

    Raises:
        NoSuchAppeal: there is none for *by*.
        WrongMoment: it is decided.
        NotYoursToReview: it is not their level, concerns them, or they had a part in it.
        Unsaid: no reason is given.
    """
    appeal = _locked(work, appeal_id, by)
    if appeal.state is not AppealState.WAITING:
        raise WrongMoment("这份申诉已经定了，请刷新再看。")
    if not any(hat.role is JUDGES[appeal.level] for hat in by.hats):
        raise NotYoursToReview("这份申诉由上一级来定。")
    appeal.reason = checked_words(reason)
    if appeal.deduction_id is not None:
        _deduction(work, appeal, by)
    else:
        _decide_claim(work, appeal, uphold=uphold, by=by)
    appeal.state = _judged(appeal) if uphold else AppealState.REJECTED
    appeal.decided_by, appeal.decided_at = by.id, work.now()
    work.session.flush()
    _note(work, appeal, "decide", by)
    if appeal.state is not AppealState.JUDGED:
        _tell(work, appeal)
    return appeal


def confirm_appeal(work: Work, appeal_id: int, *, agree: bool, reason: str, by: Actor) -> Appeal:
    """Sign as the second person, and all that was taken goes back and stands in public; or not.

    Whoever does not agree says why, and the appeal waits for its judge again: nobody decides it
    by refusing to sign.

    Raises:
        NoSuchAppeal: there is none for *by*.
        WrongMoment: nothing waits for this.
        NotYoursToReview: not their level, or they judged it, had a part in it, or it concerns them.
        Unsaid: no reason is given for a no.
    """
    appeal = _locked(work, appeal_id, by)
    if appeal.state is not AppealState.JUDGED or appeal.deduction_id is None:
        raise WrongMoment("这份申诉现在不用签，请刷新再看。")
    if by.id == appeal.decided_by:
        raise NotYoursToReview("是您定的，要换另一个人来签。")
    if not any(hat.role in CONFIRMS[appeal.level] for hat in by.hats):
        raise NotYoursToReview("这份申诉由上一级来定。")
    one = _deduction(work, appeal, by)
    if agree:
        one.state, one.turn = moved(one.state, DeductionMove.OVERTURN), one.turn + 1
        judge = appeal.decided_by or by.id
        appeal.restored = give_back(work, one, actor_id=judge, second=by.id)
        appeal.state, appeal.doubt = AppealState.UPHELD, ""
        appeal.confirmed_by, appeal.confirmed_at = by.id, work.now()
    else:
        appeal.doubt = checked_words(reason)
        appeal.state = AppealState.WAITING
        appeal.decided_by, appeal.decided_at, appeal.reason = None, None, ""
    work.session.flush()
    _note(work, appeal, "confirm", by)
    if agree:
        _tell(work, appeal)
    return appeal


def ring_late_appeals(work: Work) -> int:
    """Tell the district's group once of each appeal nobody decided in time; return how many.

    The district is above the town, and nobody is above the district.  What is said names nobody.
    """
    late = work.session.scalars(
        select(Appeal)
        .where(
            Appeal.state.in_(UNDECIDED),
            Appeal.due_by < today(work),
            Appeal.rung_at.is_(None),
        )
        .order_by(Appeal.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for appeal in late:
        appeal.rung_at = work.now()
        at = at_level(appeal.area_code, Level.DISTRICT) or appeal.area_code
        told = (
            f"【绿币申诉】有一份申诉该由{appeal.level.label}在 {appeal.due_by.isoformat()} 前定，"
        )
        tell_group(work, at, f"{told}还没有定，请在“绿币”的“申诉”里看。")
    return len(late)


def _judged(appeal: Appeal) -> AppealState:
    """Return where an upheld appeal stands: what moves coins needs a second signature."""
    return AppealState.UPHELD if appeal.deduction_id is None else AppealState.JUDGED


def _locked(work: Work, appeal_id: int, by: Actor) -> Appeal:
    statement = scoped(
        select(Appeal).where(Appeal.id == appeal_id), by, Permission.CLAIM_APPEAL_DECIDE
    )
    appeal = work.session.scalar(
        statement.with_for_update(of=Appeal).execution_options(populate_existing=True)
    )
    if appeal is None:
        raise NoSuchAppeal("没有这份申诉，或者它不归您定。")
    return appeal


def _tell(work: Work, appeal: Appeal) -> None:
    about = f"points.appeal:{appeal.id}"
    tell(work, News.APPEAL, person_id=appeal.person_id, household_id=None, about=about)


def _note(work: Work, appeal: Appeal, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"coin.appeal-{verb}",
        subject=f"appeal:{appeal.id}",
        area=appeal.area_code,
        detail=appeal.state.value,
    )


def _deduction(work: Work, appeal: Appeal, by: Actor) -> Deduction:
    """Return what an appeal is against, locked, if *by* has no part in it."""
    one = work.session.get_one(
        Deduction, appeal.deduction_id, with_for_update=True, populate_existing=True
    )
    handled = {one.noticed_by, one.checked_by, one.decided_by}
    _refuse_near(work, one.household_id, {appeal.person_id, one.person_id}, handled, by)
    return one


def _decide_claim(work: Work, appeal: Appeal, *, uphold: bool, by: Actor) -> None:
    claim = work.session.get_one(
        Claim, appeal.claim_id, with_for_update=True, populate_existing=True
    )
    earlier = select(ClaimReview.reviewer_id).where(ClaimReview.claim_id == claim.id)
    handled = {*work.session.scalars(earlier), claim.filed_by}
    _refuse_near(work, claim.household_id, {appeal.person_id, claim.person_id}, handled, by)
    if not uphold:
        return
    claim.state = claim_moved(claim.state, ClaimMove.REOPEN)
    claim.round, claim.turn, claim.waiting_for = claim.round + 1, claim.turn + 1, claim.asked[0]
    table = rules_of(work.session, claim.rule_version)
    claim.due_by = due_by(work, table, claim.asked[0])


def _appeal(  # noqa: PLR0913, PLR0917 - the columns of one appeal
    work: Work,
    found: Select[Appeal],
    area_code: str,
    decided_at_level: ReviewLevel,
    table: RuleTable,
    words: str,
    by: Actor,
    **about: int,
) -> Appeal:
    there = work.session.scalar(found)
    if there is not None:
        return there
    days = int(table.tree["appeal"]["decide_wd"])
    fresh = insert_once(
        work.session,
        Appeal,
        unique=None,
        area_code=area_code,
        person_id=by.id,
        words=checked_words(words),
        made_at=work.now(),
        level=level_above(decided_at_level),
        due_by=calendar_of(work.session).after(today(work), days)[0],
        state=AppealState.WAITING,
        reason="",
        restored=0,
        **about,
    )
    made = work.session.scalars(found).one()
    if fresh:
        audit.note(work, by=by, action="coin.appeal", subject=f"appeal:{made.id}", area=area_code)
    return made


def _check_time(work: Work, decided_at: datetime, table: RuleTable) -> None:
    days = int(table.tree["appeal"]["window_days"])
    last: date = appealable_until(decided_at, days)
    if today(work) > last:
        raise CannotAppeal("申诉要在 %(days)s 天以内，已经过了。", days=days)


def _refuse_near(
    work: Work, household_id: int, about: set[int], handled: set[int | None], by: Actor
) -> None:
    """Keep out whoever handled it, or whom it concerns: *about* may live elsewhere by now."""
    if by.id in handled:
        raise NotYoursToReview("您经手过这件事，申诉要换别人来定。")
    refuse_household(work, household_id, by, about=about)
