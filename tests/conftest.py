"""What every test can ask for.  ``TEST_DATABASE_URL`` chooses the database."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from redis import Redis
from sqlalchemy.orm import Session

from bootstrap import create_app
from kernel.access import Actor
from kernel.db import db
from kernel.jobs import RqDispatch
from kernel.settings import Settings
from kernel.web import limiter
from kernel.work import Work, transaction
from people.views import session_id
from tests.fakes import NOON, TAKEN, Browser, CountingChance, FixedClock, ListDispatch, PostBox

# A loaded machine is slow, which is no failure of the code under test.  To explain a failure
# Hypothesis would trace every line of every test, which costs more than all they do.
WITHOUT_TRACING = [one for one in hypothesis.Phase if one is not hypothesis.Phase.explain]
hypothesis.settings.register_profile("suite", deadline=None, phases=WITHOUT_TRACING)
hypothesis.settings.load_profile("suite")
# By default a tenth of the run is spent looking for cycles, the more the longer it has run.
gc.set_threshold(100_000, 50, 100)
# One Chromium for all of them: its fixtures must not be defined twice.
pytest_plugins = ("tests.browser",)
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
# Keys of tests.  Nothing real is sealed with them.
SEAL_KEY = "x8xXV6v9mYxHBoyoHkmKDRQ0zPSDDW4QdbZHSBPUKQI="
INDEX_KEY = "tests"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the runs beside this one have.

    ``TEST_RUN`` names this one: postgresql, sqlite, or browser, which also has what starts a whole
    house and waits for it.  Without it everything runs.
    """
    run = os.environ.get("TEST_RUN")
    if not run:
        return
    runs_in = _could_run_in if os.environ.get("BOTH") else _runs_in
    left = [item for item in items if run not in runs_in(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if run in runs_in(item)]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave whole files to the other runs where nothing in them is for the browser's."""
    if os.environ.get("TEST_RUN") != "browser" or not collection_path.name.startswith("test_"):
        return None
    return (
        True if collection_path.is_file() and "browser" not in collection_path.read_text() else None
    )


def pytest_unconfigure() -> None:
    """Leave the heap to the end of the process: to search it once more takes half a minute."""
    gc.freeze()


def _runs_in(item: pytest.Item) -> set[str]:
    """Return the runs that a test belongs to where all are there.

    What asks the tables (services, queries, handlers, jobs, races) runs on both databases.  What
    a page says is tried on SQLite, which needs half of the time; that no page fails on PostgreSQL
    is tried by tests/kernel/test_hostile.py, which opens them all.
    """
    if item.get_closest_marker("browser") is not None:
        return {"browser"}
    once = item.get_closest_marker("once")
    if once is not None:
        return {once.kwargs["beside"]}
    if "database_url" not in getattr(item, "fixturenames", ()):
        return {"postgresql"}
    of_a_page = item.path.name.startswith("test_views") or item.path.parent.name == "views"
    return {"sqlite"} if of_a_page else {"postgresql", "sqlite"}


def _could_run_in(item: pytest.Item) -> set[str]:
    """Return the runs that a test belongs to where nothing is spared."""
    return {"postgresql", "browser" if "browser" in _runs_in(item) else "sqlite"}


def make_settings(database_url: str, var: Path) -> Settings:
    """Return settings for a test application that keeps its files under *var*."""
    return Settings(
        database_url=database_url,
        redis_url=REDIS_URL,
        secret_key="test",
        seal_keys=(SEAL_KEY,),
        index_key=INDEX_KEY,
        var=var,
        testing=True,
    )


def build_tables(app: Flask) -> None:
    """Build the tables as production does, after taking down what was there."""
    with app.app_context():
        downgrade(revision="base")
        upgrade()


def new_database(database_url: str, folder: Path, name: str, *, like: str = "") -> str:
    """Return the URL of a database called *name*, beside the one under test.

    It is empty, or a copy of the one whose URL is *like*, which nobody may be using.
    """
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = folder / f"{name}.db"
        if like:
            copyfile(sa.make_url(like).database or "", path)
        return url.set(database=str(path)).render_as_string(hide_password=False)
    url = url.set(database=f"{url.database}_{name}")
    template = f' TEMPLATE "{sa.make_url(like).database}"' if like else ""
    with sa.create_engine(database_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{url.database}"{template}'))
    connection.engine.dispose()
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    default = f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"
    return os.environ.get("TEST_DATABASE_URL") or default


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def dispatch() -> ListDispatch:
    return ListDispatch()


@pytest.fixture(scope="session")
def postbox() -> PostBox:
    return PostBox()


@pytest.fixture(scope="session")
def app(
    database_url: str,
    clock: FixedClock,
    dispatch: ListDispatch,
    postbox: PostBox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """One application for the whole run."""
    settings = make_settings(database_url, tmp_path_factory.mktemp("var"))
    app = create_app(
        settings, clock=clock, chance=CountingChance(), dispatch=dispatch, post=postbox
    )
    app.test_client_class = Browser
    build_tables(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(
    app: Flask, clock: FixedClock, dispatch: ListDispatch, postbox: PostBox
) -> Iterator[Session]:
    """A session whose commits are real to the test and gone after it.

    The engine is swapped for one connection inside an outer transaction, so a
    request made by the test client sees what the test wrote.
    """
    with app.app_context(), db.engine.connect() as connection:
        engine, outer = db.engine, connection.begin()
        db.engines[None] = connection  # type: ignore[index]
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            limiter.reset()
            yield db.session()
        finally:
            db.session.remove()
            outer.rollback()
            db.engines[None] = engine  # type: ignore[index]
            app.extensions.pop("is_demo", None)
            clock.moment = NOON
            dispatch.sent.clear()
            dispatch.up = True
            postbox.posted.clear()
            postbox.open, postbox.answer = True, TAKEN


@pytest.fixture
def work(session: Session) -> Iterator[Work]:
    """An open unit of work, for tests that call services directly."""
    with transaction() as work:
        yield work


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The list that every statement, to whichever database, is added to."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        word = statement.lstrip().split(None, 1)[0].upper()
        if word not in {"BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT"}:
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(client: FlaskClient, session: Session) -> Callable[[Actor], None]:
    """Return a function that signs someone in without going through the form."""

    def sign_in(actor: Actor) -> None:
        session.commit()  # what the test wrote so far, the request can see
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_id(session, actor.id)

    return sign_in


@pytest.fixture(scope="session")
def pristine_url(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with empty tables, which is only ever copied."""
    folder = tmp_path_factory.mktemp("pristine")
    url = new_database(database_url, folder, "pristine")
    app = create_app(make_settings(url, folder))
    build_tables(app)
    with app.app_context():
        db.engine.dispose()
    return url


@pytest.fixture
def live(database_url: str, pristine_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with a database of its own, real commits and the real queue.

    For what a savepoint cannot show: threads that race, workers that die.
    """
    url = new_database(database_url, tmp_path, "live", like=pristine_url)
    redis = Redis.from_url(REDIS_URL)
    redis.flushdb()
    settings = make_settings(url, tmp_path)
    queue = RqDispatch(REDIS_URL)
    app = create_app(
        settings, clock=FixedClock(), chance=CountingChance(), dispatch=queue, post=PostBox()
    )
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    queue.close()
    redis.close()
