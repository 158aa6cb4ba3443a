"""One case, for staff: what everybody there reads, and what only those at it see (G5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from grid.models import Act, Callback, Case, CaseFile, FileKind, Step
from grid.queries.accused import is_against
from grid.queries.cards import Card, card_of, with_card
from grid.queries.facts import case_facts, mover_for
from grid.queries.gone import missing
from grid.queries.promises import Promises, promises_for
from grid.queries.wording import step_title
from grid.rules import (
    TABLE,
    Finding,
    Move,
    Need,
    Privacy,
    State,
    Transition,
    may,
)
from kernel.access import Actor
from kernel.media import Attachment, Kind
from kernel.permissions import Permission
from people.models import Person
from people.queries import within

MAIN: Final = aliased(Case)  # an alias costs more to make than its query to run

# What staff do; the rest is the resident's, or comes with objections.
STAFF_MOVES: Final = (
    Move.ACCEPT,
    Move.REPORT_RESULT,
    Move.VERIFY,
    Move.SEND_BACK,
    Move.RETURN,
    Move.ESCALATE,
    Move.REASSIGN,
    Move.ADMIT,
    Move.ASSIGN,
    Move.MERGE,
    Move.REJECT,
)
PERMISSIONS: Final = {row.move: row.permission for row in TABLE.values()}
# What only the owner does beside moving it.
OWNERS_ACTS: Final = (Act.CALLED, Act.ON_MY_WAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One line of the history."""

    number: int
    at: datetime
    title: str
    who: str | None  # the public name; None: the program or the resident
    by_reporter: bool
    note: str
    finding: Finding | None
    act: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A picture or a voice note."""

    attachment_id: int
    kind: FileKind
    media: Kind
    ready: bool
    step_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move this reader may try, and what it needs."""

    move: Move
    name: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Another report of the same thing."""

    case_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the resident said and showed."""

    words: str
    where: str
    lat: float | None
    lng: float | None
    voice_line: str
    files: tuple[FileLine, ...]
    has_phone: bool
    lang: str
    dialect: str  # how to call back: a code, or ""
    call_hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A case as one reader sees it; ``content`` is None for who only reads masked."""

    card: Card
    state: State
    category: str | None
    tile: str | None
    department: str | None
    privacy: Privacy
    content: Content | None
    steps: tuple[StepLine, ...]
    offers: tuple[Offer, ...]
    acts: frozenset[Act]
    to_spot_check: bool  # this reader may take the second look it was drawn for
    may_classify: bool
    may_read_contact: bool
    proposed_finding: Finding | None
    finding: Finding | None
    result_text: str
    responsible_channel: str
    main_number: str | None
    merged: tuple[Merged, ...]  # what follows this one
    promises: Promises
    is_against: bool  # somebody: whom, stands beside it


def detail(session: Session, case_id: int, *, by: Actor, now: datetime) -> CaseDetail:
    """Return one case for *by*; at most eight statements, whatever hangs on it.

    Raises:
        NoSuchCase: there is none that *by* may read.
    """
    full = within(Case, by, Permission.CASE_CONTENT_READ)
    row = session.execute(
        with_card(
            full.label("full"),
            MAIN.number.label("main_number"),
            is_against().label("is_against"),
            Callback,
        )
        .outerjoin(Callback, Callback.case_id == Case.id)
        .outerjoin(MAIN, MAIN.id == Case.main_id)
        .where(Case.id == case_id, or_(full, within(Case, by, Permission.CASE_READ)))
    ).one_or_none()
    if row is None:
        raise missing(session, case_id, by)
    case: Case = row.Case
    sees = bool(row.full)
    steps = _steps(session, case.id, full=sees)
    done = [step.act for step in steps]
    return CaseDetail(
        card=card_of(row, now=now, full=sees),
        state=case.state,
        category=case.category,
        tile=case.tile,
        department=case.department,
        privacy=case.privacy,
        content=_content(session, case, row.Callback) if sees else None,
        steps=steps,
        offers=_offers(session, case, by, full=sees),
        acts=_acts(case, by, full=sees),
        # Closed and still fully open to somebody else than its owner: only who may look.
        to_spot_check=case.to_spot_check and sees and case.owner_id != by.id,
        may_classify=may_classify(case, by),
        may_read_contact=sees and case.caller_phone is not None and not case.state.is_over,
        proposed_finding=case.proposed_finding,
        finding=case.finding,
        result_text=case.result_text,
        responsible_channel=case.responsible_channel,
        main_number=row.main_number,
        merged=_merged(session, case),
        promises=promises_for(session, case, done, by=by, now=now, full=sees),
        is_against=(sees or may_classify(case, by)) and bool(row.is_against),
    )


def may_classify(case: Case, by: Actor) -> bool:
    """Whether *by* may settle what the case is about: who has it, and the desks above."""
    return bool(mover_for(by, case, Permission.CASE_CLASSIFY).roles) and not case.state.is_over


def _content(session: Session, case: Case, wanted: Callback | None) -> Content:
    rows = session.execute(
        select(CaseFile, Attachment)
        .join(Attachment, Attachment.id == CaseFile.attachment_id)
        .where(CaseFile.case_id == case.id)
        .order_by(CaseFile.id)
    )
    files = tuple(
        FileLine(
            attachment_id=attachment.id,
            kind=file.kind,
            media=attachment.kind,
            ready=attachment.is_ready,
            step_number=file.step_number,
        )
        for file, attachment in rows
    )
    return Content(
        words=case.words,
        where=case.where,
        lat=case.lat,
        lng=case.lng,
        voice_line=case.voice_line,
        files=files,
        has_phone=case.caller_phone is not None,
        lang=case.lang,
        dialect="" if wanted is None else wanted.dialect,
        call_hours="" if wanted is None else wanted.hours,
    )


def _merged(session: Session, case: Case) -> tuple[Merged, ...]:
    if case.reporters == 1:
        return ()
    rows = session.execute(
        select(Case.id, Case.number).where(Case.main_id == case.id).order_by(Case.id)
    )
    return tuple(Merged(case_id=row.id, number=row.number) for row in rows)


def _steps(session: Session, case_id: int, *, full: bool) -> tuple[StepLine, ...]:
    rows = session.execute(
        select(Step, Person.public_name)
        .outerjoin(Person, Person.id == Step.who)
        .where(Step.case_id == case_id)
        .order_by(Step.number)
    )
    return tuple(
        StepLine(
            number=step.number,
            at=step.at,
            title=step_title(step),
            who=name,
            by_reporter=step.by_reporter,
            note=step.why if full or not (step.by_reporter or step.act in _RESIDENTS) else "",
            finding=step.finding,
            act=step.act,
        )
        for step, name in rows
    )


# Acts whose words are the resident's, or say what they said.
_RESIDENTS: Final = frozenset(
    {
        Act.SUPPLEMENT,
        Act.VOICE_LINE,
        Act.NOTE,
        Act.CALLED,
        Act.ASKED,
        Act.PAUSED,
        Act.SUPERVISED,
        Act.NOT_REACHED,
    }
)


def _offers(session: Session, case: Case, by: Actor, *, full: bool) -> tuple[Offer, ...]:
    possible = [move for move in STAFF_MOVES if (case.state, move) in TABLE]
    if not possible:
        return ()
    facts = case_facts(session, case)
    # Whoever had it in hand is not offered to look at it again (G3), nor whose turn it is not.
    may_look = full and by.id not in facts.handled_by | {case.owner_id}
    return tuple(
        _offer(TABLE[case.state, move])
        for move in possible
        if (may_look or PERMISSIONS[move] is not Permission.CASE_VERIFY)
        # What an objection has settled is not offered to be refused again.
        and not (move is Move.REJECT and case.upheld)
        and may(facts, move, mover=mover_for(by, case, PERMISSIONS[move]))
    )


def _offer(row: Transition) -> Offer:
    return Offer(move=row.move, name=row.name, needs=row.needs)


def _acts(case: Case, by: Actor, *, full: bool) -> frozenset[Act]:
    if case.state.is_over:
        return frozenset()
    acts = {Act.NOTE, Act.VOICE_LINE} if full else set()
    if case.owner_id == by.id:
        acts |= {*OWNERS_ACTS}
    return frozenset(acts)
