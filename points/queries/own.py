"""What a household reads about its coins, and each about their own claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from grid.models import Case
from grid.rules import CATALOGUE, State
from people.models import Household, Person
from people.rules import HouseholdKind
from points.models import Claim, LedgerAccount
from points.queries.claims import ReviewLine, reviews_of
from points.queries.expiring import left_of
from points.queries.home import (
    MemberCoins,
    OwnMonth,
    home_and_account,
    own_caps,
    own_members,
    own_months,
)
from points.queries.lines import CoinLine, coin_lines
from points.queries.ruling import rules_in_force, rules_of
from points.rules.awards import case_rule, claimable_until
from points.rules.caps import CapsLeft
from points.rules.claims import ClaimState
from points.rules.expiry import expires_on
from points.rules.table import Rule


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
    days: int  # until then
    lines: tuple[CoinLine, ...]
    members: tuple[MemberCoins, ...]
    left: CapsLeft
    months: tuple[OwnMonth, ...]


def own_book(session: Session, person_id: int, *, today: date) -> Book | None:
    """Return the book of the household somebody belongs to, None where they belong to none.

    Who shares a dormitory or a firm are strangers: each reads the lines they earned themselves.
    """
    found = home_and_account(session, person_id)
    if found is None:
        return None
    home, account = found
    members = tuple(own_members(session, home, person_id, today=today))
    left = own_caps(session, person_id, home, today=today)
    last = expires_on(date(today.year - 1, 1, 1))
    if account is None:
        return Book(
            home=home,
            free=0,
            held=0,
            expiring=0,
            expires=last,
            days=(last - today).days,
            lines=(),
            members=members,
            left=left,
            months=(),
        )
    strangers = home.kind is not HouseholdKind.FAMILY
    return Book(
        home=home,
        free=account.in_total - account.out_total - account.held,
        held=account.held,
        expiring=_expiring(session, account, date(today.year, 1, 1)),
        expires=last,
        days=(last - today).days,
        lines=tuple(coin_lines(session, account, person_id, strangers=strangers)),
        members=members,
        left=left,
        months=() if strangers else tuple(own_months(session, account)),
    )


def own_area(session: Session, person_id: int) -> str | None:
    """Return where the open household somebody belongs to lies; asked about oneself only."""
    return session.scalar(
        select(Household.area_code)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id, Household.closed_at.is_(None))
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
    left = left_of(year).where(LedgerAccount.id == account.id)
    row = session.execute(left).one_or_none()
    return 0 if row is None else int(row.coins)


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
