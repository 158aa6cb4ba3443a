"""Seals everything anew with the first key, so that an old one can be put away.

In small steps beside the running house: a value somebody changed meanwhile is left as it is, for
it was sealed with the first key already.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kernel import audit
from kernel.db import Sealed, db, keyring
from kernel.facts import Fact
from kernel.work import transaction
from upkeep.queries import tables

BATCH: Final = 200
PROBE: Final = "sealed-probe"
Found = tuple[sa.Column[Any], dict[str, Any], str]  # a column, the row's key, what is sealed


def count() -> dict[str, int]:
    """Return by table how many values the first key does not open."""
    with tables.snapshot(db.engine) as connection:
        return {table.name: sum(1 for _ in _old(connection, table)) for table in _tables()}


def rotate() -> dict[str, int]:
    """Seal with the first key what another has sealed; return what is left, by table.

    Left is only what may never be changed: its old key must stay on the ring.

    Raises:
        Misconfigured: something was sealed with a key that is not there.
    """
    done = 0
    with tables.snapshot(db.engine) as connection:
        guarded = tables.guards(connection)
        for table in _tables():
            if f"{table.name}_no_update" not in guarded:
                done += _rotate(connection, table)
    with transaction() as work:
        audit.note(work, by=None, action="seal.rotate", subject="keys", detail=str(done))
    return count()


def seal_anew(batch: Sequence[Found]) -> int:
    """Seal a few values anew, each if it is still what it was; return how many were."""
    ring, done = keyring(), 0
    with transaction() as work:
        for column, key, sealed in batch:
            there = [column.table.c[name] == value for name, value in key.items()]
            still = sa.type_coerce(column, sa.Text) == sealed
            found = sa.select(sa.literal(1)).select_from(column.table).where(*there, still)
            if work.session.execute(found.with_for_update()).first() is None:
                continue
            fresh = sa.literal(ring.seal(ring.open(sealed)), sa.Text)
            work.session.execute(sa.update(column.table).where(*there).values({column: fresh}))
            done += 1
    return done


def _rotate(connection: Connection, table: sa.Table) -> int:
    done, batch = 0, list[Found]()
    for found in _old(connection, table):
        batch.append(found)
        if len(batch) == BATCH:
            done += seal_anew(batch)
            batch.clear()
    return done + seal_anew(batch)


def _tables() -> list[sa.Table]:
    fact = db.metadata.tables[Fact.__tablename__]
    return [table for table in db.metadata.sorted_tables if _sealed(table)] + [fact]


def _sealed(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def _old(connection: Connection, table: sa.Table) -> Iterator[Found]:
    """Yield what the first key does not open."""
    ring, keys = keyring(), list(table.primary_key.columns)
    is_fact = table.name == Fact.__tablename__
    columns = [table.columns["value"]] if is_fact else _sealed(table)
    raw = [sa.type_coerce(column, sa.Text) for column in columns]
    statement = sa.select(*keys, *raw).order_by(*keys)
    if is_fact:
        statement = statement.where(table.columns["name"] == PROBE)
    for row in connection.execute(statement, execution_options={"yield_per": BATCH}):
        key = {column.name: row[n] for n, column in enumerate(keys)}
        for column, sealed in zip(columns, row[len(keys) :], strict=True):
            if sealed is not None and not ring.has_first(sealed):
                yield column, key, sealed
