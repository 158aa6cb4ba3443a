"""Statements: does each month follow from the entries, and each table's fingerprint from it?"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, Subquery, and_, func, select
from sqlalchemy.orm import Session, aliased

from points.models import Close, Entry, Statement
from points.queries.columns import by_what_it_was, in_columns, tables
from points.queries.faults import Fault, stream
from points.queries.months import sheet_rows, village_sheet
from points.rules.months import COINS, canonical, fingerprint_of_table

SUMMED = [name for name in COINS if name not in {"opening", "closing"}]


def months(session: Session) -> Iterator[Fault]:
    """Yield each statement that does not follow from the books, and each table that was edited."""
    for row in stream(session, _statements(session)):
        wrong = _wrong(row)
        if wrong:
            yield Fault(f"statement {row.period}/{row.account_id}", wrong)
    yield from _tables(session)


def _wrong(row: Row[Any]) -> str:
    """Return what is wrong with a statement, or nothing."""
    summed = [getattr(row, f"really_{name}") or 0 for name in SUMMED]
    found = (
        (row.hash is None, "the entry it reaches to is gone"),
        (row.hash != row.head_hash, "its hash is not that of its entry"),
        (row.closing != (row.total or 0), "its closing balance is not that of its entry"),
        (row.opening != (row.ended or 0), "it does not go on from the statement before"),
        (row.last_version < (row.reached or 0), "it ends before the statement before"),
        (
            summed != [getattr(row, name) for name in SUMMED],
            "its columns are not its entries'",
        ),
    )
    return next((what for is_so, what in found if is_so), "")


def _tables(session: Session) -> Iterator[Fault]:
    last: dict[str, str] = {}
    told = set()
    closes = select(Close.__table__).order_by(Close.period, Close.area_code)
    for close in session.execute(closes).all():
        told.add((close.period, close.area_code))
        name = f"close {close.period}/{close.area_code}"
        rows = session.execute(sheet_rows(close.period, close.area_code)).all()
        table = village_sheet(
            rows, village=close.area_code, period=close.period, previous=close.previous
        )
        if close.previous != last.get(close.area_code, ""):
            yield Fault(name, "it does not go on from the table before")
        if fingerprint_of_table(canonical(table)) != close.digest:
            yield Fault(name, "its fingerprint is not that of its statements")
        if (close.households, close.closing) != (len(rows), sum(row.closing for row in rows)):
            yield Fault(name, "its sums are not those of its statements")
        last[close.area_code] = close.digest
    parts = select(Statement.period, Statement.area_code).distinct()
    for period, village in session.execute(parts):
        if (period, village) not in told:
            yield Fault(f"close {period}/{village}", "it is gone, its statements are there")


def _before() -> Subquery:
    """Return (account_id, period, reached, ended): what each statement has to go on from."""
    account, period = Statement.account_id, Statement.period

    def last(what: SQLColumnExpression[int]) -> ColumnElement[int]:
        return func.lag(what).over(partition_by=account, order_by=period)

    reached, ended = last(Statement.last_version), last(Statement.closing)
    return select(account, period, reached.label("reached"), ended.label("ended")).subquery(
        "before"
    )


def _statements(session: Session) -> Select[*tuple[Any, ...]]:
    before, month = _before(), aliased(Statement)
    here = and_(before.c.account_id == month.account_id, before.c.period == month.period)
    entries = (
        by_what_it_was([month.period, month.account_id], month.period + "-01")
        .join(month, month.account_id == Entry.account_id)
        .join(before, here)
        .where(
            Entry.version > func.coalesce(before.c.reached, 0),
            Entry.version <= month.last_version,
        )
    )
    summed = in_columns(entries, ["period", "account_id"], tables(session))
    end, same = aliased(Entry), Statement.account_id
    return (
        select(
            Statement.__table__,
            end.hash,
            (end.in_total - end.out_total).label("total"),
            before.c.ended,
            before.c.reached,
            *[summed.c[name].label(f"really_{name}") for name in SUMMED],
        )
        .outerjoin(end, and_(end.account_id == same, end.version == Statement.last_version))
        .join(before, and_(before.c.account_id == same, before.c.period == Statement.period))
        .outerjoin(summed, and_(summed.c.account_id == same, summed.c.period == Statement.period))
        .order_by(Statement.period, same)
    )
