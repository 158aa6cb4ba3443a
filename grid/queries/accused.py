"""Whom a case is against, for those at it; the verifier reads the answers before the finding."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from grid.models import Accused, AccusedAnswer, AccusedLink, AccusedSaid, Case
from grid.models.cases import ALARM, BARRED_AS
from grid.queries.outside import desk_of
from grid.rules import Finding, State
from grid.rules.accused import Against, Heard
from grid.rules.outside import LinkState, link_state
from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Account, Barred, Household, Membership, Person
from people.queries import with_places, within
from people.rules import ancestors

# Once: an alias costs more to make than its query to run.
OWN: Final = aliased(Person)
NOTED: Final = aliased(Person)
PART: Final = aliased(Case)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """What the accused said."""

    words: str
    heard: Heard | None  # None: the accused wrote it by their link
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccusedLine:
    """Whom it is against, what they hear, and what they said."""

    accused_id: int
    against: Against
    name: str  # "" once it is forgotten
    claim: str
    who: str  # of the staff
    at: datetime
    answers: tuple[AnswerLine, ...]
    link_until: datetime | None  # until when a link for them opens, if there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the staff a case can be against."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPage:
    """What the accused read behind their link: nothing that says who reported, or which case."""

    state: LinkState
    unfounded: bool  # it was looked into, and was not so
    claim: str
    said: tuple[AccusedSaid, ...]
    expires_at: datetime
    desk_name: str
    desk_phone: str


def claim_page(session: Session, secret: str, *, now: datetime) -> ClaimPage | None:
    """Return what the link whose hash is *secret* shows; None where there is none."""
    row = session.execute(
        select(AccusedLink, Accused, Case)
        .join(Accused, Accused.id == AccusedLink.accused_id)
        .join(Case, Case.id == Accused.case_id)
        .where(AccusedLink.secret == secret)
    ).one_or_none()
    if row is None:
        return None
    link, accused, case = row
    name, phone = desk_of(session, case.area_code)
    state = link_state(
        state=case.state,
        police=case.is_police,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        now=now,
    )
    opens = state is LinkState.OPEN
    written = select(AccusedSaid).where(AccusedSaid.link_id == link.id).order_by(AccusedSaid.id)
    return ClaimPage(
        state=state,
        unfounded=case.state is State.CLOSED and case.finding is Finding.UNFOUNDED,
        claim=accused.claim if opens else "",
        said=tuple(session.scalars(written)) if opens else (),
        expires_at=link.expires_at,
        desk_name=name,
        desk_phone=phone,
    )


def accused_of(session: Session, case_id: int, *, by: Actor) -> tuple[AccusedLine, ...]:
    """Return whom the case is against, for those at it; four statements at most.

    What is merged into it belongs to it.
    """
    rows = session.execute(
        select(Accused, OWN.public_name, OWN.name, Household.number, NOTED.public_name)
        .join(Case, Case.id == Accused.case_id)
        .outerjoin(OWN, OWN.id == Accused.person_id)
        .outerjoin(Household, Household.id == Accused.household_id)
        .join(NOTED, NOTED.id == Accused.noted_by)
        .where(
            or_(Case.id == case_id, Case.main_id == case_id),
            may_accuse(by),
        )
        .order_by(Accused.id)
    ).all()
    if not rows:
        return ()
    ids = [row[0].id for row in rows]
    answers, links = _answers(session, ids), _links(session, ids)
    return tuple(
        AccusedLine(
            accused_id=one.id,
            against=one.against,
            name=public_name or name or number or one.name or "",
            claim=one.claim,
            who=who,
            at=one.noted_at,
            answers=tuple(answers.get(one.id, ())),
            link_until=links.get(one.id),
        )
        for one, public_name, name, number, who in rows
    )


def colleagues(session: Session, case_id: int, *, by: Actor) -> tuple[Colleague, ...]:
    """Return the staff of the case's town and below, of whom the case may be against one."""
    area = session.scalar(select(Case.area_code).where(Case.id == case_id, may_accuse(by)))
    if area is None:
        return ()
    town = next((code for code in reversed(ancestors(area)) if len(code) > 6), area)  # noqa: PLR2004 - digits of a district
    rows = session.execute(
        select(Person.id, Person.public_name, Person.name, Membership.area_code)
        .join(Account, Account.person_id == Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Account.closed_at.is_(None),
            or_(Membership.area_code.startswith(town), Membership.area_code.in_(ancestors(town))),
        )
        .distinct()
        .order_by(Person.id, Membership.area_code)
        .limit(500)
    )
    return tuple(
        Colleague(person_id=person_id, name=name)
        for person_id, name in with_places(
            session, ((row[0], row[1] or row[2], row[3]) for row in rows)
        )
    )


def is_against() -> ColumnElement[bool]:
    """Return the condition that a case, or one merged into it, is against somebody."""
    return exists(
        select(Accused.id)
        .join(PART, PART.id == Accused.case_id)
        .where(or_(PART.id == Case.id, PART.main_id == Case.id))
    )


def may_accuse(by: Actor) -> ColumnElement[bool]:
    """Return the condition that *by* is at a case and may write down whom it is against."""
    return or_(
        within(Case, by, Permission.CASE_CONTENT_READ), within(Case, by, Permission.CASE_CLASSIFY)
    )


def family(session: Session, case_id: int) -> tuple[int, ...]:
    """Return a case, its main case and all that were merged into the same one."""
    main = select(func.coalesce(Case.main_id, Case.id)).where(Case.id == case_id).scalar_subquery()
    return tuple(
        session.scalars(
            select(Case.id).where(or_(Case.id == main, Case.main_id == main)).order_by(Case.id)
        )
    )


def _links(session: Session, ids: list[int]) -> dict[int, datetime]:
    """Return until when the link of those of *ids* opens that were given one."""
    rows = session.execute(
        select(AccusedLink.accused_id, AccusedLink.expires_at).where(
            AccusedLink.accused_id.in_(ids), AccusedLink.revoked_at.is_(None)
        )
    )
    return {row.accused_id: row.expires_at for row in rows}


def _answers(session: Session, ids: list[int]) -> dict[int, list[AnswerLine]]:
    found: dict[int, list[AnswerLine]] = {}
    rows = session.execute(
        select(AccusedAnswer, Person.public_name)
        .join(Person, Person.id == AccusedAnswer.noted_by)
        .where(AccusedAnswer.accused_id.in_(ids))
        .order_by(AccusedAnswer.id)
    )
    for answer, who in rows:
        line = AnswerLine(words=answer.words, heard=answer.heard, who=who, at=answer.noted_at)
        found.setdefault(answer.accused_id, []).append(line)
    written = session.execute(
        select(AccusedLink.accused_id, AccusedSaid.words, AccusedSaid.at)
        .join(AccusedLink, AccusedLink.id == AccusedSaid.link_id)
        .where(AccusedLink.accused_id.in_(ids))
        .order_by(AccusedSaid.id)
    )
    for row in written:
        line = AnswerLine(words=row.words, heard=None, who="", at=row.at)
        found.setdefault(row.accused_id, []).append(line)
    for lines in found.values():
        lines.sort(key=lambda line: line.at)
    return found


def traces_barred(person_id: int) -> CompoundSelect[str]:
    """Return what logs call the reports and alarms of the cases *person_id* is kept away from.

    The cases themselves are among ``people.queries.bars.subjects_barred``.
    """
    cases = select(Barred.ref).where(Barred.person_id == person_id, Barred.about == BARRED_AS)
    return union_all(
        select(Case.source).where(Case.id.in_(cases)),
        select(literal(ALARM) + cast(Case.id, String)).where(Case.id.in_(cases)),
    )
