"""What a household reads about its coins, and each about their own claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from grid.models import Case
from grid.rules import CATALOGUE, State
from kernel.clock import SHANGHAI
from people.models import Household, Person
from people.rules import HouseholdKind, mask_name
from points.models import Claim, ClaimReview, Entry, LedgerAccount, Posting, Transfer
from points.queries.claims import ReviewLine, reviews_of
from points.queries.ruling import rules_in_force, rules_of
from points.rules import AccountKind, PostingKind, expiring, microseconds, moment_of
from points.rules.awards import case_rule, claimable_until
from points.rules.claims import ClaimState, Decision
from points.rules.expiry import expires_on
from points.rules.table import Rule

LINES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinLine:
    """One line of a household's book: what for, how many, who earned it, who looked."""

    at: datetime
    amount: int
    kind: PostingKind
    rule: str  # the rule's name, "" for none
    who: str  # the surname, "" for oneself
    day: str  # on which it was earned
    cut: int
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClaim:
    """A claim of one's own, and what came of it."""

    claim: Claim
    rule: Rule
    reviews: tuple[ReviewLine, ...]
    place_in_line: int  # 0 where it does not wait for funds


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A household's coins as one of its members reads them."""

    home: Household
    free: int
    held: int
    expiring: int  # of what is there
    expires: date
    lines: tuple[CoinLine, ...]


def own_book(session: Session, person_id: int, *, today: date) -> Book | None:
    """Return the book of the household somebody belongs to, None where they belong to none.

    Who shares a dormitory or a firm are strangers: each reads the lines they earned themselves.
    """
    home = session.scalar(
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id, Household.closed_at.is_(None))
    )
    if home is None:
        return None
    account = session.scalar(
        select(LedgerAccount).where(
            LedgerAccount.kind == AccountKind.HOUSEHOLD,
            LedgerAccount.owner_ref == str(home.id),
            LedgerAccount.unit == "coin",
        )
    )
    last = expires_on(date(today.year - 1, 1, 1))
    if account is None:
        return Book(home=home, free=0, held=0, expiring=0, expires=last, lines=())
    strangers = home.kind is not HouseholdKind.FAMILY
    return Book(
        home=home,
        free=account.in_total - account.out_total - account.held,
        held=account.held,
        expiring=_expiring(session, account, date(today.year, 1, 1)),
        expires=last,
        lines=tuple(_book_lines(session, account, person_id, strangers=strangers)),
    )


def own_claims(session: Session, person_id: int) -> Sequence[OwnClaim]:
    """Return somebody's own claims, the newest first; asked about oneself only."""
    claims = session.scalars(
        select(Claim).where(Claim.person_id == person_id).order_by(Claim.id.desc()).limit(20)
    ).all()
    return [
        OwnClaim(
            claim=claim,
            rule=claim.terms(rules_of(session, claim.rule_version)),
            reviews=tuple(reviews_of(session, claim.id)),
            place_in_line=_place(session, claim),
        )
        for claim in claims
    ]


def own_claim(session: Session, claim_id: int, person_id: int) -> Claim | None:
    """Return one of somebody's own claims."""
    mine = select(Claim).where(Claim.id == claim_id, Claim.person_id == person_id)
    return session.scalar(mine)


def _place(session: Session, claim: Claim) -> int:
    if claim.state is not ClaimState.WAITING_QUOTA:
        return 0
    before = or_(
        Claim.passed_at < claim.passed_at,
        and_(Claim.passed_at == claim.passed_at, Claim.id < claim.id),
    )
    village = claim.area_code[:12]
    found = select(func.count(Claim.id)).where(
        Claim.state == ClaimState.WAITING_QUOTA, Claim.area_code.startswith(village), before
    )
    return (session.scalar(found) or 0) + 1


def _expiring(session: Session, account: LedgerAccount, year: date) -> int:
    """Return how many coins earned before *year* began are left: they end with it."""
    then = session.execute(
        select(Entry.in_total)
        .where(Entry.account_id == account.id, Entry.posted_at < _micro(year))
        .order_by(Entry.posted_at.desc(), Entry.version.desc())
        .limit(1)
    ).scalar()
    return expiring(then or 0, account.out_total, account.held)


def _micro(day: date) -> int:
    return microseconds(datetime.combine(day, time(), SHANGHAI))


def _book_lines(
    session: Session, account: LedgerAccount, person_id: int, *, strangers: bool
) -> list[CoinLine]:
    touches = or_(Transfer.debit_id == account.id, Transfer.credit_id == account.id)
    statement = (
        select(Transfer, Posting, Person.name, Claim)
        .join(Posting, Posting.id == Transfer.posting_id)
        .outerjoin(Person, Person.id == Transfer.person_id)
        .outerjoin(Claim, Claim.posting_id == Posting.id)
        .where(touches)
        .order_by(Posting.id.desc(), Transfer.line)
        .limit(LINES)
    )
    if strangers:
        statement = statement.where(Transfer.person_id == person_id)
    rows = session.execute(statement).all()
    reviewers = _reviewers(session, [claim.id for _, _, _, claim in rows if claim is not None])
    return [
        CoinLine(
            at=moment_of(posting.created_at),
            amount=line.amount if line.credit_id == account.id else -line.amount,
            kind=PostingKind(posting.kind),
            rule=claim.terms(rules_of(session, claim.rule_version)).name if claim else "",
            who="" if line.person_id in {None, person_id} else mask_name(name or ""),
            day=posting.effective_on,
            cut=claim.cut if claim else 0,
            reviewers=reviewers.get(claim.id, ()) if claim else (),
        )
        for line, posting, name, claim in rows
    ]


def _reviewers(session: Session, claims: Sequence[int]) -> dict[int, tuple[str, ...]]:
    if not claims:
        return {}
    rows = session.execute(
        select(ClaimReview.claim_id, Person.public_name)
        .join(Person, Person.id == ClaimReview.reviewer_id)
        .where(ClaimReview.claim_id.in_(claims), ClaimReview.decision == Decision.APPROVE)
        .order_by(ClaimReview.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for claim_id, name in rows:
        found[claim_id] = (*found.get(claim_id, ()), name)
    return found


def is_offered(session: Session, case_id: int, *, today: date) -> bool:
    """Whether a closed case whose receipt the caller has can be claimed by whoever reported it."""
    case = session.scalar(
        select(Case).where(
            Case.id == case_id,
            Case.state == State.CLOSED,
            Case.staff_reporter.is_(None),
            ~exists().where(Claim.case_id == Case.id),
        )
    )
    if case is None or case.finding is None or case.closed_at is None:
        return False
    table = rules_in_force(session, today)
    known = CATALOGUE.categories.get(case.category or "")
    coin = None if known is None else known.coin
    pays = case_rule(table, coin=coin, urgency=case.urgency, finding=case.finding)
    return pays is not None and today <= claimable_until(case.closed_at, table.claim_days)
