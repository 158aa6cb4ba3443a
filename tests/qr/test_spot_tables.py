"""Spots come from a table whole or not at all; the register goes out as one that runs nothing."""

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people.rules import Row
from qr import queries, service
from qr.cli import commands
from qr.models import Code
from qr.rules import CodeKind, CodeState, Position, spot_table
from qr.rules.spot_table import Known, SpotRow, read_spots
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_household, make_staff
from tests.people.views.doors import SignIn, post

IMPORT = "/staff/codes/import"
EXPORT = "/staff/codes/export"
KNOWN = Known(areas={GRID, VILLAGE}, may=lambda code: code == GRID, categories={"路灯": "0301"})
GOOD = {"area": GRID, "name": "桥头", "category": "路灯", "lat": "30.2", "lng": "120.1"}


def rows(*lines: dict[str, str]) -> list[Row]:
    return [Row(at, cells) for at, cells in enumerate(lines, 2)]


def test_a_good_line_becomes_a_spot_with_all_it_says() -> None:
    good, problems = read_spots(rows(GOOD, GOOD | {"kind": "场所码", "lat": "", "lng": ""}), KNOWN)

    assert problems == []
    assert good == [
        SpotRow(
            area_code=GRID,
            kind=CodeKind.SPOT,
            name="桥头",
            category="0301",
            position=Position(30.2, 120.1),
        ),
        SpotRow(area_code=GRID, kind=CodeKind.PLACE, name="桥头", category="0301"),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"area": ""}, "没有写网格编码"),
        ({"area": "999999"}, "没有这个网格编码"),
        ({"area": VILLAGE}, "不归您管"),
        ({"name": ""}, "请写明"),
        ({"name": "字" * 61}, "太长"),
        ({"name": "桥\u202e头"}, "印不出来"),
        ({"kind": "户码"}, "种类只能写"),
        ({"kind": "papyrus"}, "种类只能写"),
        ({"category": "飞碟"}, "没有这个类目"),
        ({"lat": "30.2", "lng": ""}, "要么都写"),
        ({"lat": "北纬30", "lng": "120"}, "写成数字"),
        ({"lat": "120.1", "lng": "30.2"}, "写反了"),
        ({"lat": "nan", "lng": "120"}, "经纬度不对"),
        ({"lat": "30", "lng": "inf"}, "经纬度不对"),
    ],
)
def test_each_bad_line_is_named_with_its_reason(wrong: dict[str, str], said: str) -> None:
    good, [problem] = read_spots(rows(GOOD, GOOD | {"name": "别处"} | wrong), KNOWN)

    assert len(good) == 1
    assert problem.line == 3
    assert said in problem.reason


def test_all_that_is_wrong_with_a_line_is_said_at_once_and_so_is_what_stands_there_twice() -> None:
    taken = Known(
        areas=KNOWN.areas,
        may=KNOWN.may,
        categories={},
        taken={(GRID, CodeKind.SPOT, "旧桥")},
    )
    lines = rows({"area": "x", "kind": "y"}, {"area": GRID, "name": "旧桥"}, *[GOOD, GOOD])

    good, problems = read_spots(lines, taken)

    assert good == []
    assert str(problems[0]).count("；") == 2
    assert [("已经有" in one.reason, "重复" in one.reason) for one in problems] == [
        (False, False),
        (True, False),
        (False, False),
        (False, True),
    ]


def test_no_more_than_others_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spot_table, "MOST_SPOTS", 2)
    many = [{"area": GRID, "name": f"{at}"} for at in range(5)]

    good, problems = read_spots(rows(*many), KNOWN)

    assert [one.line for one in problems] == [4]
    assert "最多 2 行" in problems[0].reason
    assert len(good) == 2


@pytest.fixture
def clerk(session: Session, sign_in: SignIn) -> Actor:
    make_area(session, GRID)
    make_area(session, f"{NEXT_VILLAGE}001")
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    sign_in(actor)
    return actor


def send(client: FlaskClient, content: bytes, do: str = "write") -> TestResponse:
    return post(client, IMPORT, file=(io.BytesIO(content), "x.csv"), do=do)


def table(*lines: str) -> bytes:
    return "\r\n".join(["网格编码,地点,种类,类目,纬度,经度", *lines]).encode("gb18030")


class TestThroughThePages:
    """A village's admin brings a table and takes the register away."""

    def test_looking_writes_nothing_and_writing_writes_it_once(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        content = table(f"{GRID},桥头,,0301,30.2,120.1", f"{GRID},小店,场所码,,,")

        looked = send(client, content, "check")
        none = session.scalars(select(Code)).all()
        written = send(client, content)
        again = send(client, content)

        assert (looked.status_code, none) == (200, [])
        assert "2 行都没有问题" in looked.text
        assert "导入了 2 行" in written.text
        assert again.status_code == 422
        assert again.text.count("已经有一张这样的码") == 2
        codes = session.scalars(select(Code).order_by(Code.id)).all()
        assert [(one.place_name, one.kind.value, one.category) for one in codes] == [
            ("桥头", "spot", "0301"),
            ("小店", "place", None),
        ]
        assert {one.state for one in codes} == {CodeState.ORDERED}
        noted = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
        assert [one for one in noted if one.startswith("qr.")] == [
            "qr.order",
            "qr.order",
            "qr.import",
        ]

    def test_an_excel_file_is_as_good(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        book, out = Workbook(), io.BytesIO()
        assert book.active is not None
        book.active.append(["网格编码", "地点"])
        book.active.append([GRID, "桥头"])
        book.save(out)

        answer = send(client, out.getvalue())

        assert answer.status_code == 200, answer.text
        assert session.scalars(select(Code.place_name)).all() == ["桥头"]

    def test_one_bad_line_and_nothing_is_written(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        answer = send(client, table(f"{GRID},桥头,,,,", f"{NEXT_VILLAGE}001,那边,,,,", "9,x,,,1,"))

        assert answer.status_code == 422
        assert "第 3 行：这个网格不归您管" in answer.text
        assert "第 4 行" in answer.text
        assert session.scalars(select(Code)).all() == []

    @pytest.mark.parametrize("content", [b"", b"\x00", b"\xd0\xcf\x11\xe0", b"PK\x03\x04x", b"a,b"])
    def test_what_is_no_table_is_refused_in_words(
        self, client: FlaskClient, clerk: Actor, content: bytes
    ) -> None:
        assert send(client, content).status_code in {400, 422}

    def test_the_register_goes_out_without_cards_formulas_or_the_neighbours(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        home = make_household(session, GRID)
        session.commit()
        with transaction() as work:
            for area, name in ((GRID, "=1+1"), (f"{NEXT_VILLAGE}001", "那边")):
                service.issue(work, kind=CodeKind.SPOT, area_code=area, place_name=name, by=None)
            card = service.issue_card(work, home.id, by=clerk)

        answer = post(client, EXPORT, area=VILLAGE)

        text = answer.data.decode("utf-8-sig")
        [line] = list(csv.DictReader(io.StringIO(text)))
        assert line["地点"] == "'=1+1"
        assert line["点位号"] == "1001"
        assert line["网址"].endswith(f"/S/{line['码'].replace('-', '')}")
        assert card.token not in text.replace("-", "")
        assert "qr.export" in session.scalars(select(AuditLine.action)).all()

    @pytest.mark.parametrize(("area", "status"), [("", 422), (NEXT_VILLAGE, 404), ("x", 404)])
    def test_what_is_not_ones_own_does_not_go_out(
        self, client: FlaskClient, clerk: Actor, area: str, status: int
    ) -> None:
        answer = post(client, EXPORT, area=area)

        assert answer.status_code == status
        assert "text/csv" not in answer.headers["Content-Type"]


def test_whoever_works_next_door_exports_nothing_of_it(session: Session, clerk: Actor) -> None:
    with transaction() as work:
        service.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None)
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)

    assert list(queries.register_rows(session, VILLAGE, by=stranger)) == []
    assert len(list(queries.register_rows(session, VILLAGE, by=clerk))) == 1


def test_commands_bring_and_take_the_same(app: Flask, session: Session, tmp_path: Path) -> None:
    make_area(session, GRID)
    session.commit()
    bad, good, out = tmp_path / "bad.csv", tmp_path / "good.csv", tmp_path / "out.csv"
    bad.write_bytes(table("9,x,,,,", f"{GRID},桥头,,,,"))
    good.write_bytes(table(f"{GRID},桥头,,,30.2,120.1"))
    runner = app.test_cli_runner()

    refused = runner.invoke(commands, ["import", str(bad)])
    looked = runner.invoke(commands, ["import", str(good), "--dry-run"])
    written = runner.invoke(commands, ["import", str(good)])
    taken = runner.invoke(commands, ["export", "--area", VILLAGE, "-o", str(out)])

    assert [one.exit_code for one in (refused, looked, written, taken)] == [1, 0, 0, 0]
    assert "第 2 行：没有这个网格编码" in refused.output
    assert "还没有写入" in looked.output
    assert runner.invoke(commands, ["export", "--area", "999999"]).exit_code == 1
    assert "qr.export" in session.scalars(select(AuditLine.action)).all()
    assert out.read_text("utf-8-sig").splitlines()[1].startswith("1001,桥头,点位码,还没打印")
