"""Connections that the server has ended while they rested: nobody hears of it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel import db as kernel_db
from kernel.db import db


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
