"""Claims as staff read them: what waits for whom, and all that helps to judge one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.media import Attachment
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import paths_of, within
from people.rules import Level
from points.errors import NoSuchClaim
from points.models import Claim, ClaimHelp, ClaimPicture, ClaimReview
from points.queries.earned import awards_around, grants_of
from points.queries.narrowing import terms_of
from points.queries.ruling import rules_of
from points.queries.twins import Twin, twins_among, twins_of
from points.rules.caps import Earned, Granted, earned_before
from points.rules.claims import ENDS, GONE, PERMISSIONS
from points.rules.helping import Consent
from points.rules.table import Rule

PAGE: Final = 50
HISTORY: Final = 10
HELPER: Final = aliased(Person)  # an alias costs more to make than its query to run


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A claim in a list."""

    claim: Claim
    rule: Rule
    who: str
    address: str
    place: str
    pictures: int
    late: bool
    twins: Sequence[str]  # why it may be the same as another
    bulk: bool  # may be passed with others


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLine:
    """A claim that was chosen to be passed with others, as its reviewer sees it once more."""

    line: ClaimLine
    helper: str  # who entered it, "" where it was themselves or the program
    granted: Granted  # what the caps would leave of it as things stand


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """What somebody decided, and who it was."""

    review: ClaimReview
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDetail:
    """One claim and what helps to judge it."""

    claim: Claim
    rule: Rule
    who: str
    helper: str
    consent: Consent | None  # how whom it is for agreed
    home: Household
    place: str
    case: Case | None
    reopened: bool
    pictures: tuple[Attachment, ...]
    reviews: tuple[ReviewLine, ...]
    history: tuple[ClaimLine, ...]
    twins: tuple[Twin, ...]
    earned: Earned  # what counts against the caps, of the days around its own
    may_review: bool  # it is this reader's level


def claims_listed(
    session: Session, *, by: Actor, today: date, part: str = "mine", page: int = 1
) -> tuple[Sequence[ClaimLine], bool]:
    """Return claims *by* may read, what is due first on top, and whether more follow.

    *part* is what waits for them (``mine``), for anybody (``all``), or is settled (``done``).
    """
    mine = _offered(by)
    wanted = {"mine": mine, "all": Claim.state.not_in(ENDS)}.get(part, Claim.state.in_(ENDS))
    # What stands on a list is judged with it.
    alone = true() if part == "done" else Claim.source_kind != "activity"
    order = (Claim.filed_at.desc(),) if part == "done" else (Claim.due_by.asc().nulls_last(),)
    rows = session.execute(
        select(Claim, Person.name, Household.address, mine.label("mine"))
        .join(Person, Person.id == Claim.person_id)
        .join(Household, Household.id == Claim.household_id)
        .where(within(Claim, by, Permission.CLAIM_READ), wanted, alone)
        .order_by(*order, Claim.id)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return _lines(session, rows[:PAGE], today), len(rows) > PAGE


def claims_chosen(
    session: Session, ids: Sequence[int], *, by: Actor, today: date
) -> Sequence[ChosenLine]:
    """Return those of some claims that wait for *by*; also which cannot be passed together.

    Those that can are counted against the caps one after another, as they would be paid.
    """
    rows = session.execute(
        select(Claim, Person.name, Household.address, true().label("mine"), HELPER.public_name)
        .join(Person, Person.id == Claim.person_id)
        .join(Household, Household.id == Claim.household_id)
        .outerjoin(HELPER, and_(HELPER.id == Claim.filed_by, HELPER.id != Claim.person_id))
        .where(Claim.id.in_(ids[:PAGE]), within(Claim, by, Permission.CLAIM_READ), _offered(by))
        .order_by(Claim.id)
    ).all()
    helpers = {row[0].id: row[4] or "" for row in rows}
    lines = _lines(session, [row[:4] for row in rows], today)
    together = [one.claim for one in lines if one.bulk]
    granted = dict(zip([one.id for one in together], grants_of(session, together), strict=True))
    return [
        ChosenLine(
            line=one,
            helper=helpers[one.claim.id],
            granted=granted.get(one.claim.id, Granted(one.claim.coins)),
        )
        for one in lines
    ]


def claim_detail(session: Session, claim_id: int, *, by: Actor, today: date) -> ClaimDetail:
    """Return one claim.

    Raises:
        NoSuchClaim: there is none that *by* may read.
    """
    row = session.execute(
        select(
            Claim,
            Person.name,
            Household,
            HELPER.public_name,
            Case,
            _offered(by),
            ClaimHelp.consent,
        )
        .join(Person, Person.id == Claim.person_id)
        .join(Household, Household.id == Claim.household_id)
        .outerjoin(HELPER, and_(HELPER.id == Claim.filed_by, HELPER.id != Claim.person_id))
        .outerjoin(Case, Case.id == Claim.case_id)
        .outerjoin(ClaimHelp, ClaimHelp.claim_id == Claim.id)
        .where(Claim.id == claim_id, within(Claim, by, Permission.CLAIM_READ))
    ).one_or_none()
    if row is None:
        raise NoSuchClaim(GONE)
    claim, who, home, helped, case, may, consent = row
    seen = (
        Claim.person_id == claim.person_id,
        Claim.id != claim.id,
        within(Claim, by, Permission.CLAIM_READ),
    )
    past = session.execute(
        select(Claim, Person.name, Household.address, false().label("mine"))
        .join(Person, Person.id == Claim.person_id)
        .join(Household, Household.id == Claim.household_id)
        .where(*seen)
        .order_by(Claim.id.desc())
        .limit(HISTORY)
    ).all()
    table = rules_of(session, claim.rule_version)
    (rule,) = terms_of(session, [claim])
    return ClaimDetail(
        claim=claim,
        rule=rule,
        who=who,
        helper=helped or "",
        consent=consent,
        home=home,
        place=paths_of(session, [claim.area_code], top=Level.TOWN).get(claim.area_code, ""),
        case=case,
        reopened=case is not None and case.state is not State.CLOSED,
        pictures=tuple(_pictures(session, claim)),
        reviews=tuple(reviews_of(session, claim.id)),
        history=tuple(_lines(session, past, today, warned=False)),
        twins=tuple(twins_of(session, claim, case, by)),
        earned=earned_before(
            awards_around(session, [claim.earner]),
            table.caps,
            claim.earner,
            claim=claim.id,
            rule=rule,
        ),
        may_review=bool(may),
    )


def claim_file(session: Session, claim_id: int, attachment_id: int, *, by: Actor) -> Attachment:
    """Return a picture that speaks for a claim whose evidence *by* may read.

    Raises:
        NotFound: there is none for this person.
    """
    found = session.scalar(
        select(Attachment)
        .join(ClaimPicture, ClaimPicture.attachment_id == Attachment.id)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(
            Claim.id == claim_id,
            Attachment.id == attachment_id,
            within(Claim, by, Permission.CLAIM_EVIDENCE_READ),
        )
    )
    if found is None:
        raise NotFound("没有这个文件，或者它不归您看。")
    return found


def reviews_of(session: Session, claim_id: int) -> Sequence[ReviewLine]:
    """Return what was decided about a claim that its caller was let in to."""
    return reviews_by_claim(session, [claim_id]).get(claim_id, [])


def reviews_by_claim(
    session: Session, claim_ids: Sequence[int]
) -> Mapping[int, Sequence[ReviewLine]]:
    """Return what was decided about each of the claims that its caller was let in to."""
    rows = session.execute(
        select(ClaimReview, Person.public_name)
        .join(Person, Person.id == ClaimReview.reviewer_id)
        .where(ClaimReview.claim_id.in_(claim_ids))
        .order_by(ClaimReview.id)
    )
    found: dict[int, list[ReviewLine]] = {}
    for review, name in rows:
        line = ReviewLine(review=review, who=name or "")
        found.setdefault(review.claim_id, []).append(line)
    return found


def _offered(by: Actor) -> ColumnElement[bool]:
    """Whether a claim waits for *by*, who did not file it for somebody: those others decide."""
    return and_(to_review(by), or_(Claim.filed_by.is_(None), Claim.filed_by != by.id))


def to_review(by: Actor) -> ColumnElement[bool]:
    """Whether a claim waits for a level at which *by* sits, and is not their own."""
    levels = [
        and_(Claim.waiting_for == level, within(Claim, by, permission))
        for level, permission in PERMISSIONS.items()
        if by.may(permission)
    ]
    return and_(or_(false(), *levels), Claim.person_id != by.id)


def _lines(
    session: Session,
    rows: Sequence[tuple[Claim, str, str, bool] | Row[Claim, str, str, bool]],
    today: date,
    *,
    warned: bool = True,
) -> list[ClaimLine]:
    names = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    pictures: dict[int, int] = {}
    if rows:
        counted = (
            select(ClaimPicture.claim_id, func.count())
            .where(ClaimPicture.claim_id.in_([row[0].id for row in rows]))
            .group_by(ClaimPicture.claim_id)
        )
        pictures = {row[0]: row[1] for row in session.execute(counted)}
    # What is settled warns nobody any more.
    open_ones = [row[0] for row in rows if warned and row[0].waiting_for is not None]
    twins = twins_among(session, open_ones)
    return [
        ClaimLine(
            claim=claim,
            rule=claim.terms(rules_of(session, claim.rule_version)),
            who=who,
            address=address,
            place=names.get(claim.area_code, ""),
            pictures=pictures.get(claim.id, 0),
            late=claim.due_by is not None and claim.due_by < today,
            twins=twins.get(claim.id, ()),
            bulk=bool(mine) and not claim.flagged and claim.id not in twins,
        )
        for claim, who, address, mine in rows
    ]


def _pictures(session: Session, claim: Claim) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .join(ClaimPicture, ClaimPicture.attachment_id == Attachment.id)
        .where(ClaimPicture.claim_id == claim.id)
        .order_by(Attachment.id)
    ).all()
