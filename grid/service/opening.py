"""How a case comes into being: from a resident's report, or from a worker's round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

import people.rules
from grid.errors import Incomplete, NotYours
from grid.events import CaseOpened
from grid.models import Act, Case, CaseFile, FileKind
from grid.rules import (
    CATALOGUE,
    SYSTEM,
    Danger,
    Given,
    Level,
    Move,
    State,
    says_something,
    starts_at,
    urgency_of,
)
from grid.rules.duty import asked_from
from grid.service.alarms import call
from grid.service.callback import carry_callback
from grid.service.moving import find_owner, make
from grid.service.record import Entry, write
from grid.service.recusal import bypass, bypass_levels
from kernel import crockford
from kernel.access import Actor
from kernel.db import insert_once, keyring
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import reaches

NUMBER_BODY: Final = 11  # and a check character
LONGEST: Final = {"place_name": 60, "where": 200, "lang": 5, "source": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case is made of.  The report it comes from keeps key, receipt and rating."""

    source: str  # citizen.report:12, or grid.patrol:<key>
    number: str  # 12 Crockford characters, the receipt's
    area_code: str  # any level; the grid when it is known
    place_name: str = ""
    spot_id: int | None = None  # qr_code.id
    where: str = ""  # "" is here
    lat: float | None = None
    lng: float | None = None
    tile: str | None = None
    category: str | None = None
    danger: bool | None = None
    words: str = ""
    caller_name: str | None = None
    caller_phone: str | None = None
    reported_by: int | None = None  # a person
    staff_reporter: int | None = None
    helper: int | None = None  # who wrote it down for its reporter; they may handle it (G3)
    helped: str = ""  # how that came about, for staff
    submitted_at: datetime
    attachments: tuple[int, ...] = ()
    lang: str = "zh"
    dialect: str = ""  # for a call back: a code of people.rules.DIALECTS
    call_hours: str = ""  # 晚上 6 点以后


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a worker saw on their round."""

    key: str  # of the form: the same one again is the same case
    area_code: str
    words: str = ""
    place_name: str = ""
    spot_id: int | None = None
    where: str = ""
    lat: float | None = None
    lng: float | None = None
    tile: str | None = None
    category: str | None = None
    danger: bool | None = None
    attachments: tuple[int, ...] = ()


def open_case(work: Work, new: NewCase) -> int:
    """Put a report in the queue, admit it and name somebody; return the case's number.

    Once per source: asked again, the case that is there is returned, and nothing else happens.
    What the form did not know may be missing or unknown here too; the report is taken all the same.
    """
    # Delivered twice at once, PostgreSQL may meet the other's number before its source.
    if not insert_once(work.session, Case, unique=None, **_row(work, new)):
        found = work.session.scalars(select(Case.id).where(Case.source == new.source[:80]))
        return found.one()
    case = work.session.scalars(select(Case).where(Case.source == new.source[:80])).one()
    who = new.staff_reporter or new.helper
    entry = Entry(act=Act.OPENED, who=who, by_reporter=who is None, why=new.helped)
    number = write(work, case, entry)
    if new.attachments:
        add_files(work, case, new.attachments, kind=FileKind.REPORT, step=number)
    carry_callback(work, case, dialect=new.dialect, hours=new.call_hours)
    work.announce(CaseOpened(case_id=case.id))
    make(work, case, Move.ADMIT, mover=SYSTEM, given=Given(), fresh=True)
    owner = find_owner(work, case, _asked(work, case))
    if owner is None:
        call(work, case)  # the desk: nobody is there at all
    else:
        given = Given(owner=owner.person_id, owner_level=owner.level)
        make(work, case, Move.ASSIGN, mover=SYSTEM, given=given, fresh=True)
    return case.id


def take_patrol(work: Work, seen: Sighting, *, by: Actor) -> int:
    """File what a worker saw; return the case's number.  It earns nothing and is never theirs.

    The same key by the same person is the same case.

    Raises:
        NotYours: *by* does not walk rounds there.
        Incomplete: there is neither a word nor a picture.
    """
    if not reaches(by, Permission.CASE_PATROL, seen.area_code):
        raise NotYours("您不在这个区域巡查。")
    if not says_something(seen.words) and not seen.attachments:
        raise Incomplete("请拍一张照片，或写一句看到了什么。")
    letters = work.parts.chance.letters(crockford.ALPHABET, NUMBER_BODY)
    return open_case(
        work,
        NewCase(
            source=f"grid.patrol:{by.id}:{keyring().index(seen.key)[:32]}",
            number=crockford.with_check(letters),
            area_code=seen.area_code,
            place_name=seen.place_name,
            spot_id=seen.spot_id,
            where=seen.where,
            lat=seen.lat,
            lng=seen.lng,
            tile=seen.tile,
            category=seen.category,
            danger=seen.danger,
            words=seen.words,
            staff_reporter=by.id,
            submitted_at=work.now(),
            attachments=seen.attachments,
        ),
    )


def add_files(
    work: Work, case: Case, attachments: Iterable[int], *, kind: FileKind, step: int
) -> None:
    """Hang files on a case with the step they came with; one that hangs there is left alone."""
    there = set(
        work.session.scalars(select(CaseFile.attachment_id).where(CaseFile.case_id == case.id))
    )
    work.session.add_all(
        CaseFile(case_id=case.id, attachment_id=number, kind=kind, step_number=step)
        for number in dict.fromkeys(attachments)
        if number not in there
    )


def _asked(work: Work, case: Case) -> tuple[Level, ...]:
    """Return whom to ask, in order; what is about ourselves never lies with those it is about."""
    known = CATALOGUE.categories.get(case.category or "")
    if known is None or not known.skip_level:
        return asked_from(None, police=case.is_police)
    bypass(work, case)
    return bypass_levels(work, case)


def _row(work: Work, new: NewCase) -> dict[str, object]:
    """Return the first row of a case: submitted, nobody's, with clocks that already run."""
    category = new.category if new.category in CATALOGUE.categories else None
    tile = new.tile if new.tile in CATALOGUE.tiles else None
    danger = {True: Danger.YES, False: Danger.NO, None: None}[new.danger]
    known = CATALOGUE.categories.get(category or "")
    urgency = urgency_of(known, danger)
    whole = new.lat is not None and new.lng is not None
    begins = starts_at(new.submitted_at, urgency=urgency)
    return {
        "number": new.number,
        "source": new.source[: LONGEST["source"]],
        "lang": new.lang[: LONGEST["lang"]],
        "area_code": _known_area(work, new.area_code),
        "place_name": new.place_name[: LONGEST["place_name"]],
        "spot_id": new.spot_id,
        "where": new.where[: LONGEST["where"]],
        "lat": new.lat if whole else None,
        "lng": new.lng if whole else None,
        "tile": tile,
        "category": category,
        "department": CATALOGUE.department_of(category, tile),
        "privacy": CATALOGUE.privacy_of(category, tile),
        "urgency": urgency,
        "danger": new.danger,
        "words": new.words,
        "caller_name": new.caller_name or None,
        "caller_phone": new.caller_phone or None,
        "phone_index": keyring().index(new.caller_phone) if new.caller_phone else None,
        "reported_by": new.reported_by if new.staff_reporter is None else None,
        "staff_reporter": new.staff_reporter,
        "state": State.SUBMITTED,
        "submitted_at": new.submitted_at,
        "round_at": new.submitted_at,
        "touched_at": work.now(),
        "accept_by": begins,  # until it is admitted, in this very call
        "respond_by": begins,
    }


def _known_area(work: Work, code: str) -> str:
    """Return *code*, else the nearest area above it that is there, else the district.

    Raises:
        LookupError: there is no area at all; the job is tried again once somebody loaded some.
    """
    found = work.session.scalar(
        select(Area.code)
        .where(Area.code.in_(people.rules.ancestors(code)))
        .order_by(func.length(Area.code).desc())
        .limit(1)
    ) or work.session.scalar(select(Area.code).order_by(func.length(Area.code), Area.code).limit(1))
    if found is None:
        raise LookupError("no area is loaded")
    return found
