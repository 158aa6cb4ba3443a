"""Giving a case to an outside unit, which has no account: a link for this one case, or a call.

The case stays its owner's and its clocks run.  Whoever answers by the link is a stranger: all they
can do is say three things about one case, a few times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from grid.errors import Incomplete, NotThatWay, NotYours, OftenEnough, WrongMoment
from grid.models import Act, Case, FileKind, LinkDevice, Outside, UnitWord
from grid.queries.outside import is_desk, pictures_of
from grid.rules import Privacy, says_something
from grid.rules.outside import (
    LASTS,
    MOST_DEVICES,
    MOST_SAID,
    UNITS,
    How,
    Said,
    digest,
    gives_away,
)
from grid.service.alarms import about, tell_owner
from grid.service.links import behind
from grid.service.opening import add_files
from grid.service.record import Entry, locked, write
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work

LONGEST: Final = 500
LONGEST_NAME: Final = 60
LONGEST_PLACE: Final = 300
MOST_LINKS: Final = 20  # in the life of one case


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a unit is asked to do, and by which form."""

    key: str  # of the form: sent twice is one
    unit: str
    name: str = ""  # "" is the unit's own
    what: str
    where: str = ""
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a unit says."""

    key: str
    said: Said
    words: str = ""


def give_link(work: Work, case_id: int, errand: Errand, *, by: Actor) -> str:
    """Give the case to a unit; return the secret of the link, which nobody can ask for again.

    Raises:
        NoSuchCase, NotYours: there is none; *by* neither has it nor answers for it.
        WrongMoment, NotThatWay: it is over; it is for the police, or there is no such unit.
        Incomplete: nothing is asked, or the reporter's name or number is in it.
        OftenEnough: the form was sent already, or there were too many links.
    """
    case = _given(work, case_id, by)
    _check(case, errand)
    if set(errand.photos) - set(pictures_of(work.session, case.id)):
        raise NotThatWay("这张照片不是这件事的。")
    if errand.photos and case.privacy is not Privacy.NORMAL:
        raise NotThatWay("这一类事的照片不给外部单位看。还没定类目的，请先定类目。")
    secret = work.token()
    _insert(
        work,
        case,
        errand,
        by,
        how=How.LINK,
        photos=sorted(set(errand.photos)),
        secret=digest(secret),
        expires_at=work.now() + LASTS,
    )
    why = f"给了{_name(errand)}一个限时链接：{errand.what[:LONGEST]}"
    write(work, case, Entry(act=Act.OUTSIDE, who=by.id, why=why))
    return secret


def log_unit_call(work: Work, case_id: int, errand: Errand, answer: Answer, *, by: Actor) -> None:
    """Write down that a unit was rung, and what it said; ``name`` is who answered.

    Raises:
        as ``give_link`` does.
    """
    case = _given(work, case_id, by)
    _check(case, errand)
    if not says_something(answer.words):
        raise Incomplete("请写一句对方怎么说的。")
    outside = _insert(work, case, errand, by, how=How.CALL, photos=[])
    why = f"给{_name(errand)}打了电话：{answer.said.label}。{answer.words[:LONGEST]}"
    number = write(work, case, Entry(act=Act.OUTSIDE, who=by.id, why=why))
    _note(work, outside, answer, key=f"call:{outside.id}", step=number)


def revoke(work: Work, outside_id: int, *, by: Actor) -> None:
    """Let a link open nothing any more; again changes nothing.

    Raises:
        NoSuchCase, NotYours: there is none; *by* neither has the case nor answers for it.
    """
    case_id = work.session.scalar(select(Outside.case_id).where(Outside.id == outside_id))
    case = _reached(work, case_id or 0, by)
    outside = work.session.get_one(Outside, outside_id, populate_existing=True)
    if outside.revoked_at is not None:
        return
    outside.revoked_at, outside.revoked_by = work.now(), by.id
    write(work, case, Entry(act=Act.NOTE, who=by.id, why=f"停用了给{outside.name}的链接"))


def opened(work: Work, outside_id: int, *, device: str) -> None:
    """Count a device that opened a link, each once."""
    seen = select(func.count(LinkDevice.id)).where(LinkDevice.outside_id == outside_id)
    if (work.session.scalar(seen) or 0) >= MOST_DEVICES:
        return
    kept = digest(f"{outside_id}:{device}")
    insert_once(
        work.session,
        LinkDevice,
        unique="device",
        outside_id=outside_id,
        device=kept,
        first_at=work.now(),
    )


def enter(work: Work, secret: str) -> tuple[int, int]:
    """Lock what a link is about; return the numbers of its case and of the asking.

    Raises:
        LinkGone: there is no such link, or it opens nothing any more.
    """
    case, outside = _behind(work, secret)
    return case.id, outside.id


def say(work: Work, secret: str, answer: Answer, *, attachments: Sequence[int] = ()) -> None:
    """Write down what a unit says by its link; the same form sent twice says it once.

    Raises:
        LinkGone: the link opens nothing any more.
        Incomplete: nothing is said about when, or about what was done.
        OftenEnough: this link has said enough.
    """
    case, outside = _behind(work, secret)
    key = f"{outside.id}:{answer.key or work.token()}"[:120]
    if work.session.scalar(select(UnitWord.id).where(UnitWord.key == key)) is not None:
        return
    if answer.said is not Said.RECEIVED and not says_something(answer.words):
        when = answer.said is Said.COMING
        raise Incomplete("请写一句什么时候来。" if when else "请写一句办了什么。")
    said = select(func.count(UnitWord.id)).where(UnitWord.outside_id == outside.id)
    if (work.session.scalar(said) or 0) >= MOST_SAID:
        raise OftenEnough("这个链接已经回得够多了，别的请打电话说。")
    why = f"{outside.name}（链接）：{answer.said.label}"
    why += f"。{answer.words[:LONGEST]}" if answer.words else ""
    number = write(work, case, Entry(act=Act.UNIT_SAID, why=why))
    add_files(work, case, attachments, kind=FileKind.HANDLING, step=number)
    _note(work, outside, answer, key=key, step=number)
    tell_owner(work, case, f"{about(work, case)}{outside.name}回话：{answer.said.label}。")


def _given(work: Work, case_id: int, by: Actor) -> Case:
    """Return a case that may be given to a unit now, locked."""
    case = _reached(work, case_id, by)
    if case.is_police:
        raise NotThatWay("涉警的事不交给外部单位。")
    if case.state.is_over:
        raise WrongMoment("这件事现在是“%(state)s”，不能再交给别人。", state=case.state.label)
    asked = select(func.count(Outside.id)).where(Outside.case_id == case.id)
    if (work.session.scalar(asked) or 0) >= MOST_LINKS:
        raise OftenEnough("这件事已经找过很多次外部单位了，请直接打电话，记一笔。")
    return case


def _reached(work: Work, case_id: int, by: Actor) -> Case:
    case = locked(work, case_id, by=by, permission=Permission.CASE_READ)
    if case.owner_id != by.id and not is_desk(by, case.area_code, police=case.is_police):
        raise NotYours("这件事现在不归您办。")
    return case


def _check(case: Case, errand: Errand) -> None:
    if errand.unit not in UNITS:
        raise NotThatWay("请选一个外部单位。")
    if not says_something(errand.what):
        raise Incomplete("请写明请他们做什么。")
    if gives_away(
        f"{errand.what}{errand.where}{errand.name}", (case.caller_phone, case.caller_name)
    ):
        raise Incomplete("请不要写上报人的姓名和电话，外部单位用不着。")


def _insert(work: Work, case: Case, errand: Errand, by: Actor, **values: object) -> Outside:
    key = f"{case.id}:{errand.key}"[:80]
    fresh = insert_once(
        work.session,
        Outside,
        unique="key",
        case_id=case.id,
        key=key,
        unit=errand.unit,
        name=_name(errand),
        given_by=by.id,
        given_at=work.now(),
        what=errand.what[:LONGEST],
        where=errand.where[:LONGEST_PLACE],
        **values,
    )
    if not fresh:
        raise OftenEnough("这一份已经交出去了。链接没抄下来的，请停用它，再给一个新的。")
    return work.session.scalars(select(Outside).where(Outside.key == key)).one()


def _name(errand: Errand) -> str:
    return (errand.name or UNITS[errand.unit].name)[:LONGEST_NAME]


def _note(work: Work, outside: Outside, answer: Answer, *, key: str, step: int) -> None:
    work.session.add(
        UnitWord(
            outside_id=outside.id,
            key=key,
            at=work.now(),
            said=answer.said,
            words=answer.words[:LONGEST],
            step_number=step,
        )
    )
    outside.last_said, outside.said_at = answer.said, work.now()
    if answer.said is Said.DONE:
        outside.done_at = outside.done_at or work.now()


def _behind(work: Work, secret: str) -> tuple[Case, Outside]:
    return behind(work, Outside, select(Outside.case_id), secret)
