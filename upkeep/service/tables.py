"""Writes tables back, whatever version made them."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from upkeep.queries.tables import serials


def set_sequences(connection: Connection, tables: sa.MetaData, wanted: dict[str, int]) -> None:
    """Go on counting where the backup's tables had come to, or beyond the highest number there."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("DELETE FROM sqlite_sequence"))
        put = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)")
        for name in tables.tables:
            last = max(wanted.get(name, 0), _highest(connection, tables.tables[name]))
            if last and name in _counted(connection):
                connection.execute(put, {"name": name, "seq": last})
        return
    setval = sa.text("SELECT setval(CAST(:name AS regclass), :last)")
    for table, name in serials(connection, tables).items():
        last = max(wanted.get(table, 0), _highest(connection, tables.tables[table]))
        if last:
            connection.execute(setval, {"name": name, "last": last})


def clear(connection: Connection) -> None:
    """Take every table and every function of ours away, guarded or not."""
    names = sa.inspect(connection).get_table_names()
    quoted = [connection.dialect.identifier_preparer.quote(name) for name in names]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in quoted:
            connection.exec_driver_sql(f"DROP TABLE {name}")
        return
    if quoted:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(quoted)} CASCADE")
    functions = connection.execute(
        sa.text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind = 'f'"
            " AND pg_get_userbyid(p.proowner) = current_user AND NOT EXISTS"
            " (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
    ).scalars()
    for name in functions.all():
        connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")


@contextmanager
def keys_checked_last(connection: Connection) -> Iterator[None]:
    """Check foreign keys when everything is there: rows name rows that come later."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield
        return
    statement = sa.text(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        " AND NOT condeferrable"
    )
    strict = connection.execute(statement).all()
    for table, name in strict:
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"
        )
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name in strict:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")


def _highest(connection: Connection, table: sa.Table) -> int:
    counted = table.autoincrement_column
    if counted is None:
        return 0
    return int(connection.execute(sa.select(sa.func.max(counted))).scalar() or 0)


def _counted(connection: Connection) -> set[str]:
    """Return the tables of SQLite that never use a number again."""
    statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    return set(connection.execute(sa.text(statement)).scalars())
