"""The log as a file: who may take it, what is in it, and that taking it leaves a line."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from tests.factories import DISTRICT, TOWN, make_staff
from tests.fakes import NOON
from tests.people.views.doors import SignIn

PATH = "/staff/audit/export"
DAYS = {"export-first": "2026-03-01", "export-last": "2026-03-02"}


@pytest.fixture
def auditor(session: Session, sign_in: SignIn) -> Actor:
    actor = make_staff(session, Role.AUDITOR, area=DISTRICT)
    sign_in(actor)
    return actor


def take(client: FlaskClient, **fields: str) -> TestResponse:
    token = client.get("/staff/account").text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(PATH, data={**fields, "csrf_token": token})


def rows(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))


def write(session: Session, action: str, *, area: str = "", **more: object) -> None:
    at = NOON - timedelta(hours=1)
    line = AuditLine(**{"at": at, "action": action, "subject": "x", "area": area, **more})
    session.add(line)
    session.commit()


def test_the_lines_of_those_days_and_the_export_itself_are_in_it(
    client: FlaskClient, session: Session, auditor: Actor
) -> None:
    write(session, "early", at=NOON - timedelta(days=9))
    write(session, "there", actor_id=auditor.id, detail="说明")

    heads, first, last = rows(take(client, **DAYS))

    assert heads[1:4] == ["时间", "谁", "做了什么"]
    assert first[1:] == [
        "2026-03-02 19:00:00",
        f"staff{auditor.id}",
        "there",
        "x",
        "",
        "说明",
        "there",
    ]
    assert (last[3], last[-1]) == ("导出操作日志", "audit.export")
    line = session.scalars(select(AuditLine).where(AuditLine.action == "audit.export")).one()
    assert (line.actor_id, line.detail) == (auditor.id, "2026-03-01 2026-03-02")


def test_it_can_be_narrowed(client: FlaskClient, session: Session, auditor: Actor) -> None:
    write(session, "case.look", area=TOWN)
    write(session, "case.look", area="330107001")
    write(session, "staff.add", area=TOWN)

    found = rows(take(client, **DAYS, **{"export-action": "case.", "export-area": DISTRICT}))

    assert [row[3] for row in found[1:]] == ["case.look", "audit.export"][:1]


def test_all_of_a_long_log_comes_in_order(
    client: FlaskClient, session: Session, auditor: Actor
) -> None:
    session.add_all(AuditLine(at=NOON, action="x", subject=f"{n}") for n in range(1203))
    session.commit()

    found = rows(take(client, **DAYS, **{"export-action": "x"}))

    assert [row[4] for row in found[1:]] == [str(n) for n in range(1203)]


def test_what_strangers_wrote_is_no_formula(
    client: FlaskClient, session: Session, auditor: Actor
) -> None:
    write(session, "x", detail="=cmd|' /C calc'!A0")

    assert rows(take(client, **DAYS))[1][6] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "请写从哪一天起"),
        ({"export-first": "2026-03-01"}, "请写到哪一天止"),
        ({"export-first": "2026-03-02", "export-last": "2026-03-01"}, "不能早于"),
        ({**DAYS, "export-area": "1"}, "没有这个区域"),
        ({"export-first": "x", "export-last": "0000-99-99"}, "export-first"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_no_line(
    fields: dict[str, str], said: str, client: FlaskClient, session: Session, auditor: Actor
) -> None:
    answer = take(client, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    actions = session.scalars(select(AuditLine.action)).all()
    assert "audit.export" not in actions


@pytest.mark.parametrize("role", [Role.TOWN_ADMIN, Role.GRID_FULL, Role.DEPT_HANDLER])
def test_others_may_not(role: Role, client: FlaskClient, session: Session, sign_in: SignIn) -> None:
    sign_in(make_staff(session, role))

    assert take(client, **DAYS).status_code == 403


def test_another_site_cannot_have_it_made(client: FlaskClient, auditor: Actor) -> None:
    assert client.post(PATH, data=DAYS).status_code == 400
    assert client.post(PATH, data=DAYS, headers={"Origin": "https://x.cn"}).status_code == 403
    assert client.get(PATH).status_code == 405


def test_the_page_offers_the_days_that_were_looked_at(client: FlaskClient, auditor: Actor) -> None:
    page = client.get("/staff/audit?first=2026-02-01&last=2026-03-02").text

    assert re.search('name="export-first"[^>]* value="2026-02-01"', page)
