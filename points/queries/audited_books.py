"""The auditor's desk: what was taken, what was undone, and what its filter offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Text, and_, cast, or_, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from people.models import Area, Household, Person
from people.queries import paths_of, public_names, reaches, within
from people.rules import Level, mask_name
from points.models import (
    Appeal,
    Claim,
    ClaimReview,
    Deduction,
    Entry,
    LedgerAccount,
    Posting,
    RuleVersion,
)
from points.queries.auditing import PAGE, SEEN, chosen, paged
from points.queries.ruling import rules_of
from points.rules import AccountKind, PostingKind
from points.rules.auditing import AuditWish
from points.rules.hashing import microseconds, moment_of
from points.rules.table import NegativeRule

MOST: Final = 500  # villages and reviewers to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedDeduction:
    """What was taken, or was going to be; names masked."""

    one: Deduction
    rule: NegativeRule
    who: str
    place: str
    signers: tuple[str, ...]  # gave notice, looked, agreed
    appeal: Appeal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedReversal:
    """A posting that undid another one."""

    posting: Posting
    undid: Posting
    at: datetime
    coins: int
    place: str
    signers: tuple[str, ...]
    claim_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChoices:
    """What the desk's filter offers."""

    villages: Sequence[tuple[str, str]]
    reviewers: Sequence[tuple[int, str]]


def audited_deductions(
    session: Session, wish: AuditWish, *, by: Actor, page: int = 1, most: int = PAGE
) -> tuple[Sequence[AuditedDeduction], bool]:
    """Return what was taken or was going to be, the newest first, and whether more follow."""
    found = (
        select(Deduction, Person.name, Appeal)
        .join(Person, Person.id == Deduction.person_id)
        .outerjoin(Appeal, Appeal.deduction_id == Deduction.id)
        .where(within(Deduction, by, SEEN), *chosen(wish, Deduction, Deduction.noticed_at))
    )
    if wish.reviewer:
        hands = (Deduction.noticed_by, Deduction.checked_by, Deduction.decided_by)
        found = found.where(or_(*(hand == wish.reviewer for hand in hands)))
    rows = paged(session, found.order_by(Deduction.id.desc()), page, most)
    shown = rows[:most]
    places = paths_of(session, [one.area_code for one, _who, _appeal in shown], top=Level.TOWN)
    names = public_names(session, [hand for one, _who, _appeal in shown for hand in _hands(one)])
    lines = [
        AuditedDeduction(
            one=one,
            rule=one.terms(rules_of(session, one.rule_version)),
            who=mask_name(who),
            place=places.get(one.area_code, ""),
            signers=tuple(names.get(hand, "") for hand in _hands(one)),
            appeal=appeal,
        )
        for one, who, appeal in shown
    ]
    return lines, len(rows) > most


def audited_reversals(
    session: Session, wish: AuditWish, *, by: Actor, page: int = 1, most: int = PAGE
) -> tuple[Sequence[AuditedReversal], bool]:
    """Return what was undone on households' accounts, the newest first, and whether more follow."""
    undid = aliased(Posting)
    home = and_(
        LedgerAccount.id == Entry.account_id, LedgerAccount.kind == AccountKind.HOUSEHOLD.value
    )
    found = (
        select(Posting, undid, Entry.amount, Household.area_code, Claim.id)
        .join(undid, undid.id == Posting.reverses_id)
        .join(Entry, Entry.posting_id == Posting.id)
        .join(LedgerAccount, home)
        .join(Household, cast(Household.id, Text) == LedgerAccount.owner_ref)
        .outerjoin(Claim, Claim.posting_id == undid.id)
        .where(
            Posting.kind == PostingKind.REVERSAL.value,
            within(Household, by, SEEN),
            or_(Claim.id.is_(None), within(Claim, by, SEEN)),
            Household.area_code.startswith(wish.village),
        )
    )
    if span := wish.between():
        first, last = (microseconds(one) for one in span)
        found = found.where(Posting.created_at.between(first, last))
    if wish.rule:
        found = found.where(undid.rule_code == wish.rule)
    if wish.reviewer:
        hands = (Posting.actor_id, Posting.second_actor_id)
        found = found.where(or_(*(hand == wish.reviewer for hand in hands)))
    rows = paged(session, found.order_by(Posting.id.desc(), Entry.account_id), page, most)
    shown = rows[:most]
    places = paths_of(session, [row[3] for row in shown], top=Level.TOWN)
    names = public_names(session, [one for row in shown for one in _signed(row[0])])
    lines = [
        AuditedReversal(
            posting=posting,
            undid=undone,
            at=moment_of(posting.created_at),
            coins=coins,
            place=places.get(area, ""),
            signers=tuple(names.get(one, "") for one in _signed(posting)),
            claim_id=claim_id,
        )
        for posting, undone, coins, area, claim_id in shown
    ]
    return lines, len(rows) > most


def audit_choices(session: Session, *, by: Actor) -> AuditChoices:
    """Return the villages and reviewers whom *by* may choose among."""
    places = session.execute(
        select(Area.code, Area.name).where(Area.level == Level.VILLAGE).order_by(Area.code)
    )
    judged = (
        select(ClaimReview.reviewer_id)
        .join(Claim, Claim.id == ClaimReview.claim_id)
        .where(within(Claim, by, SEEN))
    )
    people = session.execute(
        select(Person.id, Person.public_name)
        .where(Person.id.in_(judged))
        .order_by(Person.public_name, Person.id)
        .limit(MOST)
    )
    return AuditChoices(
        villages=[(code, name) for code, name in places if reaches(by, SEEN, code)][:MOST],
        reviewers=[(number, name or "") for number, name in people],
    )


def rule_versions(session: Session) -> Sequence[RuleVersion]:
    """Return the last versions of the rules, the newest first; they are for everybody to read."""
    newest = (RuleVersion.valid_from.desc(), RuleVersion.version.desc())
    return session.scalars(select(RuleVersion).order_by(*newest).limit(10)).all()


def _hands(one: Deduction) -> list[int]:
    return [hand for hand in (one.noticed_by, one.checked_by, one.decided_by) if hand is not None]


def _signed(posting: Posting) -> list[int]:
    return [one for one in (posting.actor_id, posting.second_actor_id) if one is not None]
