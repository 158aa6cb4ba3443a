"""Activities that earn coins: posted, signed up for, and who comes without a phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select

import qr.rules
import qr.service
from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import reaches, scoped
from points.errors import CannotClaim, Full, NoSuchActivity, TooLate, Unsaid
from points.models import Activity, SignUp
from points.queries.narrowing import rule_in
from points.rules.activities import (
    LONGEST_TEAM,
    ListKind,
    ListState,
    checked_least,
    checked_size,
    checked_weeks,
)
from points.rules.claims import MOST_WORDS
from points.rules.table import Earner, Source
from points.service.members import around, member_of
from points.service.ruling import current_rules, today
from points.service.waiting import CALLED_OFF, CHANGED, move_up, queue_up, step_out, tell_all
from qr.models import Code, SignIn
from qr.rules import CodeState

GONE = "没有这场活动，或者它不归您管。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityWanted:
    """An activity: when and where, by which rule it earns, for how many, and how often."""

    name: str
    area_code: str
    place: str
    starts_at: datetime
    ends_at: datetime
    rule_code: str
    capacity: int
    least_minutes: int = 0
    weeks: int = 1
    words: str = ""
    team: str = ""


def post_activity(work: Work, wanted: ActivityWanted, *, by: Actor) -> list[Activity]:
    """Post an activity with its code that moves, and once more for each further week.

    Raises:
        NoSuchActivity: *by* posts none there.
        NoSuchRule, CannotClaim: there is no such rule, or it is for something else.
        Unsaid: a number or a text is not as it must be.
        BadActivity, NoSuchArea: name or hours cannot be right, as `qr.service.make_activity`.
    """
    if not wanted.area_code:
        raise Unsaid("请选村社或网格")
    if not reaches(by, Permission.ACTIVITY_PUBLISH, wanted.area_code):
        raise NoSuchActivity("您不能在这里发布活动。")
    table = current_rules(work)
    rule = table.rule(wanted.rule_code)
    if rule.source is not Source.ACTIVITY or rule.earner is not Earner.ANYBODY:
        raise CannotClaim("这一条规则不是给活动的。")
    if not rule_in(work.session, rule, wanted.area_code, today(work)).active:
        raise CannotClaim("这一条规则在这个镇停用了。")
    checked_size(wanted.capacity)
    checked_least(wanted.least_minutes, wanted.ends_at - wanted.starts_at)
    check_texts(wanted.team, wanted.words)
    weeks = checked_weeks(wanted.weeks)
    series = work.token() if weeks > 1 else None
    posted = []
    for week in range(weeks):
        begins, ends = (at + timedelta(weeks=week) for at in (wanted.starts_at, wanted.ends_at))
        code = qr.service.make_activity(
            work,
            qr.service.ActivityWanted(
                name=wanted.name,
                area_code=wanted.area_code,
                place=wanted.place,
                starts_at=begins,
                ends_at=ends,
            ),
            by=None,  # whoever may post needs no right to order printed codes
        )
        posted.append(
            Activity(
                area_code=wanted.area_code,
                kind=ListKind.ACTIVITY,
                code_id=code.code_id,
                name=" ".join(wanted.name.split()),
                team=wanted.team,
                place=code.place,
                words=wanted.words,
                starts_at=begins,
                ends_at=ends,
                rule_code=rule.code,
                rule_version=table.version,
                capacity=wanted.capacity,
                taken=0,
                least_minutes=wanted.least_minutes,
                series=series,
                leader_id=by.id,
                posted_at=work.now(),
                state=ListState.OPEN,
            )
        )
    work.session.add_all(posted)
    work.session.flush()
    for one in posted:
        note(work, one, "post", by)
    return posted


def edit_activity(  # noqa: PLR0913 - what may still be changed
    work: Work,
    activity_id: int,
    *,
    words: str,
    team: str,
    capacity: int,
    least_minutes: int,
    by: Actor,
) -> None:
    """Change what nobody has relied on: never the hours, the place or the rule.

    Who signed up or waits is told where its words change (T54); more room is theirs who wait.

    Raises:
        NoSuchActivity: there is none that *by* may change.
        TooLate: it has begun.
        Full: more have signed up than there would be room for.
        Unsaid: a number or a text is not as it must be.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_PUBLISH, by)
    check_open(work, activity)
    if work.now() >= activity.starts_at:
        raise TooLate("活动已经开始，不能再改。")
    check_texts(team, words)
    if checked_size(capacity) < activity.taken:
        raise Full("已经有 %(n)s 人报名，人数不能比这少。", n=activity.taken)
    checked_least(least_minutes, activity.ends_at - activity.starts_at)
    changed = (activity.words, activity.team) != (words, team)
    activity.words, activity.team = words, team
    activity.capacity, activity.least_minutes = capacity, least_minutes
    move_up(work, activity)
    note(work, activity, "edit", by)
    if changed:
        tell_all(work, activity, CHANGED)


def call_off(work: Work, activity_id: int, *, reason: str, by: Actor) -> None:
    """Let an activity not take place: nobody signs up or in any more.

    Whoever signed up or waits and has a phone gets a text (T52), if it has not begun.

    Raises:
        NoSuchActivity: there is none that *by* may call off.
        TooLate: its list is confirmed, or it was called off before.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_PUBLISH, by)
    check_open(work, activity)
    qr.service.call_off(work, activity.code_id or 0, reason=reason, by=None)
    note(work, activity, "call-off", by, reason)
    if work.now() < activity.starts_at:
        tell_all(work, activity, CALLED_OFF)


def sign_up(work: Work, activity_id: int, *, by: Actor) -> bool:
    """Sign up for an activity; return whether that is new.

    Raises:
        NoSuchActivity: there is none.
        Full: there is no room left.
        TooLate: it has begun, or was called off.
    """
    activity = _one(work, select(Activity).where(Activity.id == activity_id))
    return _sign_up(work, activity, by.id, None)


def wait_for(work: Work, activity_id: int, *, by: Actor) -> bool:
    """Stand in line for a full activity, or sign up where there is room; whether that is new.

    Raises:
        NoSuchActivity: there is none.
        TooLate: it has begun, or was called off.
    """
    activity = _one(work, select(Activity).where(Activity.id == activity_id))
    return _wait(work, activity, by.id, None)


def stopped_elsewhere(work: Work, code_id: int) -> None:
    """Tell whoever signed up for what was stopped on the page of plain activities."""
    activity = work.session.scalar(
        select(Activity).where(Activity.code_id == code_id).with_for_update()
    )
    if activity is not None and work.now() < activity.starts_at:
        tell_all(work, activity, CALLED_OFF)


def sign_up_for(
    work: Work, activity_id: int, *, number: str, name: str, wait: bool = False, by: Actor
) -> bool:
    """Sign somebody up who has no phone, or with *wait* put them in line; who helped is kept.

    Raises:
        NobodyThere: nobody of the household with *number* in this town has that name.
        NoSuchActivity, Full, TooLate: as `sign_up`.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_SIGN_IN, by)
    person = member_of(work, number, name, there=around(activity.area_code))
    does = _wait if wait else _sign_up
    return does(work, activity, person.id, by.id)


def leave(work: Work, activity_id: int, *, by: Actor) -> None:
    """Take one's own name back before it begins, from the list or from the line.

    Whoever waits longest has the place at once; whoever is on neither changes nothing.

    Raises:
        NoSuchActivity: there is none.
        TooLate: it has begun.
    """
    activity = _one(work, select(Activity).where(Activity.id == activity_id))
    if work.now() >= activity.starts_at:
        raise TooLate("活动已经开始，去不了请告诉队长。")
    gone = work.session.execute(
        delete(SignUp)
        .where(SignUp.activity_id == activity.id, SignUp.person_id == by.id)
        .returning(SignUp.person_id)
    ).all()
    activity.taken -= len(gone)
    step_out(work, activity.id, by.id)
    move_up(work, activity)


def sign_in_for(
    work: Work, activity_id: int, *, number: str, name: str, out: bool = False, by: Actor
) -> bool:
    """Sign somebody in who has no phone, or out; return whether that is new.

    Raises:
        NobodyThere: nobody of the household with *number* in this town has that name.
        NoSuchActivity: there is none in which *by* may do so.
        TooLate: its list is confirmed, it was called off, or it is not yet time.
        Unsaid: they are to leave and have not come.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_SIGN_IN, by)
    check_open(work, activity)
    if work.now() < activity.starts_at - qr.rules.activities.AROUND:
        raise TooLate("还没到签到的时间，开始前半小时可以签。")
    person = member_of(work, number, name, there=around(activity.area_code))
    code_id = activity.code_id or 0
    if not out:
        return qr.service.sign_in_person(work, code_id, person.id, by=by).fresh
    row = work.session.scalar(
        select(SignIn)
        .where(SignIn.code_id == code_id, SignIn.person_id == person.id)
        .with_for_update()
    )
    if row is None:
        raise Unsaid("还没有替这个人签到")
    fresh = row.left_at is None
    row.left_at = max(row.signed_at, row.left_at or row.signed_at, work.now())
    return fresh


def locked(work: Work, activity_id: int, permission: Permission, by: Actor) -> Activity:
    """Return an activity that *by* may reach, locked.

    Raises:
        NoSuchActivity: there is none for them.
    """
    return _one(work, scoped(select(Activity).where(Activity.id == activity_id), by, permission))


def check_open(work: Work, activity: Activity) -> None:
    """Refuse what has a confirmed list, or was called off.

    Raises:
        TooLate: with the reason.
    """
    if activity.state is not ListState.OPEN:
        raise TooLate("名单已经确认，不能再改。")
    state = work.session.scalar(select(Code.state).where(Code.id == activity.code_id))
    if state in {CodeState.REVOKED, CodeState.REPLACED}:
        raise TooLate("这场活动取消了。")


def check_texts(team: str, words: str) -> None:
    """Refuse what is longer than it can be kept.

    Raises:
        Unsaid: with how long it may be.
    """
    for said, most in ((team, LONGEST_TEAM), (words, MOST_WORDS)):
        if len(said) > most:
            raise Unsaid("最多写 %(most)s 个字，请删短一点", most=most)


def note(work: Work, activity: Activity, verb: str, by: Actor, detail: str = "") -> None:
    """Write an act into the log."""
    audit.note(
        work,
        by=by,
        action=f"volunteer.{verb}",
        subject=f"activity:{activity.id}",
        area=activity.area_code,
        detail=detail,
    )


def _sign_up(work: Work, activity: Activity, person_id: int, helper: int | None) -> bool:
    check_open(work, activity)
    there = (SignUp.activity_id == activity.id, SignUp.person_id == person_id)
    if work.session.scalar(select(SignUp).where(*there)) is not None:
        return False
    if work.now() >= activity.starts_at:
        raise TooLate("活动已经开始。人在现场，可以直接扫屏幕上的码签到。")
    if activity.taken >= activity.capacity:
        raise Full("人满了，报不上了。")
    step_out(work, activity.id, person_id)
    fresh = insert_once(
        work.session,
        SignUp,
        unique=None,
        activity_id=activity.id,
        person_id=person_id,
        helped_by=helper,
        at=work.now(),
    )
    activity.taken += fresh
    work.session.flush()
    return fresh


def _wait(work: Work, activity: Activity, person_id: int, helper: int | None) -> bool:
    if activity.taken < activity.capacity:
        return _sign_up(work, activity, person_id, helper)
    check_open(work, activity)
    if work.now() >= activity.starts_at:
        raise TooLate("活动已经开始。人在现场，可以直接扫屏幕上的码签到。")
    there = (SignUp.activity_id == activity.id, SignUp.person_id == person_id)
    if work.session.scalar(select(SignUp).where(*there)) is not None:
        return False
    return queue_up(work, activity, person_id, helper)


def _one(work: Work, statement: Select[Activity]) -> Activity:
    found = work.session.scalar(
        statement.where(Activity.kind == ListKind.ACTIVITY)
        .with_for_update(of=Activity)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchActivity(GONE)
    return found
