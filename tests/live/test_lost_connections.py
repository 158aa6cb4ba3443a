"""Connections that the server has ended while they rested: nobody hears of it."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from kernel import db as kernel_db
from kernel.db import call, db


def test_connections_that_were_lost_while_they_rested_are_replaced_unseen(
    live: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_db, "FRESH", 0.0)
    with live.app_context():
        one, other = db.engine.connect(), db.engine.connect()
        one.close()
        other.close()
        end_all(db.engine.url)

        for _ in range(3):
            with db.engine.connect() as connection:
                assert connection.scalar(sa.text("SELECT 1")) == 1


@pytest.mark.once(beside="postgresql")
def test_a_call_of_the_drivers_own_hears_of_it_and_the_next_one_works(live: Flask) -> None:
    with live.app_context():
        assert call(db.session(), "SELECT 1", ()) == (1,)
        end_all(db.engine.url)
        with pytest.raises(DBAPIError) as caught:
            call(db.session(), "SELECT %s::text", ("a secret",))
        assert caught.value.connection_invalidated
        db.session.rollback()
        assert call(db.session(), "SELECT 2", ()) == (2,)


def test_a_call_of_the_drivers_own_is_counted_and_its_error_tells_no_values(
    live: Flask, statements: list[str]
) -> None:
    with live.app_context():
        place = "?" if db.engine.dialect.name == "sqlite" else "%s"
        with pytest.raises(DBAPIError) as caught:
            call(db.session(), f"SELECT {place} + no_such_column", ("a secret",))
        assert "no_such_column" in str(caught.value.orig)
        assert "a secret" not in str(caught.value)
        assert not caught.value.connection_invalidated
        assert sum("no_such_column" in one for one in statements) == 1


def end_all(url: sa.URL) -> None:
    """End every connection but this one, as a server that is started anew; SQLite has none."""
    if url.get_backend_name() == "sqlite":
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
