"""The list of who took part: confirmed by the leader, then judged as one decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

import qr.rules
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import take_turns
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Account, Household, Membership, Person
from people.queries import lies_in, reaches, within
from points.errors import Full, NoSuchActivity, NotYoursToReview, TooLate, Unsaid, WrongMoment
from points.models import Activity, Claim, ListLine
from points.queries.claims import to_review
from points.queries.ruling import rules_of
from points.rules.activities import (
    LONGEST_NAME,
    LONGEST_WHY,
    MINUTE,
    MOST_PEOPLE,
    ListKind,
    ListState,
    judges_of,
    minutes_of,
)
from points.rules.claims import ClaimState, Decision
from points.rules.table import Source
from points.service.activities import GONE, check_open, locked, note
from points.service.filing import checked_words, file_claim
from points.service.freezing import frozen
from points.service.members import members_of
from points.service.paying import pay_line, settle, village_of
from points.service.posting import MOST_AT_ONCE
from points.service.reviewing import PASSED, decide, known_of, resend
from points.service.ruling import current_rules, today
from qr.models import SignIn

ACTIVITY = "activity"
# Hats that are no office: who wears only these is a volunteer like any other.
VOLUNTEERS = (Role.MEDIATOR, Role.SHOP_VOLUNTEER, Role.PLACE_OWNER, Role.LANDLORD, Role.RESIDENT)
STAFF = "工作人员本职内的事没有绿币"
FROZEN = "这段时间不发新币"
HOMELESS = "还没有登记家，绿币没有地方记"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the leader says of one person: minutes whole, *why* where they are left off."""

    minutes: int | None = None  # None: as they signed in and out
    why: str = ""
    came: bool = True


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who signed in, what is known of their time, and why they cannot earn, if so."""

    person: Person
    home: Household | None
    sign_in: SignIn
    minutes: int | None
    why: str


def present_at(work: Work, activity: Activity) -> Sequence[Present]:
    """Return whoever we know that signed in, in the order in which they came."""
    staff = exists().where(
        Membership.person_id == Person.id,
        Membership.role.not_in(VOLUNTEERS),
        Account.person_id == Person.id,
        Account.closed_at.is_(None),
    )
    rows = work.session.execute(
        select(SignIn, Person, Household, staff)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(Household, (Household.id == Person.household_id) & Household.closed_at.is_(None))
        .where(SignIn.code_id == activity.code_id)
        .order_by(SignIn.id)
    ).all()
    stopped = frozen(work, [row[1].id for row in rows])
    return [
        Present(
            person=person,
            home=home,
            sign_in=sign_in,
            minutes=minutes_of(
                activity.starts_at, activity.ends_at, sign_in.signed_at, sign_in.left_at
            ),
            why=(
                STAFF
                if is_staff
                else HOMELESS
                if home is None
                else FROZEN
                if person.id in stopped
                else ""
            ),
        )
        for sign_in, person, home, is_staff in rows
    ]


def read_roll(work: Work, activity_id: int, *, by: Actor) -> tuple[Activity, Sequence[Present]]:
    """Return the list with its names; the log says who looked.

    Raises:
        NoSuchActivity: there is none whose list *by* confirms.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_CONFIRM, by)
    note(work, activity, "names-read", by)
    return activity, present_at(work, activity)


def confirm_roll(
    work: Work, activity_id: int, said: Mapping[int, Confirmed], *, remark: str, by: Actor
) -> int:
    """Confirm who took part and for how long, once; each who did gets a claim.  Return how many.

    *said* is by person; whoever signed in and is not in it stands on the list as they signed.

    Raises:
        NoSuchActivity: there is none whose list *by* confirms.
        TooLate: people can still sign in, the list is confirmed already, or it was called off.
        Full: more took part than there was room for.
        Unsaid: a time is longer than the activity, is missing or too short, or a text too long.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_CONFIRM, by)
    check_open(work, activity)
    if work.now() <= activity.ends_at + qr.rules.activities.AROUND:
        raise TooLate("活动结束半小时以后再确认，那时签到才停。")
    if remark:
        checked_words(remark)
    lines = [
        _line(activity, one, said.get(one.person.id, Confirmed()))
        for one in present_at(work, activity)
    ]
    kept = [(one, home) for one, home in lines if not one.why]
    if len(kept) > activity.capacity:
        raise Full("名单上有 %(n)s 人，比人数多，请去掉几位。", n=len(kept))
    day = activity.starts_at.astimezone(SHANGHAI).date()
    for line, home in kept:
        _claim(work, activity, line, home, day, by)
    work.session.add_all(line for line, _home in lines)
    _close(work, activity, remark, by)
    return len(kept)


def file_evaluation(  # noqa: PLR0913 - what stands on the sheet
    work: Work, *, area_code: str, name: str, judges: str, numbers: str, key: str, by: Actor
) -> Activity:
    """Take a sheet of households that were found good; each gets a claim in its head's name.

    *numbers* are households' numbers, one a line.  The same sheet again is the same list.

    Raises:
        NoSuchActivity: *by* hands in none there.
        NoSuchRule: no evaluation earns anything now.
        Unsaid: a name is missing, there are fewer than two judges, or a number is none here.
    """
    _check_place(area_code, by)
    table = current_rules(work)
    rule = next((one for one in table.in_force if one.source is Source.EVALUATE), None)
    rule = table.rule("P17" if rule is None else rule.code)
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Unsaid("请写评的是什么，最多 %(most)s 个字", most=LONGEST_NAME)
    series = f"sheet:{by.id}:{key}"[:64]
    take_turns(work.session, f"points.sheet:{series}")
    there = work.session.scalar(select(Activity).where(Activity.series == series))
    if there is not None:
        return there
    heads = _heads(work, area_code, numbers)
    now = work.now()
    activity = Activity(
        area_code=area_code,
        kind=ListKind.EVALUATION,
        name=name,
        team="、".join(judges_of(judges)),
        starts_at=now,
        ends_at=now + MINUTE,
        rule_code=rule.code,
        rule_version=table.version,
        capacity=len(heads),
        taken=len(heads),
        series=series,
        leader_id=by.id,
        posted_at=now,
        state=ListState.CONFIRMED,
        confirmed_by=by.id,
        confirmed_at=now,
    )
    work.session.add(activity)
    work.session.flush()
    for head in heads:
        line = ListLine(
            activity_id=activity.id,
            person_id=head.id,
            household_id=head.household_id,
            minutes=0,
            by_leader=True,
        )
        home = work.session.get_one(Household, head.household_id)
        _claim(work, activity, line, home, today(work), by)
        work.session.add(line)
    work.session.flush()
    note(work, activity, "confirm", by, str(len(heads)))
    return activity


def review_roll(  # noqa: PLR0913 - one decision and its exceptions
    work: Work,
    activity_id: int,
    *,
    decision: Decision,
    reason: str = "",
    turns: Mapping[int, int],
    refused: Mapping[int, str],
    by: Actor,
) -> tuple[int, int]:
    """Decide a list at one's level, but for the lines in *refused*, which are refused.

    *turns* are the claims the page showed with their turns; *refused* are reasons by claim.
    Lines that concern the reviewer or their kin are left for somebody else.  Return how many were
    decided, and how many left.

    Raises:
        NoSuchActivity: *by* reads no claim of such a list.
        WrongMoment: somebody was faster.
        NotYoursToReview: nothing of it is theirs to judge.
        Unsaid: no reason is given for a no.
    """
    claims = _waiting(work, activity_id, by)
    if {one.id: one.turn for one in claims} != dict(turns):
        raise WrongMoment("这份名单刚刚有人审过了，请刷新再看。")
    for said in [*refused.values(), *([] if decision is Decision.APPROVE else [reason])]:
        checked_words(said)
    known, done = known_of(work, claims, by), list[Claim]()
    why: Refusal = WrongMoment("这份名单已经审完了。")
    for claim in claims:
        verdict = Decision.REFUSE if claim.id in refused else decision
        try:
            decide(work, claim, verdict, refused.get(claim.id, reason), by, known=known)
        except NotYoursToReview as refusal:
            why = refusal
        else:
            done.append(claim)
    if not done:
        raise why
    _settle(work, [one for one in done if one.waiting_for is None and one.state in PASSED])
    return len(done), len(claims) - len(done)


def send_in_again(work: Work, activity_id: int, *, remark: str, by: Actor) -> int:
    """Answer a list that was sent back; its claims wait for the first level again.

    Raises:
        NoSuchActivity: there is none whose list *by* confirms.
        WrongMoment: nobody sent it back.
        Unsaid: nothing is said.
    """
    statement = select(Activity).where(
        Activity.id == activity_id, within(Activity, by, Permission.ACTIVITY_CONFIRM)
    )
    activity = work.session.scalar(statement.with_for_update(of=Activity))
    if activity is None:
        raise NoSuchActivity(GONE)
    activity.remark = checked_words(remark)
    of_list = select(ListLine.claim_id).where(ListLine.activity_id == activity_id)
    claims = work.session.scalars(
        select(Claim)
        .where(Claim.id.in_(of_list), Claim.state == ClaimState.SENT_BACK)
        .order_by(Claim.id)
        .with_for_update()
    ).all()
    if not claims:
        raise WrongMoment("这份名单没有退回来。")
    for claim in claims:
        resend(work, claim)
    return len(claims)


def _check_place(area_code: str, by: Actor) -> None:
    if not area_code:
        raise Unsaid("请选村社或网格")
    if not reaches(by, Permission.ACTIVITY_CONFIRM, area_code):
        raise NoSuchActivity("您不能在这里交评议名单。")


def _settle(work: Work, passed: Sequence[Claim]) -> None:
    """Grant and pay what passed its last level; a long list takes several calls of the ledger."""
    settle(work, passed)
    for village in sorted({village_of(one) for one in passed}):
        while pay_line(work, village) == MOST_AT_ONCE:
            pass


def _line(activity: Activity, one: Present, said: Confirmed) -> tuple[ListLine, Household | None]:
    """Return somebody's line, and the household that earns by it."""
    minutes = one.minutes if said.minutes is None else said.minutes
    why = one.why or said.why
    if len(why) > LONGEST_WHY:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=LONGEST_WHY)
    if not why and not said.came:
        raise Unsaid("%(who)s签到了，您没有打勾。来了请打勾，不算请写为什么", who=one.person.name)
    if not why and minutes is None:
        raise Unsaid("%(who)s没有签退，请写待了多少分钟", who=one.person.name)
    minutes = minutes or 0
    if minutes > (activity.ends_at - activity.starts_at) // MINUTE:
        raise Unsaid("%(who)s的时长比活动还长", who=one.person.name)
    if not why and minutes < activity.least_minutes:
        least = activity.least_minutes
        raise Unsaid("%(who)s不到 %(least)s 分钟，请不要勾选", who=one.person.name, least=least)
    line = ListLine(
        activity_id=activity.id,
        person_id=one.person.id,
        household_id=None if one.home is None else one.home.id,
        minutes=minutes,
        by_leader=said.minutes is not None and said.minutes != one.minutes,
        why=why,
    )
    return line, one.home


def _claim(
    work: Work, activity: Activity, line: ListLine, home: Household | None, day: date, by: Actor
) -> None:
    if home is None:
        raise Unsaid(HOMELESS)
    table = rules_of(work.session, activity.rule_version)
    said = f"{activity.name}，{line.minutes} 分钟" if line.minutes else activity.name
    claim, _fresh = file_claim(
        work,
        table,
        table.by_code[activity.rule_code],
        source=(ACTIVITY, f"{activity.id}:{line.person_id}"),
        person_id=line.person_id,
        home=home,
        earned_on=day,
        words=said,
        filed_by=by.id,
        as_of=activity.posted_at.astimezone(SHANGHAI).date(),
    )
    line.claim_id = claim.id


def _close(work: Work, activity: Activity, remark: str, by: Actor) -> None:
    activity.state, activity.remark = ListState.CONFIRMED, remark
    activity.confirmed_by, activity.confirmed_at = by.id, work.now()
    work.session.flush()
    note(work, activity, "confirm", by)


def _heads(work: Work, area_code: str, numbers: str) -> list[Person]:
    """Return the heads of the households on a sheet, each once."""
    typed = list(dict.fromkeys(numbers.split()))
    if not 1 <= len(typed) <= MOST_PEOPLE:
        raise Unsaid("请写 1 到 %(most)s 户的户号，一行一户", most=MOST_PEOPLE)
    heads = {}
    for number in typed:
        members = members_of(work, number, there=lies_in(Household, area_code))
        if not members:
            raise Unsaid("这里没有户号 %(number)s，或者户里没有人", number=number[:24])
        heads[members[0].id] = members[0]
    return list(heads.values())


def _waiting(work: Work, activity_id: int, by: Actor) -> list[Claim]:
    of_list = select(ListLine.claim_id).where(ListLine.activity_id == activity_id)
    mine = within(Claim, by, Permission.CLAIM_READ)
    found = work.session.scalars(
        select(Claim)
        .where(Claim.id.in_(of_list), mine, to_review(by))
        .order_by(Claim.id)
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    ).all()
    if (
        not found
        and work.session.scalar(select(Claim.id).where(Claim.id.in_(of_list), mine)) is None
    ):
        raise NoSuchActivity(GONE)
    return list(found)
