"""The pages on which balances from before are brought in."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.grants import Role
from kernel.work import transaction
from points import service
from points.models import Opening, Undo
from tests.factories import TOWN, make_staff
from tests.grid.pages import Desk
from tests.points.claims import make_village

PATH = "/staff/coins/openings"


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


def test_looked_through_then_taken_in_then_signed_by_somebody_else(  # noqa: PLR0915 - a journey
    desk: Desk, session: Session, app: Flask, tmp_path: Path
) -> None:
    with transaction() as work:
        there = make_village(work)
    second = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.commit()
    good, bad = (f"户号,绿币\n{there.home.number},{coins}\n".encode() for coins in (12, -1))

    def send(content: bytes, do: str) -> TestResponse:
        return desk.post(PATH, do=do, file=(BytesIO(content), "t.csv"))

    desk.sits(there.town)
    for do in ("check", "send"):
        answer = send(bad, do)
        assert answer.status_code == 422
        assert "第 2 行：绿币不能是负数。" in answer.text
    for do in ("check", "send"):
        assert "表里一行也没有" in send("户号,绿币\n".encode(), do).text
    assert send(b"\x00\x01", "check").status_code == 422
    looked = send(good, "check")
    assert looked.status_code == 200
    assert "1 户都没有问题" in looked.text
    assert session.query(Opening).count() == 0
    assert send(good, "send").status_code == 303
    page = f"{PATH}/{session.query(Opening).one().id}"
    assert there.home.number in desk.read(page)
    assert desk.post(page, agree="yes").status_code == 403
    assert desk.post(page, agree="x").status_code == 422
    desk.sits(second)
    assert "收下的表" in desk.read(PATH)
    assert desk.post(page, agree="yes").status_code == 303
    assert desk.post(page, agree="yes").status_code == 409
    assert "户号" in desk.get(f"{PATH}/template.csv").text

    with transaction() as work:
        while service.post_opening(work, int(page.rsplit("/", 1)[1])):
            pass
    undo = f"{page}/2"
    assert "由区里提冲正" in desk.read(undo)
    assert desk.post(f"{undo}/undo", reason="多写了").status_code == 403
    desk.sits(there.district)
    assert desk.get(f"{page}/9").status_code == 404
    assert desk.post(f"{undo}/undo", reason="").status_code == 422
    assert desk.post(f"{undo}/undo", reason="多写了一个零").status_code == 303
    assert "撤回" in desk.read(undo)
    desk.sits(second)
    assert "多写了一个零" in desk.read(PATH)
    number = session.query(Undo).one().id
    answer = desk.post(f"{undo}/undo/{number}", reason="写到一半")
    assert answer.status_code == 422
    assert "写到一半" in answer.text
    assert desk.post(f"{undo}/undo/{number}", agree="yes").status_code == 303
    assert "冲回了" in desk.read(undo)

    file = tmp_path / "t.csv"
    file.write_bytes(bad)
    said = app.test_cli_runner().invoke(args=["ledger", "check-openings", str(file)])
    assert said.exit_code == 1
    assert "第 2 行" in said.output
