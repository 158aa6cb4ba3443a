"""Making a month's table: one statement for the whole district, however many live there."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from kernel.db import take_turns
from kernel.work import Work
from people.models import Household
from people.rules import DIGITS, Level
from points import rules
from points.models import Close, Entry, LedgerAccount, Month, Statement
from points.queries.columns import by_what_it_was, in_columns, tables
from points.queries.months import sheet_rows, village_sheet
from points.rules import COIN, AccountKind
from points.rules.months import (
    COINS,
    canonical,
    cut_of,
    fingerprint_of_table,
    first_day,
    is_over,
    next_period,
    period_of,
)
from points.rules.table import RuleTable
from points.service.posting import is_native


def make_due_month(work: Work) -> str | None:
    """Make the table of the oldest month that was cut and has none yet; return its name.

    None where nothing is due.  Late or twice, it is the same table: what was posted before the
    cut decides, not when this runs.  Months that were missed are made in their order.
    """
    take_turns(work.session, "points.month")
    period = _next(work)
    if period is None or not is_over(period, work.now()):
        return None
    month = Month(
        period=period,
        cut_at=rules.microseconds(cut_of(period)),
        made_at=rules.microseconds(work.now()),
    )
    work.session.add(month)
    work.session.flush()
    if is_native(work.session):  # else it sorts a million entries on the disk
        work.session.execute(text("SET LOCAL work_mem = '64MB'"))
        work.session.execute(text("SET LOCAL statement_timeout = '300s'"))
    names = [column.name for column in Statement.__table__.columns]
    lines = _lines(period, tables(work.session))
    work.session.execute(insert(Statement).from_select(names, lines))
    _close(work, period)
    return period


def _next(work: Work) -> str | None:
    last = work.session.scalar(select(func.max(Month.period)))
    if last is not None:
        return next_period(last)
    first = work.session.scalar(
        select(func.min(Entry.posted_at))
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(*_ours())
    )
    return None if first is None else period_of(rules.moment_of(first))


def _ours() -> tuple[ColumnElement[bool], ...]:
    return LedgerAccount.kind == AccountKind.HOUSEHOLD, LedgerAccount.unit == COIN


def _before(period: str) -> Subquery:
    """Return each account's statement before *period*: where it ended, and with what."""
    last = (
        select(Statement.account_id, func.max(Statement.period).label("period"))
        .where(Statement.period < period)
        .group_by(Statement.account_id)
        .subquery()
    )
    same = and_(last.c.account_id == Statement.account_id, last.c.period == Statement.period)
    return (
        select(Statement.account_id, Statement.closing, Statement.last_version)
        .join(last, same)
        .subquery("before")
    )


def _moved(period: str, before: Subquery, tables: Mapping[int, RuleTable]) -> Subquery:
    """Return what happened to each account in the month, by column: one pass over its entries."""
    first = literal(first_day(period).isoformat())
    entries = (
        by_what_it_was([Entry.account_id], first)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .outerjoin(before, before.c.account_id == Entry.account_id)
        .where(
            *_ours(),
            Entry.posted_at < rules.microseconds(cut_of(period)),
            Entry.version > func.coalesce(before.c.last_version, 0),
        )
    )
    return in_columns(entries, ["account_id"], tables)


def _lines(period: str, tables: Mapping[int, RuleTable]) -> Select[*tuple[Any, ...]]:
    """Return the rows of the month: each household that had coins, or that anything happened to."""
    before = _before(period)
    moved = _moved(period, before, tables)
    opening = func.coalesce(before.c.closing, 0)
    middle = [name for name in COINS if name not in {"opening", "closing", "late"}]
    reached = func.coalesce(moved.c.last_version, before.c.last_version)
    return (
        select(
            literal(period).label("period"),
            LedgerAccount.id.label("account_id"),
            cast(func.substr(Household.area_code, 1, DIGITS[Level.VILLAGE]), Text).label("area"),
            Household.id.label("household_id"),
            cast(Household.number, Text).label("number"),
            opening.label("opening"),
            *[func.coalesce(moved.c[name], 0).label(name) for name in middle],
            (opening + func.coalesce(moved.c.amount, 0)).label("closing"),
            func.coalesce(moved.c.late, 0).label("late"),
            Entry.version.label("last_version"),
            Entry.hash.label("head_hash"),
        )
        .select_from(LedgerAccount)
        .join(Household, cast(Household.id, Text) == LedgerAccount.owner_ref)
        .outerjoin(before, before.c.account_id == LedgerAccount.id)
        .outerjoin(moved, moved.c.account_id == LedgerAccount.id)
        .join(Entry, and_(Entry.account_id == LedgerAccount.id, Entry.version == reached))
        .where(*_ours(), or_(opening != 0, moved.c.account_id.is_not(None)))
    )


def _close(work: Work, period: str) -> None:
    """Close each village's part: how much it is, and the hash of its CSV."""
    rows = work.session.execute(sheet_rows(period)).all()
    earlier = select(Close.area_code, Close.digest).order_by(Close.area_code, Close.period)
    last = {row.area_code: row.digest for row in work.session.execute(earlier)}
    for village, lines in groupby(rows, lambda row: row.area_code):
        mine = list(lines)
        previous = last.get(village, "")
        table = village_sheet(mine, village=village, period=period, previous=previous)
        work.session.add(
            Close(
                area_code=village,
                period=period,
                households=len(mine),
                closing=sum(row.closing for row in mine),
                digest=fingerprint_of_table(canonical(table)),
                previous=previous,
            )
        )
    work.session.flush()
