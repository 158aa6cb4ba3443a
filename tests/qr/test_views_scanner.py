"""The scanner's page without a camera: what is typed leads to its code, what is foreign nowhere."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.work import transaction
from qr import rules, service
from qr.rules import CodeKind
from tests.factories import GRID, NEXT_TOWN, make_area


@pytest.fixture
def token(session: Session) -> str:
    for area in (GRID, NEXT_TOWN):
        make_area(session, area)
    session.commit()
    places = ((GRID, "桥头"), (GRID, "井边"), (NEXT_TOWN, "车站"))
    with transaction() as work:
        issued = [
            service.issue(work, kind=CodeKind.SPOT, area_code=area, place_name=name, by=None)
            for area, name in places
        ]
        return issued[0].token


def test_what_is_typed_leads_to_its_code(client: FlaskClient, token: str) -> None:
    spelled = rules.printed(token).lower()
    for typed in (
        token,
        spelled,
        f"http://localhost/S/{token}",
        f"HTTP://LOCALHOST/S/{token}/",
        f"localhost/s/{spelled}",
        f"http://127.0.0.1:8000/S/{token}",
    ):
        answer = client.get("/scan", query_string={"code": typed})

        assert answer.status_code == 303, typed
        assert client.get(answer.headers["Location"]).status_code == 200
    moving = client.get("/scan", query_string={"code": f"http://localhost/S/{token}/12345678"})
    assert moving.headers["Location"] == f"/S/{token}/12345678"


def test_a_spot_number_leads_there_or_asks_which_town(client: FlaskClient, token: str) -> None:
    one = client.get("/scan?code=点位号 1002")
    many = client.get("/scan?code=1001")

    assert one.status_code == 303
    assert many.status_code == 200
    assert "桥头" in many.text
    assert "车站" in many.text
    assert f'"/S/{token}"' in many.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("https://evil.example/S/0000000000000", "这不是平安码"),
        ("http://localhost.evil.example/S/0000000000000", "这不是平安码"),
        ("http://localhost@evil.example/S/0000000000000", "这不是平安码"),
        ("http://localhost/staff/", "这不是平安码"),
        ("http://localhost/S/../staff", "这不是平安码"),
        ("weixin://pay/123", "这不是平安码"),
        ("javascript:alert(1)", "这不是平安码"),
        ("http://[", "这不是平安码"),
        ("9999", "没有这个点位号"),
        ("你好", "没认出来"),
        ("\x00", ""),
    ],
)
def test_what_is_foreign_is_said_and_never_opened(
    client: FlaskClient, token: str, typed: str, said: str
) -> None:
    answer = client.get("/scan", query_string={"code": typed})

    assert answer.status_code in {200, 422}
    assert said in answer.text
    assert "evil.example" not in answer.headers.get("Location", "")
    assert f'href="{typed}"' not in answer.text


def test_the_camera_is_allowed_there_and_nowhere_else(client: FlaskClient, token: str) -> None:
    allowed = client.get("/scan").headers["Permissions-Policy"]
    others = [client.get(path).headers["Permissions-Policy"] for path in ("/", f"/S/{token}")]

    assert "camera=(self)" in allowed
    assert all("camera=()" in one for one in others)
    assert all("microphone=(self)" in one for one in [allowed, *others])


def test_what_others_wrote_is_as_it_was_released(app: Flask) -> None:
    folder = Path(app.root_path) / "static" / "vendor"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in map(str.split, lines)}

    assert {one.name for one in folder.iterdir()} == {*sums, "SHA256SUMS"}
    assert sums == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums}
