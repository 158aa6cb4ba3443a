"""A small district on a database of its own, its backup, and empty houses to restore it into."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bootstrap import create_app
from kernel.db import db
from kernel.stores import FileStore
from kernel.work import Parts
from tests.conftest import make_settings, new_database
from tests.fakes import CountingChance, FixedClock, ListDispatch, PostBox
from upkeep.queries import tables
from upkeep.service.writing import Backup, back_up

DAY = "2026-02-26"
House = Callable[..., Flask]
_numbers = count(1)


def make_house(url: str, var: Path, *, keys: Sequence[str] = (), index_key: str = "") -> Flask:
    """Return an application on that database, which is left as it is."""
    settings = make_settings(url, var)
    if keys:
        settings = replace(settings, seal_keys=tuple(keys))
    if index_key:
        settings = replace(settings, index_key=index_key)
    return create_app(
        settings,
        clock=FixedClock(),
        chance=CountingChance(),
        dispatch=ListDispatch(),
        post=PostBox(),
    )


def drop(url: str) -> None:
    """Take a database away that `new_database` made."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return
    admin = sa.create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)'))
    admin.dispose()


@contextmanager
def inside(app: Flask) -> Iterator[Flask]:
    """Work in an application, and let go of its database afterwards."""
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def house(database_url: str, pristine_url: str, tmp_path: Path) -> Iterator[House]:
    """Return a function that makes houses, each on an empty database.

    url= uses one again; built= begins with the tables, like= with what another one holds.
    """
    made: list[Flask] = []

    def make(*, url: str = "", built: bool = False, like: str = "", **more: Any) -> Flask:  # noqa: ANN401 - make_house's own
        number = next(_numbers)
        name = f"house{number}"
        like = pristine_url if built else like
        url = url or new_database(database_url, tmp_path, name, like=like)
        app = make_house(url, tmp_path / name, **more)
        made.append(app)
        return app

    yield make
    for app in made:
        with inside(app):
            pass
        drop(url_of(app))


@pytest.fixture(scope="session")
def town(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A small demo district with its pictures."""
    folder = tmp_path_factory.mktemp("town")
    url = new_database(database_url, folder, "town")
    app = make_house(url, folder / "var")
    with inside(app):
        upgrade()
    answer = app.test_cli_runner().invoke(args=["demo", "load", "--small", "--today", DAY])
    assert answer.exit_code == 0, answer.output
    yield app
    drop(url)


@pytest.fixture(scope="session")
def made(town: Flask, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """The town's backup."""
    with inside(town):
        return back_up(tmp_path_factory.mktemp("backups"))


def url_of(app: Flask) -> str:
    url: str = app.config["SQLALCHEMY_DATABASE_URI"]
    return url


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, as it lies in the database."""
    with inside(app), tables.snapshot(db.engine) as connection:
        found = tables.known(connection)
        return {
            table.name: [tuple(map(str, row)) for row in tables.rows(connection, table)]
            for table in found.sorted_tables
        }


def files(app: Flask) -> dict[str, bytes]:
    """Return every file in the store."""
    parts: Parts = app.extensions["parts"]
    folder = parts.settings.var / "media"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def put_store(app: Flask, store: FileStore) -> None:
    """Give a house another store."""
    app.extensions["parts"] = replace(app.extensions["parts"], store=store)


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it said."""
    answer = app.test_cli_runner().invoke(args=list(words))
    return answer.exit_code, answer.output
