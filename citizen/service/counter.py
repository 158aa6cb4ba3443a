"""What staff write down for somebody who telephones or stands at the counter (代录)."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select

from citizen import queries, rules
from citizen.errors import CallerIsHelper, NotForHelpers, TooMuchWritten
from citizen.models import Report, SaidFor, TakenDown
from citizen.rules import Channel, Place, Said, Satisfied, Solved, Wish
from citizen.service import asking
from citizen.service.submitting import insert_if_new, lock, submit
from kernel import audit
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import insert_once, keyring, take_turns
from kernel.errors import NotAllowed
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Person
from people.queries import reaches

LOOKED: Final = "receipt.find-by-phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a caller says of a report that is there already."""

    key: str  # of the form: the same one again is written down once
    channel: Channel
    words: str = ""
    solved: Solved | None = None
    satisfied: Satisfied | None = None


def take_down(work: Work, said: Said, place: Place, *, channel: Channel, by: Actor) -> Report:
    """Take down what a caller says: theirs to follow and to rate, and *by* helped.

    Outside the helper's own area it is taken all the same, and goes to whoever looks after
    the place: nobody is sent away because they rang the wrong village.

    Raises:
        NotAllowed: *by* takes down nothing at all.
        CallerIsHelper: the number is the helper's own; their own sightings are patrol.
        TooMuchWritten: more than one person can take down in an hour.
        NothingSaid: there are no words.
        TooManyWords: there are more words than are kept.
    """
    if not by.may(Permission.CASE_REPORT_FOR):
        raise NotAllowed("代录由网格员、村里和镇里的工作人员来记。")
    _refuse_own_number(work, said.phone, by)
    take_turns(work.session, f"counter:{by.id}")  # many sent at once would each count no other
    key = f"counter:{by.id}:{said.submission_key or work.token()}"
    report = submit(work, replace(said, submission_key=key), place)
    if _write_helper(work, report, said, channel, by):
        report.taken_down = True
        _refuse_flood(work, by)
        _note(work, report, "receipt.take-down", channel.value, by)
    return report


def say_for(work: Work, report_id: int, wish: Wish, heard: Heard, *, by: Actor) -> None:
    """Write down what a caller wants of their report; the same form sent twice does it once.

    Raises:
        NotAllowed: *by* takes down nothing, or the case is not for them.
        NotForHelpers: *by* had it in hand, or speaks for somebody nobody knows.
        Refusal: the caller could not do that themselves either.
    """
    report = lock(work, report_id)
    _refuse_unfit(work, report, wish, by)
    key = _key_of(heard, wish, by, otherwise=work.token())
    fresh = insert_if_new(
        work,
        SaidFor,
        report_id=report.id,
        by=by.id,
        wish=wish,
        channel=heard.channel,
        key=key,
        said_at=work.now(),
    )
    if fresh:
        _do(work, report, wish, replace(heard, words=_signed(work, heard, wish, by)))
        _note(work, report, "receipt.say-for", wish.value, by)


def look_up(work: Work, phone: str, *, by: Actor) -> str:
    """Write down that *by* looks for what was reported from a number; return its fingerprint.

    Raises:
        BadField: it is no telephone number.
        TooMuchWritten: enough numbers were looked at within the hour.
    """
    index = keyring().index(rules.checked_number(phone))
    take_turns(work.session, f"looks:{by.id}")  # many asked at once would each count no other
    since = work.now() - rules.AN_HOUR
    looks = work.session.scalar(
        select(func.count())
        .select_from(AuditLine)
        .where(AuditLine.action == LOOKED, AuditLine.at > since, AuditLine.actor_id == by.id)
    )
    if (looks or 0) >= rules.MOST_LOOKS_IN_AN_HOUR:
        raise TooMuchWritten("这一小时按电话查得太多了。请用回执号查，或过一会儿再试。")
    audit.note(work, by=by, action=LOOKED, subject=f"phone:{index[:12]}")
    return index


def note_look(work: Work, report: Report, *, by: Actor) -> None:
    """Write down that *by* looked a report up by its number."""
    audit.note(work, by=by, action="receipt.find", subject=report.owner)


def refuse_who_is_at_it(work: Work, report_id: int, *, by: Actor | None) -> None:
    """Let nobody judge a case on its receipt who took it down or had it in hand.

    Raises:
        NotForHelpers: *by* is signed in and did.
    """
    if by is None:
        return
    report = lock(work, report_id)
    helper = queries.helper_of(work.session, report)
    if by.id in queries.at_it(work.session, report) or (helper and helper.person_id == by.id):
        raise NotForHelpers("这件事是您代录或经手的，评价和要求要由报的人自己说。")


def _do(work: Work, report: Report, wish: Wish, heard: Heard) -> None:
    match wish:
        case Wish.ADD:
            asking.add(work, report.id, words=heard.words, files=())
        case Wish.URGE:
            asking.urge(work, report.id, note=heard.words)
        case Wish.CONFIRM:
            asking.confirm(work, report.id, note=heard.words)
        case Wish.REOPEN:
            asking.reopen(work, report.id, reason=heard.words)
        case Wish.RATE:
            if heard.solved is None or heard.satisfied is None:
                raise ValueError("a rating has two answers")
            asking.rate(
                work,
                report.id,
                solved=heard.solved,
                satisfied=heard.satisfied,
                note=heard.words,
            )


def _key_of(heard: Heard, wish: Wish, by: Actor, *, otherwise: str) -> str:
    """Return what tells one saying from another: the same page may be used for several."""
    said = f"{by.id}:{heard.key or otherwise}:{wish}:{heard.words}"
    return sha256(said.encode()).hexdigest()


def _signed(work: Work, heard: Heard, wish: Wish, by: Actor) -> str:
    """Return the words with who wrote them down, so that all who read them know.

    Where words are what it is about, none stay none: that is refused.
    """
    name = work.session.get_one(Person, by.id).public_name
    signed = f"{heard.channel.label}说的，{name}代记"
    if heard.words:
        return f"{heard.words}（{signed}）"
    return "" if wish in rules.IN_WORDS else signed


def _refuse_unfit(work: Work, report: Report, wish: Wish, by: Actor) -> None:
    if not by.may(Permission.CASE_REPORT_FOR) or not queries.is_open_to(
        work.session, report, by=by
    ):
        raise NotAllowed("这件事不由您来代记。请来电的人打服务电话。")
    helper = queries.helper_of(work.session, report)
    fit = rules.may_take_down(
        wish,
        by=by.id,
        at_it=queries.at_it(work.session, report) if wish in rules.JUDGING else (),
        helper=helper.person_id if helper else None,
        contact_given=report.phone_index is not None,
    )
    if not fit:
        raise NotForHelpers("这件事您经手过，或者是您代录的又没留电话。请换一位同事来听、来记。")


def _refuse_own_number(work: Work, phone: str | None, by: Actor) -> None:
    if phone is None:
        return
    person = work.session.get_one(Person, by.id)
    own = "".join(filter(str.isdigit, person.work_phone))
    if keyring().index(phone) == person.phone_index or phone == own:
        raise CallerIsHelper("这是您自己的号码。您自己看到的事，请用“巡查”报，不算绿币。")


def _refuse_flood(work: Work, by: Actor) -> None:
    since = work.now() - rules.AN_HOUR
    taken = work.session.scalar(
        select(func.count())
        .select_from(TakenDown)
        .where(TakenDown.by == by.id, TakenDown.taken_at > since)
    )
    if (taken or 0) > rules.MOST_IN_AN_HOUR:
        raise TooMuchWritten("这一小时记得太多了。请歇一歇，急事请来电的人直接打服务电话。")


def _write_helper(work: Work, report: Report, said: Said, channel: Channel, by: Actor) -> bool:
    known = bool(said.phone or said.caller_name)
    return insert_once(
        work.session,
        TakenDown,
        unique="report_id",
        report_id=report.id,
        by=by.id,
        area_code=_desk_of(by, report.area_code),
        outside=not reaches(by, Permission.CASE_REPORT_FOR, report.area_code),
        channel=channel,
        name_given=bool(said.caller_name),
        contact_given=said.phone is not None,
        consent=said.notice_version if known else "",
        taken_at=work.now(),
    )


def _desk_of(by: Actor, area_code: str) -> str:
    """Return where the helper sits: the hat that covers the place, else the first."""
    areas = [hat.area for hat, _ in by.hats_for(Permission.CASE_REPORT_FOR)]
    covering = [area for area in areas if area_code.startswith(area)]
    return [*covering, *areas][0]


def _note(work: Work, report: Report, action: str, detail: str, by: Actor) -> None:
    audit.note(
        work, by=by, action=action, subject=report.owner, area=report.area_code, detail=detail
    )
