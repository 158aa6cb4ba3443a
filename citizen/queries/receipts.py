"""What the page of one receipt reads, and where a report may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from citizen import rules
from citizen.errors import NoSuchReceipt
from citizen.models import Rating, Report, TakenDown, Urge
from citizen.rules import Place, Position
from grid import queries as grid
from grid.models import Case
from grid.models.cases import BARRED_AS
from grid.queries import Progress
from grid.queries.facts import hands
from grid.rules import CATALOGUE, Privacy
from kernel.access import Actor
from kernel.media import Attachment
from people.models import Area, Person
from people.queries import find_area
from people.queries.bars import barred_from
from qr import queries as qr
from qr.models import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A report with what became of it."""

    report: Report
    progress: Progress | None  # None: not in the grid's queue yet
    ratings: tuple[datetime, ...]  # the closings that have one
    last_solved: rules.Solved | None
    attachments: tuple[Attachment, ...]  # the resident's own, then those of the steps

    @property
    def own(self) -> tuple[Attachment, ...]:
        """What came with the report itself."""
        return tuple(one for one in self.attachments if one.owner == self.report.owner)

    @property
    def is_rated(self) -> bool:
        """Whether the last closing has its rating."""
        return self.progress is not None and self.progress.closed_at in self.ratings


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Who wrote a report down for its reporter."""

    person_id: int
    name: str  # 王会计
    area_name: str  # 清溪社区
    channel: rules.Channel
    contact_given: bool
    taken_at: datetime


def by_number(session: Session, typed: str) -> Report:
    """Return the report a number stands for, however it was typed.

    Raises:
        NoSuchReceipt: there is none; a number that cannot be one is answered alike.
    """
    number = rules.read_number(typed)
    report = number and session.scalar(select(Report).where(Report.number == number))
    if not report:
        raise NoSuchReceipt("没有找到这张回执，请看看回执号有没有抄错。")
    return report


def receipt_of(session: Session, report: Report, *, now: datetime) -> Receipt:
    """Return all there is to show of *report*: at most six statements, however long it went on."""
    progress = None if report.case_id is None else grid.progress(session, report.case_id, now=now)
    ratings = session.execute(
        select(Rating.closed_at, Rating.solved)
        .where(Rating.report_id == report.id)
        .order_by(Rating.id)
    ).all()
    return Receipt(
        report=report,
        progress=progress,
        ratings=tuple(closed_at for closed_at, _ in ratings),
        last_solved=ratings[-1][1] if ratings else None,
        attachments=_attachments(session, report, progress),
    )


def urged_at(session: Session, report: Report, now: datetime) -> datetime | None:
    """Return when it was urged on the day in Shanghai that *now* lies in, if it was."""
    urge = session.get(Urge, (report.id, rules.day_of(now)))
    return None if urge is None else urge.urged_at


def first_there(session: Session, codes: Sequence[str]) -> str:
    """Return the first of *codes* that is an open area, or the last if none is."""
    there = set(
        session.scalars(select(Area.code).where(Area.code.in_(codes), Area.closed_at.is_(None)))
    )
    return next((code for code in codes if code in there), codes[-1])


def shown_attachment(session: Session, report: Report, attachment_id: int) -> Attachment:
    """Return a file of *report* or of a step its case took.

    Raises:
        NoSuchReceipt: there is no such file, or it belongs to something else.
    """
    found = session.get(Attachment, attachment_id)
    if found is not None and found.owner == report.owner:
        return found
    progress = None if report.case_id is None else grid.progress(session, report.case_id)
    if found is None or attachment_id not in _of_steps(progress):
        raise NoSuchReceipt("没有这张照片或录音，或者它不在这张回执里。")
    return found


def hanging(session: Session, number: int, *, near: str = "") -> tuple[Place, ...]:
    """Return the places with that spot number: in the town of *near*, or wherever there are."""
    if near:
        found = qr.by_spot_number(session, near, number)
        codes: Sequence[Code] = () if found is None else (found,)
    else:
        codes = qr.with_spot_number(session, number)
    return tuple(_place(session, code) for code in codes)


def helper_of(session: Session, report: Report) -> Helper | None:
    """Return who wrote *report* down; no statement where nobody did."""
    if not report.taken_down:
        return None
    row = session.execute(
        select(TakenDown, Person.public_name, Area.name)
        .join(Person, Person.id == TakenDown.by)
        .join(Area, Area.code == TakenDown.area_code)
        .where(TakenDown.report_id == report.id)
    ).one_or_none()
    if row is None:
        return None
    taken, name, area_name = row
    return Helper(
        person_id=taken.by,
        name=name,
        area_name=area_name,
        channel=taken.channel,
        contact_given=taken.contact_given,
        taken_at=taken.taken_at,
    )


def at_it(session: Session, report: Report) -> frozenset[int]:
    """Return everybody who has or had the case of *report* in hand, or what it was merged into."""
    if report.case_id is None:
        return frozenset()
    cases = session.scalars(
        select(Case).where(
            or_(
                Case.id == report.case_id,
                Case.id.in_(select(Case.main_id).where(Case.id == report.case_id)),
            )
        )
    ).all()
    owners = {case.owner_id for case in cases} | {case.handled_by for case in cases}
    found = frozenset(who for who in owners if who is not None)
    return found.union(*(hands(session, case.id) for case in cases))


def is_open_to(session: Session, report: Report, *, by: Actor) -> bool:
    """Whether *by* may have to do with *report* at all: what is for the police is not."""
    if report.case_id is None:
        return CATALOGUE.privacy_of(report.category, report.tile) is not Privacy.POLICE
    shown = select(Case.id).where(Case.id == report.case_id, Case.open_to(by))
    return session.scalar(shown) is not None


def is_kept_from(session: Session, report: Report, *, by: Actor) -> bool:
    """Whether what came of *report* is against *by* or their kin: they meet it nowhere."""
    return report.case_id is not None and by.id in barred_from(session, BARRED_AS, report.case_id)


def _place(session: Session, code: Code) -> Place:
    hangs = code.lat is not None and code.lng is not None
    area = None if code.place_name else find_area(session, code.area_code)
    return Place(
        area_code=code.area_code,
        code_id=code.id,
        name=code.place_name or (area.name if area else ""),
        category=code.category,
        position=Position(lat=code.lat or 0.0, lng=code.lng or 0.0) if hangs else None,
    )


def _attachments(
    session: Session, report: Report, progress: Progress | None
) -> tuple[Attachment, ...]:
    wanted = Attachment.owner == report.owner
    of_steps = _of_steps(progress)
    if of_steps:
        wanted |= Attachment.id.in_(of_steps)
    return tuple(session.scalars(select(Attachment).where(wanted).order_by(Attachment.id)))


def _of_steps(progress: Progress | None) -> frozenset[int]:
    steps = () if progress is None else progress.steps
    return frozenset(number for step in steps for number in step.attachment_ids)
