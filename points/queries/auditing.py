"""The auditor's desk: claims, names masked for all; ``audited_books`` has the rest.

Whoever holds ``ledger:reversal-read`` reads here, each in their area and the auditor everywhere.
Nothing here is decided; a page costs a fixed number of statements, however long it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, distinct, func, select
from sqlalchemy.orm import Session, aliased

from grid.models import Case
from kernel.access import Actor
from kernel.media import Attachment
from kernel.permissions import Permission
from people.models import Person
from people.queries import paths_of, within
from people.rules import DIGITS, Level, mask_name
from points.errors import NoSuchClaim
from points.models import Claim, ClaimPicture, ClaimReview, Posting, RuleVersion
from points.queries.claims import ReviewLine, reviews_by_claim
from points.queries.ruling import rules_of
from points.rules.auditing import AuditWish
from points.rules.claims import GONE
from points.rules.hashing import moment_of
from points.rules.table import Rule

PAGE: Final = 50
VILLAGE: Final = DIGITS[Level.VILLAGE]  # of a code; a grid's begins with it
SEEN: Final = Permission.LEDGER_REVERSAL_READ
UNDONE: Final = aliased(Posting)  # the reversal of what paid a claim
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedPicture:
    """A picture's fingerprint, and the claims of other villages that show the same picture."""

    attachment_id: int
    digest: str
    elsewhere: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedClaim:
    """A claim as an auditor reads it."""

    claim: Claim
    rule: Rule
    who: str  # masked
    place: str
    reviews: tuple[ReviewLine, ...]
    pictures: tuple[AuditedPicture, ...]
    reversed_at: datetime | None

    @property
    def elsewhere(self) -> tuple[int, ...]:
        """The claims of other villages with a picture of this one."""
        return tuple(sorted({one for file in self.pictures for one in file.elsewhere}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedDetail:
    """One claim with its evidence and the rules it was judged by."""

    line: AuditedClaim
    version: RuleVersion
    case: Case | None  # its number and finding; what was said in it is not the auditor's
    evidence: str  # SHA-256 that the posting names, in hex
    files: tuple[Attachment, ...]  # what is still there


def audited_claims(
    session: Session, wish: AuditWish, *, by: Actor, page: int = 1, most: int = PAGE
) -> tuple[Sequence[AuditedClaim], bool]:
    """Return claims, the newest first, and whether more follow."""
    found = _claims(by).where(*chosen(wish, Claim, Claim.filed_at))
    if wish.reviewer:
        judged = select(ClaimReview.claim_id).where(ClaimReview.reviewer_id == wish.reviewer)
        found = found.where(Claim.id.in_(judged))
    rows = paged(session, found.order_by(Claim.id.desc()), page, most)
    return _audited(session, rows[:most], by), len(rows) > most


def audited_claim(session: Session, claim_id: int, *, by: Actor) -> AuditedDetail:
    """Return one claim.

    Raises:
        NoSuchClaim: there is none that *by* may read.
    """
    rows = session.execute(_claims(by).where(Claim.id == claim_id)).all()
    if not rows:
        raise NoSuchClaim(GONE)
    [line] = _audited(session, rows, by)
    one = line.claim
    paid = None if one.posting_id is None else session.get(Posting, one.posting_id)
    files = session.scalars(
        select(Attachment)
        .where(Attachment.id.in_([file.attachment_id for file in line.pictures]))
        .order_by(Attachment.id)
    )
    return AuditedDetail(
        line=line,
        version=session.get_one(RuleVersion, one.rule_version),
        case=None if one.case_id is None else session.get(Case, one.case_id),
        evidence=paid.evidence.hex() if paid is not None and paid.evidence else "",
        files=tuple(files),
    )


def pictures_across(
    session: Session, wish: AuditWish, *, by: Actor
) -> Sequence[Sequence[tuple[int, str]]]:
    """Return pictures that claims of several villages show: of each its claims and their villages.

    The newest first.  Whoever reviewed a claim finds nothing here about it.
    """
    judged = select(ClaimReview.claim_id).where(ClaimReview.reviewer_id == by.id)
    seen = (within(Claim, by, SEEN), Claim.id.not_in(judged))
    digests = session.scalars(
        select(ClaimPicture.digest)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(*seen)
        .group_by(ClaimPicture.digest)
        .having(func.count(distinct(func.substr(Claim.area_code, 1, VILLAGE))) > 1)
        .order_by(func.max(Claim.id).desc())
        .limit(PAGE)
    ).all()
    rows = session.execute(
        select(ClaimPicture.digest, Claim.id, Claim.area_code)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(*seen, ClaimPicture.digest.in_(digests))
        .order_by(Claim.id)
        .distinct()
    ).all()
    places = paths_of(session, [row.area_code for row in rows], top=Level.TOWN)
    found: dict[str, list[tuple[int, str]]] = {digest: [] for digest in digests}
    wanted = {row.digest for row in rows if row.area_code.startswith(wish.village)}
    for row in rows:
        if row.digest in wanted:
            found[row.digest].append((row.id, places.get(row.area_code, "")))
    return [claims for claims in found.values() if claims]


def _claims(by: Actor) -> Select[Claim, str, int | None]:
    return (
        select(Claim, Person.name, UNDONE.created_at)
        .join(Person, Person.id == Claim.person_id)
        .outerjoin(UNDONE, UNDONE.reverses_id == Claim.posting_id)
        .where(within(Claim, by, SEEN))
    )


def chosen(wish: AuditWish, table: Any, at: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """Return the conditions that every part of the desk shares."""
    found: list[ColumnElement[bool]] = [table.area_code.startswith(wish.village)]
    if span := wish.between():
        found.append(at.between(*span))
    if wish.rule:
        found.append(table.rule_code == wish.rule)
    if wish.state:
        known = {one.value for one in table.state.type.enum_class}
        found.append(table.state == wish.state if wish.state in known else table.id.is_(None))
    return found


def paged(session: Session, found: Select[*Ts], page: int, most: int) -> Sequence[Row[*Ts]]:
    """Return the rows of a page, and one more where there are more."""
    return session.execute(found.offset((max(page, 1) - 1) * most).limit(most + 1)).all()


def _audited(
    session: Session, rows: Sequence[Row[Claim, str, int | None]], by: Actor
) -> list[AuditedClaim]:
    ids = [row[0].id for row in rows]
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    reviews, pictures = reviews_by_claim(session, ids), _pictures(session, rows, by)
    return [
        AuditedClaim(
            claim=claim,
            rule=claim.terms(rules_of(session, claim.rule_version)),
            who=mask_name(who),
            place=places.get(claim.area_code, ""),
            reviews=tuple(reviews.get(claim.id, ())),
            pictures=tuple(pictures[claim.id]),
            reversed_at=None if at is None else moment_of(at),
        )
        for claim, who, at in rows
    ]


def _pictures(
    session: Session, rows: Sequence[Row[Claim, str, int | None]], by: Actor
) -> Mapping[int, list[AuditedPicture]]:
    villages = {row[0].id: row[0].area_code for row in rows}
    own = session.scalars(
        select(ClaimPicture)
        .where(ClaimPicture.claim_id.in_(list(villages)))
        .order_by(ClaimPicture.attachment_id)
    ).all()
    shown: dict[str, list[tuple[int, str]]] = defaultdict(list)
    others = session.execute(
        select(ClaimPicture.digest, Claim.id, Claim.area_code)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(ClaimPicture.digest.in_({one.digest for one in own}), within(Claim, by, SEEN))
        .order_by(Claim.id)
        .distinct()
    )
    for digest, claim_id, area in others:
        shown[digest].append((claim_id, area))
    found: dict[int, list[AuditedPicture]] = defaultdict(list)
    for one in own:
        there = villages[one.claim_id][:VILLAGE]
        elsewhere = tuple(number for number, area in shown[one.digest] if area[:VILLAGE] != there)
        found[one.claim_id].append(
            AuditedPicture(attachment_id=one.attachment_id, digest=one.digest, elsewhere=elsewhere)
        )
    return found
