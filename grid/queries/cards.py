"""A case as one card of a list, read with everything it shows in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, exists, func, null, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grid.models import Case, CaseFile, Signing
from grid.queries.facts import clocks
from grid.queries.wording import named, title_of, unit_of
from grid.rules import Colour, Level, RunningClock, State, Urgency, colour, first_due
from people.models import Area, Person

PAGE: Final = 50
SHORT: Final = 80
VILLAGE_DIGITS: Final = 12
Owner = aliased(Person, name="owner")
Village = aliased(Area, name="village")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a list shows of a case.  Words are empty where the reader may not see them (G5)."""

    case_id: int
    number: str
    title: str
    state: State
    urgency: Urgency
    colour: Colour
    place_name: str
    where: str
    area_code: str
    area_line: str  # 清溪村 · 第3网格
    words: str  # the beginning of them
    voice_line: str
    files: int
    is_police: bool
    owner_id: int | None
    owner_name: str | None  # 网格员 王师傅
    owner_level: Level | None
    submitted_at: datetime
    accept_by: datetime
    respond_by: datetime
    close_by: datetime | None
    first_due: RunningClock | None  # what burns first
    overdue: bool
    estimated: bool
    night: bool
    taken: bool
    responded: bool
    reporters: int
    reopens: int
    returns: int
    paused: bool
    asks_time: bool  # an extension waits to be approved
    waits_answer: bool
    unsigned: bool  # it lies at a department, and nobody there has signed for it
    turn: int  # what a move from this card says it has seen
    last_step: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; *more* where another follows."""

    cards: tuple[Card, ...]
    page: int
    more: bool
    total: int | None = None


def with_card(*extra: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - any column
    """Return a statement whose rows ``card_of`` reads, to be narrowed by the scope."""
    files = (
        select(func.count(CaseFile.id))
        .where(CaseFile.case_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    statement = select(
        Case,
        Area.name.label("area_name"),
        Village.name.label("village_name"),
        Owner.public_name.label("owner_name"),
        files.label("files"),
        _unsigned().label("unsigned"),
        *(extra or (null().label("extra"),)),
    )
    inside = func.substr(Case.area_code, 1, VILLAGE_DIGITS) == Village.code
    return (
        statement.join(Area, Area.code == Case.area_code)
        .outerjoin(Village, inside)
        .outerjoin(Owner, Owner.id == Case.owner_id)
    )


def area_line(code: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return where *code* lies as one column: every village has a 第1网格 (青石村 · 第1网格)."""
    own, village = aliased(Area), aliased(Area)
    name = select(own.name).where(own.code == code).scalar_subquery()
    inside = func.substr(code, 1, VILLAGE_DIGITS)
    above = select(village.name).where(village.code == inside).scalar_subquery()
    below = func.length(code) > VILLAGE_DIGITS
    return case((below, func.coalesce(above + " · ", "") + name), else_=name)


def _unsigned() -> ColumnElement[bool]:
    return exists(
        select(Signing.id).where(Signing.case_id == Case.id, Signing.ended_at.is_(None))
    ).correlate(Case)


def card_of(row: Any, *, now: datetime, full: bool) -> Card:  # noqa: ANN401 - a row of with_card
    """Return the card of one row; without *full* nothing a resident said is on it."""
    case: Case = row.Case
    running = clocks(case)
    first = first_due(running)
    line = [name for name in (row.village_name, row.area_name) if name]
    return Card(
        case_id=case.id,
        number=case.number,
        title=title_of(case),
        state=case.state,
        urgency=case.urgency,
        colour=colour(case.urgency, running, now=now),
        place_name=case.place_name,
        where=case.where if full else "",
        area_code=case.area_code,
        area_line=" · ".join(dict.fromkeys(line)),
        words=case.words[:SHORT] if full else "",
        voice_line=case.voice_line if full else "",
        files=row.files,
        is_police=case.is_police,
        owner_id=case.owner_id,
        owner_name=named(unit_of(case.owner_level, case.department), row.owner_name),
        owner_level=case.owner_level,
        submitted_at=case.submitted_at,
        accept_by=case.accept_by,
        respond_by=case.respond_by,
        close_by=case.close_by,
        first_due=first,
        overdue=first is not None and first.due_at <= now,
        estimated=case.estimated,
        night=case.night,
        taken=case.taken_at is not None,
        responded=case.responded_at is not None,
        reporters=case.reporters,
        reopens=case.reopens,
        returns=case.returns,
        paused=case.paused_until is not None,
        asks_time=case.extension_open,
        waits_answer=case.questions > 0,
        unsigned=bool(row.unsigned),
        turn=case.turn,
        last_step=case.last_step,
    )
