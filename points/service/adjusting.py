"""Coins that follow a household: proposed by one, agreed to by another, posted once.

From a household that is still there coins go only to one it was split from, or that was split from
it; what was merged gives to the household it became part of.  So says the log, not the form.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once, take_turns
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household
from people.queries import reaches, scoped, within
from people.rules import Level, at_level
from points.errors import (
    CannotAdjust,
    NobodyThere,
    NoSuchAdjustment,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Adjustment, Deduction
from points.queries.ages import carried_by
from points.queries.balances import balance
from points.rules import Line, PostingKind, Request
from points.rules.adjustments import MOST_REASON, AdjustmentState, AdjustmentWhy
from points.rules.deductions import SAYABLE, TAKEN
from points.rules.helping import Consent
from points.service.accounts import Owner, account_id, account_ids
from points.service.expiring import expire_before_move
from points.service.filing import checked_words
from points.service.paying import pay_line
from points.service.posting import post
from points.service.relations import (
    NO_HOME,
    agreed,
    check_relation,
    household_named,
    refuse_near,
)
from points.service.ruling import today

GONE: Final = "没有这笔转账，或者它不归您管。"
SOURCE: Final = "adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentWanted:
    """What somebody proposes: numbers as they were typed; *coins* None is all there is."""

    from_number: str
    to_number: str  # "" is the village's funds
    coins: int | None
    why: AdjustmentWhy | None
    reason: str
    giver: str
    giver_consent: Consent | None
    taker: str = ""
    taker_consent: Consent | None = None
    key: str = ""


def propose_adjustment(work: Work, wanted: AdjustmentWanted, *, by: Actor) -> Adjustment:
    """Propose that coins follow; it is the first signature.  The same form is one proposal.

    Raises:
        CannotAdjust: the households are not in that relation, or there are not so many coins.
        NobodyThere: there is no such household, or its head is not called that.
        NotYoursToReview: it concerns *by* or their kin.
        Unsaid: something was not said.
    """
    key = sha256(f"{by.id}:{wanted.key or work.token()}".encode()).hexdigest()
    same = select(Adjustment).where(Adjustment.key == key)
    if wanted.why is None:
        raise Unsaid("请选为什么转")
    giver = _giver(work, wanted.from_number, by)
    taker = household_named(work, wanted.to_number) if wanted.to_number.strip() else None
    take_turns(work.session, f"points.adjust:{giver.id}")
    there = work.session.scalar(same)
    if there is not None:
        return there
    check_relation(work, giver, taker, wanted.why)
    _check_free_of_decisions(work, giver)
    refuse_near(work, giver, taker, by)
    insert_once(
        work.session,
        Adjustment,
        unique=None,
        key=key,
        area_code=giver.area_code,
        from_household_id=giver.id,
        to_household_id=None if taker is None else taker.id,
        village=None if taker is not None else _village(giver),
        coins=_coins(work, giver, wanted.coins),
        why=wanted.why,
        reason=_checked_reason(wanted.reason),
        **_consents(work, wanted, giver, taker),
        proposed_by=by.id,
        proposed_at=work.now(),
        state=AdjustmentState.PROPOSED,
        decision="",
    )
    made = work.session.scalars(same).one()
    _note(work, made, "propose", by)
    return made


def decide_adjustment(
    work: Work, adjustment_id: int, *, agree: bool, reason: str = "", by: Actor
) -> Adjustment:
    """Sign as the second person, and the coins move; or refuse.  Nothing of it can be changed.

    Raises:
        NoSuchAdjustment: there is none for *by*.
        WrongMoment: somebody was faster.
        NotYoursToReview: *by* proposed it, or it concerns them or their kin.
        CannotAdjust: the households are not in that relation any more.
        NotEnough: the coins are not there any more.
        Unsaid: no reason is given for a no.
    """
    one = _locked(work, adjustment_id, Permission.LEDGER_REVERSE, by)
    if by.id == one.proposed_by:
        raise NotYoursToReview("是您提的，要换另一个人来签。")
    giver = work.session.get_one(Household, one.from_household_id)
    taker = (
        None
        if one.to_household_id is None
        else work.session.get_one(Household, one.to_household_id)
    )
    refuse_near(work, giver, taker, by)
    if not agree:
        _end(work, one, AdjustmentState.REFUSED, by, reason=_checked_reason(reason))
        return one
    check_relation(work, giver, taker, one.why)
    _check_free_of_decisions(work, giver)
    posting_id = _post(work, one, by)
    carried = 0 if taker is None else carried_by(work.session, posting_id)
    one.posting_id, one.carried = posting_id, carried
    _end(work, one, AdjustmentState.POSTED, by)
    if one.village is not None:
        pay_line(work, one.village)
    return one


def withdraw_adjustment(work: Work, adjustment_id: int, *, by: Actor) -> None:
    """Take back what one has proposed oneself; to change it, propose anew.

    Raises:
        NoSuchAdjustment: there is none for *by*.
        NotYoursToReview: somebody else proposed it.
        WrongMoment: it is decided.
    """
    one = _locked(work, adjustment_id, Permission.HOUSEHOLD_MERGE, by)
    if one.proposed_by != by.id:
        raise NotYoursToReview("是别人提的，只有提的人能撤回；您可以不同意。")
    _end(work, one, AdjustmentState.WITHDRAWN, by)


def _post(work: Work, one: Adjustment, by: Actor) -> int:
    giver = Owner.household(one.from_household_id)
    taker = (
        Owner.budget(one.village or "")
        if one.to_household_id is None
        else Owner.household(one.to_household_id)
    )
    accounts = account_ids(work, [giver, taker])
    expire_before_move(work, accounts[giver], accounts[taker])
    return post(
        work,
        Request(
            key=f"adjust:{one.id}",
            kind=PostingKind.ADJUST,
            lines=[Line(debit=accounts[giver], credit=accounts[taker], amount=one.coins)],
            effective_on=today(work),
            source=(SOURCE, str(one.id)),
            actor_id=one.proposed_by,
            second_actor_id=by.id,
            evidence=one.evidence(),
        ),
    ).id


def _end(
    work: Work, one: Adjustment, state: AdjustmentState, by: Actor, *, reason: str = ""
) -> None:
    one.state, one.decided_by, one.decided_at, one.decision = state, by.id, work.now(), reason
    work.session.flush()
    _note(work, one, "withdraw" if state is AdjustmentState.WITHDRAWN else "decide", by)


def _locked(work: Work, adjustment_id: int, permission: Permission, by: Actor) -> Adjustment:
    statement = scoped(select(Adjustment).where(Adjustment.id == adjustment_id), by, permission)
    one = work.session.scalar(
        statement.with_for_update(of=Adjustment).execution_options(populate_existing=True)
    )
    if one is None or not reaches(by, permission, one.area_code):
        raise NoSuchAdjustment(GONE)
    if one.state is not AdjustmentState.PROPOSED:
        raise WrongMoment("这笔转账已经有人处理过了，请刷新再看。")
    return one


def _giver(work: Work, number: str, by: Actor) -> Household:
    home = household_named(work, number)
    there = select(Household.id).where(
        Household.id == home.id, within(Household, by, Permission.HOUSEHOLD_MERGE)
    )
    if work.session.scalar(there) is None:
        raise NobodyThere(NO_HOME)
    return home


def _village(home: Household) -> str:
    return at_level(home.area_code, Level.VILLAGE) or home.area_code


def _coins(work: Work, giver: Household, wanted: int | None) -> int:
    """Return how many coins are proposed: what is free and nobody has proposed yet, or a part."""
    free = balance(work.session, account_id(work, Owner.household(giver.id))).free
    proposed = select(func.coalesce(func.sum(Adjustment.coins), 0)).where(
        Adjustment.from_household_id == giver.id, Adjustment.state == AdjustmentState.PROPOSED
    )
    left = free - (work.session.scalar(proposed) or 0)
    coins = left if wanted is None else wanted
    if left <= 0:
        raise CannotAdjust("这一户没有能转的币了。")
    if coins < 1:
        raise Unsaid("转多少币，请写大于 0 的整数；全转就空着")
    if coins > left:
        raise CannotAdjust("这一户能转的只有 %(left)s 币。", left=left)
    return coins


def _check_free_of_decisions(work: Work, giver: Household) -> None:
    """See that nobody gets out of a deduction by giving its coins away.

    What is owed ends with a household: its coins are its heirs', its debts are not.
    """
    waits = select(Deduction.id).where(
        Deduction.household_id == giver.id, Deduction.state.in_(SAYABLE)
    )
    owes = select(Deduction.id).where(
        Deduction.household_id == giver.id, Deduction.owed > 0, Deduction.state.in_(TAKEN)
    )
    if work.session.scalar(waits.limit(1)) is not None:
        raise CannotAdjust("这一户有扣币的事还没有定，先定了再转。")
    if giver.closed_at is None and work.session.scalar(owes.limit(1)) is not None:
        raise CannotAdjust("这一户还欠着要扣的币，抵完了再转。")


def _consents(
    work: Work, wanted: AdjustmentWanted, giver: Household, taker: Household | None
) -> dict[str, object]:
    """Return who agreed on either side and how; of an ended household its heirs, or nobody."""
    gives = agreed(work, giver, wanted.giver, wanted.giver_consent, needed=taker is not None)
    takes = (
        (None, None)
        if taker is None
        else agreed(work, taker, wanted.taker, wanted.taker_consent, needed=True)
    )
    names = ("giver", "giver_consent", "taker", "taker_consent")
    return dict(zip(names, (*gives, *takes), strict=True))


def _checked_reason(reason: str) -> str:
    words = checked_words(reason)
    if len(words) > MOST_REASON:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_REASON)
    return words


def _note(work: Work, one: Adjustment, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"coin.adjust-{verb}",
        subject=f"adjustment:{one.id}",
        area=one.area_code,
        detail=f"{one.state.value} {one.coins}",
    )
