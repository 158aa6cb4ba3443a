"""What is read about complaints: by residents with the number, by desks within their reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from complaints.errors import NoSuchComplaint
from complaints.models import BARRED_AS, Complaint, ComplaintStep
from complaints.rules import (
    COMPLAINED_OF,
    ROLE_OF,
    About,
    Desk,
    Event,
    State,
    desks_from,
    read_number,
)
from grid.models import Case
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.errors import NotFound, Unavailable
from kernel.grants import Role
from kernel.media import Attachment
from kernel.permissions import Permission
from people.models import Account, Area, Barred, Membership, Person
from people.queries import paths_of, with_places, within
from people.queries.bars import barred_from
from people.rules import DIGITS, Level, after, ancestors, at_level, is_code

PAGE: Final = 50
MONTHS: Final = 6
GONE: Final = "没有这件投诉，或者它不归您看。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A complaint in a list, without a word of what was said."""

    number: str
    about: About
    place: str
    desk: Desk
    state: State
    filed_at: datetime
    due_by: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One line of the history."""

    step: ComplaintStep
    who: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """All of a complaint, for whoever may answer it or stands above."""

    complaint: Complaint
    place: str
    steps: tuple[StepLine, ...]
    attachments: tuple[Attachment, ...]
    may_answer: bool
    named: tuple[str, ...]  # whom it is about, as far as somebody wrote down


@dataclass(frozen=True, slots=True)
class Count:
    """How many of one kind in one month, and how many of them were answered in time."""

    month: str
    about: About
    filed: int
    in_time: int


def by_number(session: Session, typed: str) -> Complaint:
    """Return the complaint a number stands for, however it was typed.

    Raises:
        NoSuchComplaint: there is none.
    """
    number = read_number(typed)
    found = number and session.scalar(select(Complaint).where(Complaint.number == number))
    if not found:
        raise NoSuchComplaint("没有找到这张回执，请看看回执号有没有抄错。")
    return found


def is_complaint(session: Session, typed: str) -> bool:
    """Whether a number that somebody typed is a complaint's: tells whoever has it where to look."""
    number = read_number(typed)
    there = select(Complaint.id).where(Complaint.number == number)
    return bool(number) and session.scalar(there) is not None


def steps_of(session: Session, complaint_id: int) -> Sequence[ComplaintStep]:
    """Return what happened, first things first; the caller has shown that it is theirs."""
    return session.scalars(
        select(ComplaintStep)
        .where(ComplaintStep.complaint_id == complaint_id)
        .order_by(ComplaintStep.number)
    ).all()


def attachments_of(session: Session, complaint: Complaint) -> Sequence[Attachment]:
    """Return what was sent along; the caller has shown that it is theirs."""
    return session.scalars(
        select(Attachment).where(Attachment.owner == complaint.owner).order_by(Attachment.id)
    ).all()


def places(session: Session) -> Sequence[tuple[str, str, Sequence[tuple[str, str]]]]:
    """Return the towns, each with its villages, for whoever chooses; names are public."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(Area.level.in_((Level.TOWN, Level.VILLAGE)), Area.closed_at.is_(None))
        .order_by(Area.code)
    ).all()
    towns = [(code, name) for code, name in rows if len(code) == DIGITS[Level.TOWN]]
    return [
        (code, name, [(one, called) for one, called in rows if one != code and one[:9] == code])
        for code, name in towns
    ]


def area_for(session: Session, typed: str) -> str:
    """Return the town or village that was meant, else the district.

    Raises:
        Unavailable: no area was set up yet.
    """
    wanted = [code for code in ancestors(typed) if len(code) >= 9] if is_code(typed) else []  # noqa: PLR2004 - a town's digits
    there = session.scalars(
        select(Area.code).where(
            Area.level.in_((Level.TOWN, Level.VILLAGE)),
            Area.code.in_(wanted),
            Area.closed_at.is_(None),
        )
    ).all()
    found = max(there, key=len, default=None) or session.scalar(
        select(Area.code).where(Area.level == Level.DISTRICT).order_by(Area.code).limit(1)
    )
    if found is None:
        raise Unavailable("这里还没有开通，请打服务电话。")
    return found


def area_of_report(session: Session, number: str) -> str:
    """Return where a report lies, "" for none; the caller has opened its receipt."""
    folded = read_number(number)
    found = folded and session.scalar(select(Case.area_code).where(Case.number == folded))
    return found or ""


def listed(
    session: Session, *, by: Actor, now: datetime, state: State = State.OPEN, page: int = 1
) -> tuple[Sequence[Line], bool]:
    """Return complaints *by* may read, what is due first on top, and whether more follow."""
    late_first = Complaint.due_by if state is State.OPEN else Complaint.filed_at.desc()
    rows = session.scalars(
        select(Complaint)
        .where(within(Complaint, by, Permission.COMPLAINT_READ), Complaint.state == state)
        .order_by(late_first, Complaint.id)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    names = paths_of(session, [row.area_code for row in rows], top=Level.TOWN)
    lines = [
        Line(
            number=row.number,
            about=row.about,
            place=names.get(row.area_code, ""),
            desk=row.desk,
            state=row.state,
            filed_at=row.filed_at,
            due_by=row.due_by,
            late=row.state is State.OPEN and row.due_by <= now,
        )
        for row in rows[:PAGE]
    ]
    return lines, len(rows) > PAGE


def detail(session: Session, number: str, *, by: Actor) -> Detail:
    """Return one complaint.

    Raises:
        NoSuchComplaint: there is none that *by* may read.
    """
    folded = read_number(number)
    found = folded and session.scalar(
        select(Complaint).where(
            Complaint.number == folded, within(Complaint, by, Permission.COMPLAINT_READ)
        )
    )
    if not found:
        raise NoSuchComplaint(GONE)
    rows = session.execute(
        select(ComplaintStep, Person.public_name)
        .outerjoin(Person, Person.id == ComplaintStep.who)
        .where(ComplaintStep.complaint_id == found.id)
        .order_by(ComplaintStep.number)
    )
    return Detail(
        complaint=found,
        place=paths_of(session, [found.area_code], top=Level.TOWN).get(found.area_code, ""),
        steps=tuple(StepLine(step=step, who=name) for step, name in rows),
        attachments=tuple(attachments_of(session, found)),
        may_answer=sits_at(by, found.desk) and found.state is State.OPEN,
        named=_named(session, found.id),
    )


def _named(session: Session, complaint_id: int) -> tuple[str, ...]:
    rows = session.execute(
        select(Person.public_name, Person.name)
        .join(Barred, Barred.person_id == Person.id)
        .where(Barred.about == BARRED_AS, Barred.ref == complaint_id, Barred.is_accused)
        .order_by(Person.id)
    )
    return tuple(public or name or "" for public, name in rows)


def file_of(session: Session, number: str, attachment_id: int, *, by: Actor) -> Attachment:
    """Return a file of a complaint that *by* may read.

    Raises:
        NotFound: there is none for this person.
    """
    found = session.get(Attachment, attachment_id)
    if found is None or found.owner != detail(session, number, by=by).complaint.owner:
        raise NotFound("没有这个文件，或者它不归您看。")
    return found


def colleagues(session: Session, number: str, *, by: Actor) -> Sequence[tuple[int, str]]:
    """Return the staff at the place complained of, of whom it may be about one."""
    area = detail(session, number, by=by).complaint.area_code
    top = at_level(area, Level.TOWN) or area
    there = or_(
        and_(Membership.area_code >= top, Membership.area_code < after(top)),
        Membership.area_code.in_(ancestors(top)),
    )
    rows = session.execute(
        select(Person.id, Person.public_name, Person.name, Membership.area_code)
        .join(Account, Account.person_id == Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Account.closed_at.is_(None), there)
        .distinct()
        .order_by(Person.id, Membership.area_code)
        .limit(500)
    )
    return with_places(session, ((row[0], row[1] or row[2], row[3]) for row in rows))


def monthly(session: Session, *, by: Actor, now: datetime) -> Sequence[Count]:
    """Return the counts of the last months by kind, for the district and the auditor only.

    Of what is about the district itself too: a count names nobody, and a small one is not shown.
    """
    if not by.wears(Role.DISTRICT_CMD, Role.AUDITOR):
        return ()
    first = func.min(case((ComplaintStep.event == Event.ANSWERED, ComplaintStep.number)))
    answered = (
        select(ComplaintStep.complaint_id, first.label("number"))
        .group_by(ComplaintStep.complaint_id)
        .subquery()
    )
    answer = aliased(ComplaintStep)
    here = now.astimezone(SHANGHAI)
    months = here.year * 12 + here.month - MONTHS
    since = here.replace(
        year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    rows = session.execute(
        select(Complaint.filed_at, Complaint.about, answer.in_time)
        .outerjoin(answered, answered.c.complaint_id == Complaint.id)
        .outerjoin(
            answer,
            and_(answer.complaint_id == Complaint.id, answer.number == answered.c.number),
        )
        .where(_counted(by), Complaint.filed_at >= since)
    )
    found: dict[tuple[str, About], list[int]] = {}
    for filed_at, about, in_time in rows:
        month = f"{filed_at.astimezone(SHANGHAI):%Y-%m}"
        count = found.setdefault((month, about), [0, 0])
        count[0] += 1
        count[1] += bool(in_time)
    order = list(About)
    return [
        Count(month, about, *count)
        for (month, about), count in sorted(
            found.items(), key=lambda one: (one[0][0], -order.index(one[0][1])), reverse=True
        )
    ]


def sitters(session: Session, complaint: Complaint, desk: Desk) -> frozenset[int]:
    """Return who sits at *desk* for where it lies, whoever they are."""
    at_desk = (
        select(Membership.person_id)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Membership.role == ROLE_OF[desk], Account.closed_at.is_(None))
    )
    if desk is not Desk.AUDIT:
        at_desk = at_desk.where(Membership.area_code.in_(ancestors(complaint.area_code)))
    return frozenset(session.scalars(at_desk))


def answerers(session: Session, complaint: Complaint, desk: Desk) -> frozenset[int]:
    """Return who can answer at *desk*: nobody complained of, nor of that level, nor kin."""
    found = sitters(session, complaint, desk) - barred_from(session, BARRED_AS, complaint.id)
    level = COMPLAINED_OF[complaint.about]
    place = at_level(complaint.area_code, level) if level else None
    if place is None or not found:
        return found
    below = session.scalars(
        select(Membership.person_id).where(
            Membership.person_id.in_(found),
            Membership.role != Role.AUDITOR,
            Membership.area_code >= place,
            Membership.area_code < after(place),
        )
    )
    return found - frozenset(below)


def desk_for(session: Session, complaint: Complaint, first: Desk) -> Desk:
    """Return *first*, or the next one above where somebody is there to answer."""
    order = desks_from(first)
    return next((desk for desk in order if answerers(session, complaint, desk)), order[-1])


def sits_at(by: Actor, desk: Desk) -> bool:
    """Whether *by* answers at *desk*; where is what the scope says."""
    return by.wears(ROLE_OF[desk])


def closed_before(moment: datetime) -> Select[int]:
    """Return the statement for what was answered before *moment*; the program's own."""
    return select(Complaint.id).where(
        Complaint.state == State.ANSWERED, Complaint.answered_at <= moment
    )


def _counted(by: Actor) -> ColumnElement[bool]:
    """Return the condition of lying where *by* reads complaints, whatever they are about."""
    places = [hat.area for hat, _ in by.hats_for(Permission.COMPLAINT_READ)]
    if by.wears(Role.AUDITOR):
        return Complaint.id.is_not(None)
    return or_(*(Complaint.area_code.startswith(place) for place in places))
