"""Every table as it lies in the database, whatever version made it.

The tables are asked for their columns (they may be of an older version than the models), and
sealed columns travel sealed.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint

from upkeep.rules.plain import moment

VERSION: Final = "alembic_version"
BATCH: Final = 500
GUARDS: Final = ("_no_update", "_no_delete")
Read = Callable[[Any], Any]
T = TypeVar("T")


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[Connection]:
    """Open a transaction that sees one moment of the database while everybody goes on writing."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(  # noqa: PLW2901 - the same one
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection


def known(connection: Connection) -> sa.MetaData:
    """Return the tables that are there, all but the one that names the version.

    Of each its columns, key and references; indexes and rules play no part here, and SQLite has
    them read out of its tables' texts, which takes most of the time of a reflection.
    """
    found = sa.MetaData()
    inspector = sa.inspect(connection)
    keys = {
        name: set(key["constrained_columns"])
        for name, key in _all(inspector.get_multi_pk_constraint)
    }
    references = dict(_all(inspector.get_multi_foreign_keys))
    for name, columns in _all(inspector.get_multi_columns):
        if name == VERSION:
            continue
        sa.Table(
            name,
            found,
            *(
                sa.Column(one["name"], _kind(one["type"]), primary_key=one["name"] in keys[name])
                for one in columns
            ),
            *(_reference(one) for one in references[name]),
        )
    return found


def revision(connection: Connection) -> str | None:
    """Return the version of the tables, or None where there are none."""
    if not sa.inspect(connection).has_table(VERSION):
        return None
    found: str | None = connection.execute(
        sa.text(f"SELECT version_num FROM {VERSION}")  # noqa: S608 - a name of ours
    ).scalar()
    return found


def rows(connection: Connection, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield every row of a table without holding more than some in memory."""
    ordered = sa.select(table).order_by(*table.primary_key.columns)
    found = connection.execute(ordered, execution_options={"yield_per": BATCH})
    for row in found:
        yield tuple(row)


def readers(table: sa.Table, *, naive: bool) -> dict[str, Read]:
    """Return for each column how to read back what `rules.plain` made of its values."""
    return {column.name: _reader(column.type, naive=naive) for column in table.columns}


def sequences(connection: Connection, tables: sa.MetaData) -> dict[str, int]:
    """Return the last number each table has used: numbers are never used again."""
    if connection.dialect.name == "sqlite":
        if not sa.inspect(connection).has_table("sqlite_sequence"):
            return {}
        found = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
        return {name: int(last) for name, last in found if name in tables.tables}
    named = serials(connection, tables)
    statement = sa.text(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value"
        " FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"
    )
    last = {name: int(value) for name, value in connection.execute(statement)}
    return {table: last[name] for table, name in named.items() if name in last}


def guards(connection: Connection) -> tuple[str, ...]:
    """Return the names of the triggers that refuse a change of what is only ever added to."""
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
    )
    found = connection.execute(sa.text(statement)).scalars()
    return tuple(sorted(name for name in found if name.endswith(GUARDS)))


def filled(connection: Connection) -> list[str]:
    """Return the names of the tables that hold a row."""
    one = sa.literal(1)
    return [
        table.name
        for table in known(connection).sorted_tables
        if connection.execute(sa.select(one).select_from(table).limit(1)).first()
    ]


def serials(connection: Connection, tables: sa.MetaData) -> dict[str, str]:
    """Return the sequence that PostgreSQL numbers each table with."""
    statement = sa.text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)")
    found = {}
    for table in tables.tables.values():
        counted = table.autoincrement_column
        if counted is not None:
            asked = {"table": table.name, "column": counted.name}
            name = connection.execute(statement, asked).scalar()
            if name:
                found[table.name] = str(name)
    return found


def _all(ask: Callable[[], Mapping[tuple[str | None, str], T]]) -> Iterator[tuple[str, T]]:
    return ((name, found) for (_, name), found in ask().items())


def _kind(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    if isinstance(kind, sa.JSON):
        kind.none_as_null = True
    return kind


def _reference(one: ReflectedForeignKeyConstraint) -> sa.ForeignKeyConstraint:
    there = [f"{one['referred_table']}.{column}" for column in one["referred_columns"]]
    return sa.ForeignKeyConstraint(one["constrained_columns"], there)


def _reader(kind: sa.types.TypeEngine[Any], *, naive: bool) -> Read:
    if isinstance(kind, sa.DateTime):
        return lambda value: None if value is None else moment(value, naive=naive)
    if isinstance(kind, sa.Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(kind, sa.Boolean):
        return lambda value: None if value is None else bool(value)
    if isinstance(kind, sa.LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    if isinstance(kind, sa.Numeric):
        return lambda value: Decimal(value) if isinstance(value, str) else value
    return lambda value: value
