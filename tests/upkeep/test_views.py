"""The operator's pages: what they show, to whom, and at what cost."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.measures import BACKED_UP
from kernel.outbox import Delivery, Queue
from kernel.work import Parts
from tests.factories import DISTRICT, make_staff
from tests.fakes import NOON, ListDispatch
from upkeep.models import RetentionRun

SignIn = Callable[[Actor], None]
READS = ("SELECT", "PRAGMA")
MOST_STATEMENTS = 16  # the session's two among them


@pytest.fixture
def operator(session: Session, sign_in: SignIn) -> Actor:
    actor = make_staff(session, Role.SYSADMIN, area=DISTRICT)
    sign_in(actor)
    return actor


def turn(session: Session, at: timedelta = timedelta()) -> None:
    session.add(
        Delivery(
            handler="x",
            queue=Queue.URGENT,
            payload={},
            slot=f"x@{at}",
            written_at=NOON - at,
            due_at=NOON - at,
            tries=1,
            done_at=NOON - at,
        )
    )
    session.commit()


@pytest.mark.parametrize("page", ["state", "backups"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSADMIN])
def test_they_are_the_operators_alone(
    page: str, role: Role, client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(make_staff(session, role))

    assert client.get(f"/staff/operator/{page}").status_code == 403


@pytest.mark.parametrize("page", ["state", "backups"])
def test_a_stranger_is_asked_to_sign_in(page: str, client: FlaskClient) -> None:
    assert client.get(f"/staff/operator/{page}").status_code == 303


class TestState:
    def test_says_what_is_wrong_and_what_to_do(
        self, client: FlaskClient, operator: Actor, dispatch: ListDispatch
    ) -> None:
        dispatch.up = False

        page = client.get("/staff/operator/state").text

        assert "Redis 没有回应" in page
        assert "systemctl restart redis-server" in page
        assert "从来没有备份过" in page
        assert page.index("要处理") < page.index("正常<")

    def test_tells_when_the_last_backup_was_made(
        self, client: FlaskClient, operator: Actor, session: Session
    ) -> None:
        line = AuditLine(
            at=NOON - timedelta(hours=5), action=BACKED_UP, subject="x", detail="a.backup.tar"
        )
        session.add(line)
        turn(session)

        page = client.get("/staff/operator/state").text

        assert "最近一次备份是 5 小时前：a.backup.tar" in page
        assert "定时程序在走" in page

    def test_a_schedule_that_stands_still_is_noticed(
        self, client: FlaskClient, operator: Actor, session: Session
    ) -> None:
        turn(session, timedelta(minutes=5))

        assert "定时程序停了" in client.get("/staff/operator/state").text

    def test_shows_what_was_forgotten(
        self, client: FlaskClient, operator: Actor, session: Session
    ) -> None:
        line = {"data": "手机号", "keep": "办结后1年", "gone": 4321, "due": 0, "note": ""}
        later = {**line, "data": "纠纷内容", "note": "还没有这项功能，没有这样的数据"}
        session.add(RetentionRun(at=NOON, by_hand=False, report=[line, later]))
        session.commit()

        page = client.get("/staff/operator/state").text

        assert "4321" in page
        assert "还没有这项功能" in page

    def test_costs_the_same_however_much_there_is(
        self, client: FlaskClient, operator: Actor, session: Session
    ) -> None:
        for number in range(300):
            turn(session, timedelta(seconds=number))
        session.add_all(AuditLine(at=NOON, action=BACKED_UP, subject="x") for _ in range(300))
        session.commit()
        asked: list[str] = []

        def count(*event: object) -> None:
            asked.append(str(event[2]))

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            answer = client.get("/staff/operator/state")
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)

        assert answer.status_code == 200
        assert len([one for one in asked if one.startswith(READS)]) <= MOST_STATEMENTS

    def test_english_is_english(self, client: FlaskClient, operator: Actor) -> None:
        page = client.get("/staff/operator/state?lang=en").text

        assert "There has never been a backup." in page


class TestBackups:
    def place(self, app: Flask, folder: Path | None) -> None:
        parts: Parts = app.extensions["parts"]
        app.extensions["parts"] = replace(
            parts, settings=replace(parts.settings, backup_dir=folder)
        )

    @pytest.fixture(autouse=True)
    def as_before(self, app: Flask) -> object:
        before = app.extensions["parts"]
        yield
        app.extensions["parts"] = before

    def test_lists_the_newest_first(
        self, app: Flask, client: FlaskClient, operator: Actor, tmp_path: Path
    ) -> None:
        for day in (1, 2):
            (tmp_path / f"pinganma-2026030{day}T000000Z.backup.tar").write_bytes(b"x" * 2048)
        (tmp_path / ".pinganma-20260303T000000Z.backup.tar.part").touch()
        (tmp_path / "other.txt").touch()
        self.place(app, tmp_path)

        page = client.get("/staff/operator/backups").text

        assert page.index("20260302T") < page.index("20260301T")
        assert "20260303T" not in page
        assert "other.txt" not in page

    def test_one_that_a_restored_log_knows_nothing_of_counts(
        self, app: Flask, client: FlaskClient, operator: Actor, tmp_path: Path
    ) -> None:
        file = tmp_path / "pinganma-20260302T000000Z.backup.tar"
        file.write_bytes(b"x")
        moment = (NOON - timedelta(hours=3)).timestamp()
        os.utime(file, (moment, moment))
        self.place(app, tmp_path)

        page = client.get("/staff/operator/state").text

        assert "最近一次备份是 3 小时前：pinganma-20260302T000000Z.backup.tar" in page

    def test_says_so_where_there_are_none(
        self, app: Flask, client: FlaskClient, operator: Actor, tmp_path: Path
    ) -> None:
        self.place(app, tmp_path)

        assert "还没有备份" in client.get("/staff/operator/backups").text

    def test_says_so_where_no_place_is_set(
        self, app: Flask, client: FlaskClient, operator: Actor
    ) -> None:
        self.place(app, None)

        assert "没有设 BACKUP_DIR" in client.get("/staff/operator/backups").text
