"""What outside units were given and said: for staff, and the little the unit itself reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import Session

import people.rules
from grid.models import Case, CaseFile, LinkDevice, Outside, UnitWord
from grid.queries.departments import of_desks
from grid.queries.wording import title_of
from grid.rules import ENDS, Privacy, State
from grid.rules.outside import How, LinkState, Said, link_state
from kernel.access import Actor
from kernel.db import Moment
from kernel.errors import NotFound
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from kernel.permissions import Permission
from people.models import Area, Person
from people.queries import reaches, scoped

MOST: Final = 200
# To build a statement costs more than to ask the database.
DONE: Final = (
    select(Outside.id)
    .where(
        Outside.case_id == bindparam("case_id", type_=Integer),
        Outside.done_at.is_not(None),
        Outside.done_at >= bindparam("since", type_=Moment()),
    )
    .limit(1)
)
VILLAGE_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLine:
    """One thing a unit said."""

    at: datetime
    said: Said
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLine:
    """One unit that was asked about a case, as staff read it."""

    outside_id: int
    number: str
    title: str
    place: str
    case_state: State
    close_by: datetime | None
    how: How
    name: str
    what: str
    given_by: str
    given_at: datetime
    state: LinkState | None  # None for a call
    expires_at: datetime | None
    devices: int
    photos: int
    words: tuple[WordLine, ...]
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What the unit reads behind its link.  Nobody's name or number is on it but the desk's."""

    outside_id: int
    case_id: int
    area_code: str
    name: str
    what: str
    where: str
    photos: tuple[int, ...]
    given_at: datetime
    expires_at: datetime | None
    close_by: datetime | None
    state: LinkState
    words: tuple[WordLine, ...]
    desk_phone: str
    desk_name: str


def is_desk(by: Actor, area_code: str, *, police: bool) -> bool:
    """Whether *by* sits at the desk that answers for what units do there."""
    return not police and reaches(of_desks(by), Permission.CASE_READ, area_code)


def unit_was_done(session: Session, case: Case) -> bool:
    """Whether a unit said in this round that it has done what it was asked."""
    return session.scalar(DONE, {"case_id": case.id, "since": case.round_at}) is not None


def outside_of(session: Session, case_id: int, *, now: datetime) -> tuple[OutsideLine, ...]:
    """Return every unit asked about a case its caller was let in to; three statements."""
    return _lines(session, _rows().where(Outside.case_id == case_id), now=now)


def outside_open(session: Session, *, by: Actor, now: datetime) -> tuple[OutsideLine, ...]:
    """Return what lies with outside units in the areas *by* reads; three statements."""
    open_still = _rows().where(
        Case.state.not_in(ENDS), Outside.revoked_at.is_(None), Outside.done_at.is_(None)
    )
    return _lines(session, scoped(open_still, by, Permission.CASE_READ), now=now)


def link_page(session: Session, secret: str, *, now: datetime) -> LinkPage | None:
    """Return what the link whose hash is *secret* shows; None where there is none."""
    row = session.execute(
        select(Outside, Case).join(Case, Case.id == Outside.case_id).where(Outside.secret == secret)
    ).one_or_none()
    if row is None:
        return None
    outside, case = row
    name, phone = desk_of(session, case.area_code)
    state = _state(outside, case, now)
    opens = state is LinkState.OPEN
    return LinkPage(
        outside_id=outside.id,
        case_id=case.id,
        area_code=case.area_code,
        name=outside.name,
        what=outside.what if opens else "",
        where=outside.where if opens else "",
        photos=_shown(session, case, outside) if opens else (),
        given_at=outside.given_at,
        expires_at=outside.expires_at,
        close_by=case.close_by,
        state=state,
        words=_words(session, [outside.id]).get(outside.id, ()) if opens else (),
        desk_phone=phone,
        desk_name=name,
    )


def link_file(session: Session, page: LinkPage, attachment_id: int) -> Attachment:
    """Return a picture that was ticked for the link whose page the caller opened.

    Raises:
        NotFound: it was not.
    """
    found = session.get(Attachment, attachment_id) if attachment_id in page.photos else None
    if found is None:
        raise NotFound("没有这张照片。")
    return found


def desk_of(session: Session, area_code: str) -> tuple[str, str]:
    """Return name and telephone of the nearest desk over a place; that is public."""
    row = session.execute(
        select(Area.name, Area.desk_phone)
        .where(
            Area.code.in_(people.rules.ancestors(area_code)),
            func.length(Area.code) < VILLAGE_DIGITS,
            Area.desk_phone != "",
        )
        .order_by(func.length(Area.code).desc())
        .limit(1)
    ).one_or_none()
    return ("", "") if row is None else (row.name, row.desk_phone)


def pictures_of(session: Session, case_id: int) -> tuple[int, ...]:
    """Return the pictures that can be shown of a case its caller was let in to."""
    found = session.scalars(
        select(Attachment.id)
        .join(CaseFile, CaseFile.attachment_id == Attachment.id)
        .where(
            CaseFile.case_id == case_id,
            Attachment.kind == Kind.PICTURE,
            Attachment.state == MediaState.READY,
        )
        .order_by(CaseFile.id)
    )
    return tuple(found)


def _shown(session: Session, case: Case, outside: Outside) -> tuple[int, ...]:
    ticked = set(outside.photos or ())
    if not ticked or case.privacy is not Privacy.NORMAL:  # it may have turned out otherwise since
        return ()
    return tuple(number for number in pictures_of(session, case.id) if number in ticked)


def _rows() -> Any:  # noqa: ANN401 - a statement its callers narrow
    devices = (
        select(func.count(LinkDevice.id))
        .where(LinkDevice.outside_id == Outside.id)
        .correlate(Outside)
        .scalar_subquery()
    )
    return (
        select(Outside, Case, Area.name, Person.public_name, devices)
        .join(Case, Case.id == Outside.case_id)
        .join(Area, Area.code == Case.area_code)
        .join(Person, Person.id == Outside.given_by)
        .order_by(Outside.id.desc())
        .limit(MOST)
    )


def _lines(session: Session, statement: Any, *, now: datetime) -> tuple[OutsideLine, ...]:  # noqa: ANN401
    rows = session.execute(statement).all()
    words = _words(session, [row[0].id for row in rows])
    return tuple(
        OutsideLine(
            outside_id=row.id,
            number=case.number,
            title=title_of(case),
            place=" · ".join(dict.fromkeys(part for part in (area, case.place_name) if part)),
            case_state=case.state,
            close_by=case.close_by,
            how=row.how,
            name=row.name,
            what=row.what,
            given_by=by,
            given_at=row.given_at,
            state=_state(row, case, now) if row.how is How.LINK else None,
            expires_at=row.expires_at,
            devices=devices,
            photos=len(row.photos or ()),
            words=words.get(row.id, ()),
            done_at=row.done_at,
        )
        for row, case, area, by, devices in rows
    )


def _words(session: Session, ids: Iterable[int]) -> dict[int, tuple[WordLine, ...]]:
    wanted = list(ids)
    found: dict[int, tuple[WordLine, ...]] = {}
    if not wanted:
        return found
    for word in session.scalars(
        select(UnitWord).where(UnitWord.outside_id.in_(wanted)).order_by(UnitWord.id)
    ):
        line = WordLine(at=word.at, said=word.said, words=word.words)
        found[word.outside_id] = (*found.get(word.outside_id, ()), line)
    return found


def _state(outside: Outside, case: Case, now: datetime) -> LinkState:
    return link_state(
        state=case.state,
        police=case.is_police,
        expires_at=outside.expires_at,
        revoked_at=outside.revoked_at,
        now=now,
    )
