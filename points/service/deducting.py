"""The negative list: told, given time, looked at, agreed to by a second person, taken, restored."""

from datetime import datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import func, select

from kernel import audit
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import insert_once, take_turns
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household
from people.queries import reaches, scoped, within
from points.errors import (
    CannotClaim,
    NoSuchDeduction,
    NoSuchRule,
    NotYoursToReview,
    TooEarly,
    Unsaid,
    WrongMoment,
)
from points.models import Deduction
from points.queries.ruling import rules_of
from points.rules.caps import span
from points.rules.deductions import TAKEN, DeductionMove, DeductionState, moved
from points.rules.forbidden import check_reason
from points.service.concerned import refuse_household
from points.service.filing import checked_words, home_of
from points.service.members import member_of
from points.service.offsetting import give_back, take_what_is_there
from points.service.ruling import current_rules, today
from points.service.telling import News, tell

GONE = "没有这件事，或者它不归您管。"


def notice(  # noqa: PLR0913 - whom, by which rule, and what happened
    work: Work, *, number: str, name: str, code: str, words: str, key: str, by: Actor
) -> Deduction:
    """Tell somebody what is wrong and by when to put it right.  The same form is the same notice.

    Raises:
        NobodyThere: nobody of the household with *number*, where *by* may, has that name.
        NoSuchRule: no such rule takes coins.
        BadRules: the reason is one for which nobody ever loses a coin.
        NotYoursToReview: it is *by*'s own household, or kin.
        CannotClaim: so often nobody is deducted by this rule.
        Unsaid: nothing is said.
    """
    if not code:
        raise Unsaid("请选按哪一条")
    table = current_rules(work)
    rule = next((one for one in table.negative if one.code == code and one.active), None)
    if rule is None:
        raise NoSuchRule("没有这条扣币规则，或者它还没有启用。")
    check_reason(checked_words(words))
    there = within(Household, by, Permission.CLAIM_DEDUCT)
    person = member_of(work, number, name, there=there)
    home = home_of(work, person.id)
    if home is None:
        raise NoSuchDeduction(GONE)
    refuse_household(work, home.id, by)
    source = sha256(f"{by.id}:{key or work.token()}".encode()).hexdigest()
    same = select(Deduction).where(Deduction.key == source)
    there_already = work.session.scalar(same)
    if there_already is not None:
        return there_already
    take_turns(work.session, f"points.notice:{home.id}")
    for period, most in rule.caps:
        times = select(func.count(Deduction.id)).where(
            Deduction.household_id == home.id,
            Deduction.rule_code == code,
            Deduction.state.not_in([DeductionState.DROPPED, DeductionState.OVERTURNED]),
            Deduction.noticed_at
            >= datetime.combine(span(period, today(work))[0], time(), SHANGHAI),
        )
        if (work.session.scalar(times) or 0) >= most:
            raise CannotClaim(
                "这一条对这一户%(period)s最多 %(most)s 次。", period=period.label, most=most
            )
    insert_once(
        work.session,
        Deduction,
        unique=None,
        key=source,
        area_code=home.area_code,
        household_id=home.id,
        person_id=person.id,
        rule_code=code,
        rule_version=table.version,
        words=words,
        noticed_by=by.id,
        noticed_at=work.now(),
        deadline=today(work) + timedelta(days=rule.notice_days),
        statement="",
        state=DeductionState.NOTICED,
        turn=0,
        check_words="",
        reason="",
        coins=-rule.coins,
        taken=0,
        owed=0,
        parts=0,
    )
    made = work.session.scalars(same).one()
    _note(work, made, "notice", by, News.NOTICE)
    return made


def say_own(work: Work, deduction_id: int, *, words: str, by: Actor) -> None:
    """Say one's own side of it, while nobody has decided; again is instead.

    Raises:
        NoSuchDeduction: it is not against the household *by* belongs to.
        WrongMoment: it is decided.
        Unsaid: nothing is said.
    """
    one = own_deduction(work, deduction_id, by)
    if one.state not in {DeductionState.NOTICED, DeductionState.UNMENDED}:
        raise WrongMoment("这件事已经定了，不同意可以申诉。")
    one.statement = checked_words(words)


def check(
    work: Work, deduction_id: int, *, mended: bool, words: str, turn: int, by: Actor
) -> Deduction:
    """Note what a look found: put right, or not by its deadline.

    Put right in time nothing is taken; later, what was taken can be restored if the rule says so.

    Raises:
        NoSuchDeduction: there is none for *by*.
        TooEarly: its time to be put right is not over.
        WrongMoment: somebody was faster, or this is not restored.
        NotYoursToReview: it concerns *by* or their kin.
        Unsaid: nothing is said.
    """
    one = _locked(work, deduction_id, Permission.CLAIM_DEDUCT, turn, by)
    rule = one.terms(rules_of(work.session, one.rule_version))
    if not mended and today(work) <= one.deadline:
        raise TooEarly("整改期到 %(day)s，过了才能说没改。", day=one.deadline.isoformat())
    if one.state in TAKEN and not rule.restorable:
        raise WrongMoment("这一条扣了不恢复，不同意可以申诉。")
    if one.state is DeductionState.DEDUCTED and by.id == one.decided_by:
        raise NotYoursToReview("是您定的，要换一位同事来看。")
    one.state = moved(one.state, DeductionMove.MENDED if mended else DeductionMove.UNMENDED)
    one.check_words, one.checked_at = checked_words(words), work.now()
    one.checked_by, one.turn = by.id, one.turn + 1
    _note(work, one, "check", by)
    return one


def decide_deduction(
    work: Work, deduction_id: int, *, agree: bool, reason: str, turn: int, by: Actor
) -> Deduction:
    """Agree as the second person, or not: to taking coins, or to giving them back.

    What is taken goes as far as the balance; a clawback's rest is offset against later awards.

    Raises:
        NoSuchDeduction: there is none for *by*.
        WrongMoment: somebody was faster, or nothing waits for this.
        NotYoursToReview: it concerns *by* or their kin, or they gave notice or looked.
        Unsaid: no reason is given for a no.
    """
    one = _locked(work, deduction_id, Permission.CLAIM_SECOND_REVIEW, turn, by)
    if by.id in {one.noticed_by, one.checked_by}:
        raise NotYoursToReview("告知和查看的人不能自己定，要换一位同事。")
    restores = one.state is DeductionState.MENDED_LATE
    reason = reason if agree and not reason else checked_words(reason)
    one.state = moved(one.state, DeductionMove.AGREE if agree else DeductionMove.DISAGREE)
    one.reason = reason
    one.turn += 1
    if restores:
        if agree:
            give_back(work, one, actor_id=one.checked_by or by.id, second=by.id)
    else:
        one.decided_by, one.decided_at = by.id, work.now()
        work.session.flush()
        if agree:
            _take(work, one)
    work.session.flush()
    news = News.RESTORED if restores else News.DEDUCTED
    _note(work, one, "restore" if restores else "decide", by, news if agree else None)
    return one


def own_deduction(work: Work, deduction_id: int, by: Actor) -> Deduction:
    """Return one against somebody's own household, locked.

    Raises:
        NoSuchDeduction: there is none.
    """
    home = home_of(work, by.id)
    one = work.session.get(Deduction, deduction_id, with_for_update=True, populate_existing=True)
    if one is None or home is None or one.household_id != home.id:
        raise NoSuchDeduction("没有这件事，或者它不是您家的。")
    return one


def _take(work: Work, one: Deduction) -> None:
    rule = one.terms(rules_of(work.session, one.rule_version))
    taken = take_what_is_there(work, one)
    if rule.clawback:
        one.owed = one.coins - taken
    if rule.freeze_days:
        one.frozen_until = today(work) + timedelta(days=rule.freeze_days)


def _locked(
    work: Work, deduction_id: int, permission: Permission, turn: int, by: Actor
) -> Deduction:
    statement = scoped(select(Deduction).where(Deduction.id == deduction_id), by, permission)
    one = work.session.scalar(
        statement.with_for_update(of=Deduction).execution_options(populate_existing=True)
    )
    if one is None or not reaches(by, permission, one.area_code):
        raise NoSuchDeduction(GONE)
    if one.turn != turn:
        raise WrongMoment("这件事刚刚有人处理过了，请刷新再看。")
    refuse_household(work, one.household_id, by, about={one.person_id})
    return one


def _note(work: Work, one: Deduction, verb: str, by: Actor, news: News | None = None) -> None:
    audit.note(
        work,
        by=by,
        action=f"deduction.{verb}",
        subject=f"deduction:{one.id}",
        area=one.area_code,
        detail=one.state.value,
    )
    if news is not None:
        about = f"points.deduction:{one.id}"
        tell(work, news, person_id=one.person_id, household_id=one.household_id, about=about)
