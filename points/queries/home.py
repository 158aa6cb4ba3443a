"""What a household reads beside its book: who earned, what the caps leave, how months ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.errors import NotFound
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import within
from people.rules import HouseholdKind, mask_name
from points.models import Claim, Close, LedgerAccount, Publication, Statement
from points.queries.earned import awards_around
from points.queries.lines import CoinLine, coin_lines
from points.queries.ruling import rules_in_force
from points.rules import COIN, AccountKind
from points.rules.caps import CapsLeft, Earner, caps_left, earned_of, span
from points.rules.claims import ClaimState
from points.rules.table import Period

MONTHS: Final = 12
MEMBERS: Final = 50
YEAR_LINES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCoins:
    """Somebody of the household, and what they earned for it this year."""

    name: str  # masked, but for oneself
    is_self: bool
    coins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMonth:
    """How a month of the household ended; *close_id* where its table is public."""

    row: Statement
    village: str
    published: bool

    @property
    def earned(self) -> int:
        """All that came in by rules."""
        row = self.row
        return row.hazards + row.volunteering + row.mediation + row.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Passbook:
    """A household's year on paper."""

    home: Household
    head: str
    year: int
    opening: int
    closing: int
    lines: Sequence[CoinLine]  # the oldest first
    fingerprint: str  # of the last entry, in hex: what the seal of the day proves
    strangers: bool
    years: Sequence[int]


def home_and_account(
    session: Session, person_id: int
) -> tuple[Household, LedgerAccount | None] | None:
    """Return the open household somebody belongs to, and its account if it has one."""
    home = session.scalar(
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id, Household.closed_at.is_(None))
    )
    if home is None:
        return None
    return home, _account(session, home)


def own_members(
    session: Session, home: Household, person_id: int, *, today: date
) -> Sequence[MemberCoins]:
    """Return who belongs to one's household and what each earned this year.

    In a dormitory only oneself.  What was got for a sensitive report counts for oneself alone.
    """
    first, last = span(Period.YEAR, today)
    earned = and_(
        Claim.person_id == Person.id,
        Claim.household_id == home.id,
        Claim.state == ClaimState.PAID,
        ~Claim.returned,
        Claim.earned_on.between(first, last),
        or_(Claim.sensitive.is_(False), Person.id == person_id),
    )
    seen = true() if home.kind is HouseholdKind.FAMILY else Person.id == person_id
    total = func.coalesce(func.sum(Claim.granted), 0)
    rows = session.execute(
        select(Person.id, Person.name, total)
        .outerjoin(Claim, earned)
        .where(Person.household_id == home.id, seen)
        .group_by(Person.id, Person.name)
        .order_by((Person.id != person_id), Person.id)
        .limit(MEMBERS)
    ).all()
    return [
        MemberCoins(
            name=name if number == person_id else mask_name(name),
            is_self=number == person_id,
            coins=int(coins),
        )
        for number, name, coins in rows
    ]


def own_caps(session: Session, person_id: int, home: Household, *, today: date) -> CapsLeft:
    """Return what somebody may still earn today, this month and this year, in one statement."""
    table = rules_in_force(session, today)
    me = Earner(person_id, home.id, today)
    earned, times = earned_of(awards_around(session, [me]), table.caps, me)
    return caps_left(table, earned, times)


def own_months(session: Session, account: LedgerAccount) -> Sequence[OwnMonth]:
    """Return how the household's last twelve months ended, the newest first."""
    here = and_(Close.period == Statement.period, Close.area_code == Statement.area_code)
    rows = session.execute(
        select(Statement, Publication.close_id)
        .join(Close, here)
        .outerjoin(Publication, Publication.close_id == Close.id)
        .where(Statement.account_id == account.id)
        .order_by(Statement.period.desc())
        .limit(MONTHS)
    ).all()
    return [
        OwnMonth(row=row, village=row.area_code, published=close_id is not None)
        for row, close_id in rows
    ]


def own_passbook(session: Session, person_id: int, *, year: int, today: date) -> Passbook | None:
    """Return a year of one's household's book for paper; None for whoever has no household."""
    found = home_and_account(session, person_id)
    return None if found is None else _passbook(session, *found, person_id, year, today)


def household_passbook(
    session: Session, household_id: int, *, by: Actor, year: int, today: date
) -> Passbook:
    """Return a household's year for whoever prints it at the counter.

    What somebody got for reporting something sensitive says so to nobody there either.

    Raises:
        NotFound: there is no such household that *by* may read the coins of.
    """
    home = session.scalar(
        select(Household).where(
            Household.id == household_id,
            Household.closed_at.is_(None),
            within(Household, by, Permission.LEDGER_READ),
        )
    )
    if home is None:
        raise NotFound("没有这一户，或者它不归您看。")
    return _passbook(session, home, _account(session, home), None, year, today)


def _account(session: Session, home: Household) -> LedgerAccount | None:
    return session.scalar(
        select(LedgerAccount).where(
            LedgerAccount.kind == AccountKind.HOUSEHOLD,
            LedgerAccount.owner_ref == str(home.id),
            LedgerAccount.unit == COIN,
        )
    )


def _passbook(
    session: Session,
    home: Household,
    account: LedgerAccount | None,
    reader: int | None,
    year: int,
    today: date,
) -> Passbook:
    """Return a year of a household's book for *reader*, one of its members; None for staff."""
    strangers = reader is not None and home.kind is not HouseholdKind.FAMILY
    lines: Sequence[CoinLine] = ()
    if account is not None:
        lines = coin_lines(
            session,
            account,
            reader,
            strangers=strangers,
            since=_begin(year),
            until=_begin(year + 1),
            most=YEAR_LINES,
        )[::-1]
    head = session.scalar(select(Person.name).where(Person.household_id == home.id, Person.is_head))
    opened = today.year if account is None else int(account.opened_on[:4])
    first, last = (lines[0], lines[-1]) if lines else (None, None)
    return Passbook(
        home=home,
        head=mask_name(head),
        year=year,
        opening=0 if first is None else first.after - first.amount,
        closing=0 if last is None else last.after,
        lines=lines,
        fingerprint="" if account is None or strangers else account.head_hash.hex(),
        strangers=strangers,
        years=range(opened, today.year + 1),
    )


def _begin(year: int) -> datetime:
    return datetime.combine(date(year, 1, 1), time(), SHANGHAI)
