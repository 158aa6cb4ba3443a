"""How old coins are that followed a household: without lots, by one number for each move.

The books say what an account had earned before a year began.  What came from another household
was posted later, so `Adjustment.carried` says how much of it counts as earned before that year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kernel.clock import SHANGHAI
from points.models import Adjustment, Entry, LedgerAccount, Transfer
from points.rules import AccountKind, microseconds, moment_of
from points.rules.expiry import carried


@dataclass(frozen=True, slots=True)
class Carried:
    """A proposal that was posted, what it says that it carried, and what the books say."""

    adjustment_id: int
    said: int | None  # None of what was moved before dates were kept
    found: int


def came_aged(year: int) -> ScalarSelect[int]:
    """Return how many coins that came to `LedgerAccount` in *year* count as earned before it."""
    home = case(
        (LedgerAccount.kind == AccountKind.HOUSEHOLD, cast(LedgerAccount.owner_ref, BigInteger))
    )
    return (
        select(func.coalesce(func.sum(Adjustment.carried), 0))
        .join(
            Entry,
            and_(Entry.posting_id == Adjustment.posting_id, Entry.account_id == LedgerAccount.id),
        )
        .where(Adjustment.to_household_id == home, _within(Entry.posted_at, year))
        .correlate(LedgerAccount)
        .scalar_subquery()
    )


def carried_by(session: Session, posting_id: int) -> int:
    """Return how many coins of a posting, from household to household, carry an earlier date."""
    at = session.scalars(
        select(Entry.posted_at)
        .join(Transfer, Transfer.posting_id == Entry.posting_id)
        .where(Entry.posting_id == posting_id, Entry.account_id == Transfer.debit_id)
    ).one()
    row = session.execute(_moves(_year_of(at)).where(Transfer.posting_id == posting_id)).one()
    return _carried(row)


def all_carried(session: Session) -> Iterator[Carried]:
    """Yield each move between households in the order in which they were posted, year by year."""
    ends = func.coalesce(func.min(Entry.posted_at), 0), func.coalesce(func.max(Entry.posted_at), -1)
    moved = select(*ends).join(Adjustment, Adjustment.posting_id == Entry.posting_id)
    first, last = session.execute(moved).one()
    for year in range(_year_of(first), _year_of(last) + 1):
        moves = (
            _moves(year)
            .add_columns(Adjustment.id, Adjustment.carried)
            .join(Adjustment, Adjustment.posting_id == Transfer.posting_id)
            .where(Adjustment.to_household_id.is_not(None))
            .order_by(Transfer.posting_id)
        )
        for row in session.execute(moves):
            yield Carried(row.id, row.carried, _carried(row))


def _moves(year: int) -> Select[int, int, int, int, int]:
    """Return what giver and taker of each move in *year* had of before it, and what went out."""
    giver, taker = aliased(Entry), aliased(Entry)
    return (
        select(
            Transfer.amount,
            (_earned(giver, year) + _came(giver, year)).label("giver_in"),
            (giver.out_total - Transfer.amount + giver.held).label("giver_out"),
            (_earned(taker, year) + _came(taker, year)).label("taker_in"),
            taker.out_total.label("taker_out"),
        )
        .join(
            giver,
            and_(giver.posting_id == Transfer.posting_id, giver.account_id == Transfer.debit_id),
        )
        .join(
            taker,
            and_(taker.posting_id == Transfer.posting_id, taker.account_id == Transfer.credit_id),
        )
        .where(_within(giver.posted_at, year))
    )


def _carried(row: Any) -> int:  # noqa: ANN401 - a row of _moves
    return carried(
        row.amount,
        giver_old=row.giver_in - row.giver_out,
        taker_old=row.taker_in - row.taker_out,
    )


def _earned(entry: type[Entry], year: int) -> ColumnElement[int]:
    """Return all that had come into the account of *entry* before *year* began."""
    earlier = aliased(Entry)
    found = (
        select(earlier.in_total)
        .where(earlier.account_id == entry.account_id, earlier.posted_at < _starts(year))
        .order_by(earlier.posted_at.desc(), earlier.version.desc())
        .limit(1)
        .correlate(entry)
        .scalar_subquery()
    )
    return func.coalesce(found, 0)


def _came(entry: type[Entry], year: int) -> ColumnElement[int]:
    """Return what had come to the account of *entry* in *year*, before it, and is older."""
    earlier = aliased(Entry)
    move = aliased(Adjustment)
    return (
        select(func.coalesce(func.sum(move.carried), 0))
        .join(earlier, earlier.posting_id == move.posting_id)
        .where(
            earlier.account_id == entry.account_id,
            earlier.version < entry.version,
            earlier.posted_at >= _starts(year),
            earlier.amount > 0,
        )
        .correlate(entry)
        .scalar_subquery()
    )


def _within(posted_at: InstrumentedAttribute[int], year: int) -> ColumnElement[bool]:
    return and_(posted_at >= _starts(year), posted_at < _starts(year + 1))


def _starts(year: int) -> int:
    return microseconds(datetime.combine(date(year, 1, 1), time(), SHANGHAI))


def _year_of(posted_at: int) -> int:
    return moment_of(posted_at).astimezone(SHANGHAI).year
