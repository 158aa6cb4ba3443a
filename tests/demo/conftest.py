"""The demo, loaded once in full for all that look at it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from bootstrap import create_app
from kernel.db import db
from tests.conftest import make_settings
from tests.fakes import FixedClock

DAY = "2026-02-26"


def make_app(url: str, var: Path) -> Flask:
    """Return an application on a database with all tables and nothing in them."""
    app = create_app(make_settings(url, var), clock=FixedClock())
    with app.app_context():
        db.drop_all()
        db.create_all()
    return app


def load(app: Flask, *words: str) -> str:
    """Run ``flask demo load``; return what it says."""
    result = app.test_cli_runner().invoke(args=["demo", "load", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="session")
def database(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of its own beside the one under test."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.db"
        return
    url = url.set(database=f"{url.database}_demo")
    admin = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{url.database}"'))
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def loaded(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole demo, as `make run` loads it."""
    app = make_app(database, tmp_path_factory.mktemp("var"))
    load(app, "--today", DAY)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def there(loaded: Flask) -> Iterator[Session]:
    with loaded.app_context():
        yield db.session()
        db.session.rollback()


@pytest.fixture
def command(app: Flask, session: Session) -> Callable[..., Result]:
    """Run ``flask demo …`` on the database under test; it is all undone afterwards."""

    def command(*words: str) -> Result:
        session.commit()
        return app.test_cli_runner().invoke(args=["demo", *words])

    return command
