from pathlib import Path

import pytest
from click import Group
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.outbound import Message
from people.cli import commands
from people.models import Account, Area, Household
from people.rules import is_password
from tests.factories import GRID, VILLAGE, make_area


@pytest.fixture
def run(app: Flask, session: Session) -> "Run":
    return Run(app, session, commands)


class Run:
    """Runs a command as whoever runs the machine would."""

    def __init__(self, app: Flask, session: Session, group: Group) -> None:
        self._runner, self._session, self._group = app.test_cli_runner(), session, group

    def __call__(self, *words: str) -> Result:
        self._session.commit()
        result: Result = self._runner.invoke(self._group, list(words))
        self._session.expire_all()
        return result


def test_areas_are_imported_after_a_dry_run(run: Run, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("code,name\n330106,西湖区\n330106001,清溪镇\n", encoding="utf-8")

    dry = run("areas", "import", str(file), "--dry-run")
    wet = run("areas", "import", str(file))

    assert (dry.exit_code, wet.exit_code) == (0, 0)
    assert "not written" in dry.output
    assert "imported" in wet.output
    assert session.get_one(Area, "330106001").name == "清溪镇"


def test_every_bad_row_is_printed_and_nothing_written(
    run: Run, session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("code,name\n330106,西湖区\n1,短\n330106001,\n", encoding="utf-8")

    result = run("areas", "import", str(file))

    assert result.exit_code == 1
    assert "第 3 行" in result.output
    assert "第 4 行" in result.output
    assert session.get(Area, "330106") is None


def test_a_file_that_is_no_table_gets_a_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "areas.xlsx"
    file.write_bytes(b"PK\x03\x04nonsense")

    result = run("areas", "import", str(file))

    assert result.exit_code == 1
    assert "Excel" in result.output
    assert "Traceback" not in result.output


def test_an_area_lives_from_adding_to_closing(run: Run, session: Session) -> None:
    make_area(session, VILLAGE)

    assert run("areas", "add", GRID, "第1网格", "--zone", "北片").exit_code == 0
    assert run("areas", "rename", GRID, "第一网格").exit_code == 0
    assert f"      {GRID} 第一网格" in run("areas", "list").output
    assert run("areas", "close", GRID).exit_code == 0
    assert "closed" in run("areas", "list", VILLAGE).output
    assert run("areas", "close", GRID).exit_code == 1
    assert run("areas", "add", "1", "短").exit_code == 1
    assert run("areas", "list", "x").exit_code == 1


def test_a_robot_is_set_tried_and_removed(run: Run, session: Session) -> None:
    make_area(session, VILLAGE)
    url = "https://oapi.dingtalk.com/robot/send?access_token=a#SECb"

    done = run("areas", "robot", VILLAGE, "--kind", "dingtalk", "--url", url, "--try")

    assert done.exit_code == 0
    assert url not in done.output
    assert session.get_one(Area, VILLAGE).robot_url == url
    assert session.scalars(select(Message)).one().recipient == url
    assert run("areas", "robot", VILLAGE, "--url", "https://evil.example/").exit_code == 1
    assert run("areas", "robot", VILLAGE, "--off").exit_code == 0
    assert session.get_one(Area, VILLAGE).robot_url is None


def test_staff_are_added_listed_and_reset(run: Run, session: Session) -> None:
    make_area(session, GRID)

    added = run("staff", "add", "Wang.Wei", "王伟", f"grid_full@{GRID}", "--public-name", "王师傅")
    reset = run("staff", "reset", "wang.wei")

    account = session.scalars(select(Account)).one()
    assert is_password(reset.output.split()[-1], account.password)
    assert not is_password(added.output.split()[-1], account.password)
    assert f"wang.wei  王师傅  专职网格员@{GRID}" in run("staff", "list").output
    assert "wang.wei" in run("staff", "list", "--area", VILLAGE).output
    assert "wang.wei" not in run("staff", "list", "--area", "330107").output
    assert run("staff", "reset", "nobody").exit_code == 1
    assert run("staff", "add", "li.si", "李四", "king@1").exit_code == 1


def test_staff_are_imported_with_their_passwords(
    run: Run, session: Session, tmp_path: Path
) -> None:
    make_area(session, GRID)
    file = tmp_path / "staff.csv"
    file.write_text(f"login,name,hats\nli.si,李四,grid_full@{GRID}\n", encoding="gb18030")

    result = run("staff", "import", str(file))

    account = session.scalars(select(Account)).one()
    assert is_password(result.output.split()[-1], account.password)


def test_households_are_imported_after_a_dry_run(
    run: Run, session: Session, tmp_path: Path
) -> None:
    make_area(session, GRID)
    file = tmp_path / "homes.csv"
    file.write_text(f"户号,区域编码,姓名\nQX-1,{GRID},王秀英\n", encoding="utf-8")

    dry = run("households", "import", str(file), "--dry-run")
    before = session.scalars(select(Household)).all()
    wet = run("households", "import", str(file))
    again = run("households", "import", str(file))

    assert "not written" in dry.output
    assert before == []
    assert "新增 1 户 1 人" in wet.output
    assert "新增 0 户 0 人" in again.output
    assert session.scalars(select(Household.number)).one() == "QX-1"


def test_a_bad_line_keeps_all_households_out(run: Run, session: Session, tmp_path: Path) -> None:
    make_area(session, GRID)
    file = tmp_path / "homes.csv"
    file.write_text(f"户号,区域编码,姓名\nQX-1,{GRID},王\nQX-2,9,李\n", encoding="utf-8")

    result = run("households", "import", str(file))

    assert result.exit_code == 1
    assert "第 3 行" in result.output
    assert session.scalars(select(Household)).all() == []
