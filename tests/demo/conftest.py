"""The demo, loaded once in full for all that look at it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from bootstrap import create_app
from kernel.db import db
from tests.conftest import make_settings, new_database
from tests.fakes import FixedClock

DAY = "2026-02-26"


def make_app(url: str, var: Path) -> Flask:
    """Return an application on an SQLite file with all tables and nothing in them."""
    app = create_app(make_settings(url, var), clock=FixedClock())
    with app.app_context():
        db.create_all()
    return app


def load(app: Flask, *words: str) -> str:
    """Run ``flask demo load``; return what it says."""
    result = app.test_cli_runner().invoke(args=["demo", "load", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="session")
def loaded(
    database_url: str, pristine_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The whole demo, as `make run` loads it, in a database beside the one under test."""
    folder = tmp_path_factory.mktemp("demo")
    url = new_database(database_url, folder, "demo", like=pristine_url)
    app = create_app(make_settings(url, folder / "var"), clock=FixedClock())
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
