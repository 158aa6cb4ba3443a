"""The one database handle, the base every table inherits, and what SQLite needs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry

from kernel.seal import Keyring

# Named constraints, because a migration cannot drop what it cannot name.
NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# FULL, not NORMAL: a receipt once shown survives a power cut.
PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)

FRESH: Final = 1.0  # seconds for which a connection is believed to be still there
RESTS_SINCE: Final = "rests_since"


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time: aware, in UTC, on both databases (SQLite forgets zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(sa.types.TypeDecorator[str]):
    """A text that is sealed on its way into the database and opened on its way out.

    It cannot be searched or compared; keep a ``keyring().index()`` beside it for that.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        return None if value is None else keyring().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        return None if value is None else keyring().open(value)


class Base(DeclarativeBase):
    """Declares, once, how Python types become columns."""

    # Not type_annotation_map: Flask-SQLAlchemy 3.1 copies this class body, and
    # SQLAlchemy refuses a copied registry beside a type_annotation_map.
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: Moment,
            StrEnum: sa.Enum(
                StrEnum,
                native_enum=False,
                create_constraint=True,
                length=24,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

# mypy cannot follow a base class held in an instance attribute (mypy #8603).
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def keyring() -> Keyring:
    """Return the keys the running application was given."""
    ring: Keyring = current_app.extensions["keyring"]
    return ring


def engine_options(url: str) -> dict[str, Any]:
    """Return how the engine for *url* is made: a database that is away is noticed in seconds.

    Errors never carry parameters: what residents said must not reach a log.
    """
    if sa.make_url(url).get_backend_name() == "sqlite":
        return {"hide_parameters": True}
    return {
        "hide_parameters": True,
        "pool_timeout": 5,
        "connect_args": {"connect_timeout": 3, "options": "-c statement_timeout=30000"},
    }


def prepare(engine: sa.Engine) -> None:
    """Make SQLite begin when told to, wait for its turn, and keep its promises.

    Of PostgreSQL a connection that has rested is asked whether it is still there, and replaced if
    not.  One that was at work just now is not: to ask it each time cost a quarter of a posting
    (docs/bench.md).  If the server went down in that moment, one request hears of it.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return

    def on_checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[RESTS_SINCE] = monotonic()

    def on_checkout(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        since = entry.info.get(RESTS_SINCE)
        if since is None or monotonic() - since < FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)


def begin_writing(session: Session) -> None:
    """Start a transaction that will write.

    What the session read so far is let go: on SQLite a reading transaction
    cannot become a writing one once somebody else has written.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a transaction")
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        session.connection(execution_options={"begin": "IMMEDIATE"})


def take_turns(session: Session, *names: str) -> None:
    """Wait until no other transaction works on what *names* say: for a limit that counts rows.

    Until the end of the transaction, and in an order that is the same for everybody.  On SQLite
    those that write take turns anyhow.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    numbers = {int.from_bytes(sha256(name.encode()).digest()[:8], signed=True) for name in names}
    number = sa.func.unnest(sa.literal(sorted(numbers), ARRAY(sa.BigInteger))).column_valued()
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def call(session: Session, statement: str, values: Sequence[object]) -> Any:  # noqa: ANN401 - a row
    """Return the one row that a statement in the driver's own words answers with.

    Past SQLAlchemy's results, which were a sixth of a posting's way through Python (docs/bench.md).
    Who listens to statements hears of it, and errors are SQLAlchemy's.

    Raises:
        DBAPIError: as ``Connection.exec_driver_sql``; what broke off is not used again.
    """
    connection = session.connection()
    driver, dialect = connection.connection.dbapi_connection, connection.dialect
    assert driver is not None, "a connection that was just taken"  # noqa: S101 - for mypy
    cursor = driver.cursor()
    heard = (connection, cursor, statement, values, None, False)
    connection.dispatch.before_cursor_execute(*heard)
    try:
        cursor.execute(statement, values)
        return cursor.fetchone()
    except dialect.loaded_dbapi.Error as error:
        is_gone = dialect.is_disconnect(error, driver, cursor)
        if is_gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_gone,
            dialect=dialect,
        ) from error


def insert_once(
    session: Session,
    kind: type[Base],
    /,
    *,
    unique: str | None,
    **values: Any,  # noqa: ANN401 - a row's values
) -> bool:
    """Insert a row unless one with the same *unique* column is there; say which it was.

    With *unique* None whichever constraint stands in its way decides.

    Two transactions that try at once: the second waits for the first, then
    inserts nothing and can read what the first has written.
    """
    statement = _insert_once(session.get_bind().dialect.name, kind, unique)
    return len(session.execute(statement, values).all()) == 1


def insert_missing(session: Session, kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of *rows* in whose way no constraint stands; all of them in one go."""
    if rows:
        session.execute(_insert_unless(session.get_bind().dialect.name, kind, None), rows)


@cache  # to build it costs more than to ask the database
def _insert_once(dialect: str, kind: type[Base], unique: str | None) -> sa.Insert:
    return _insert_unless(dialect, kind, unique).returning(sa.literal(1))


@cache
def _insert_unless(dialect: str, kind: type[Base], unique: str | None) -> sa.Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(kind).on_conflict_do_nothing(index_elements=unique and [unique])


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing; _on_begin does
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
