"""The month, lived once for all that look at it."""

import os
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Final

import pytest
import sqlalchemy as sa

from bootstrap import create_app
from kernel.db import db
from tests.conftest import build_tables, make_settings, new_database
from tests.fakes import CountingChance, FixedClock, ListDispatch, PostBox
from tests.month.oracle.clocks import Schedule
from tests.month.oracle.desks import Complained, read_complaints
from tests.month.oracle.log import CaseLog, read_log
from tests.month.oracle.messages import Out, Sent, read_messages, read_phones
from tests.month.oracle.whole import Owed, read_owed, read_reports
from tests.month.play.month import OUTAGES, Played, play

# A thousand cases cost minutes of CPU: `make month` lives them.  With every run of the suite a part
# of them goes through the same month, on SQLite: it waits for nothing there.
ASKED: Final = int(os.environ.get("MONTH_CASES", "0"))
CASES: Final = ASKED or 90
ONCE: Final = [] if ASKED else [pytest.mark.once(beside="sqlite")]


@dataclass(frozen=True, slots=True)
class Month:
    """What is left of the month, as plain values."""

    cases: int
    schedule: Schedule
    logs: list[CaseLog]
    reports: list[tuple[int, int | None]]
    owed: list[Owed]
    messages: list[Sent]
    out: list[Out]
    phones: dict[int, str]
    complaints: list[Complained]


@pytest.fixture(scope="session")
def month(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """Live it on a database of its own beside the one under test, with real commits."""
    folder = tmp_path_factory.mktemp("month")
    url = new_database(database_url, folder, "month")
    clock, dispatch, postbox = FixedClock(), ListDispatch(), PostBox()
    settings = replace(
        make_settings(url, folder), sms_url="https://sms.test/", voice_url="https://voice.test/"
    )
    app = create_app(
        settings, clock=clock, chance=CountingChance(), dispatch=dispatch, post=postbox
    )
    with app.app_context():
        if db.engine.dialect.name == "sqlite":  # what a test may lose costs time to keep
            sa.event.listen(db.engine, "connect", _hurry)
            db.engine.dispose()
    build_tables(app)
    played = play(app, clock=clock, dispatch=dispatch, postbox=postbox, cases=CASES)
    with app.app_context():
        month = _read(played, postbox)
        db.session.remove()
        db.engine.dispose()
    return month


def _hurry(connection: Connection, _entry: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _read(played: Played, postbox: PostBox) -> Month:
    session, world = db.session(), played.world
    lives = played.stage.lives.values()
    categories = {life.case_id: life.category for life in lives if life.case_id is not None}
    return Month(
        cases=CASES,
        schedule=Schedule(OUTAGES.schedule),
        logs=read_log(session, categories, world.looks),
        reports=read_reports(session),
        owed=read_owed(session),
        messages=read_messages(session),
        out=[
            Out(key=headers["Idempotency-Key"], at=at)
            for (_, _, headers), at in zip(postbox.posted, world.posted_at, strict=True)
        ],
        phones=read_phones(session),
        complaints=read_complaints(session),
    )
