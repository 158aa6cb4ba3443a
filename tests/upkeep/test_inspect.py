"""What a security inspection gets: all of it, and nothing that opens anything."""

import csv
import json
from base64 import urlsafe_b64encode
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel.audit import AuditLine
from kernel.db import db
from kernel.grants import GRANTS, Role
from kernel.outbound import send_sms
from kernel.permissions import Permission
from kernel.settings import Settings
from kernel.work import transaction
from people import service
from people.models import Account
from people.rules import AreaRow, HatWanted, StaffRow
from tests.conftest import INDEX_KEY, SEAL_KEY
from tests.factories import DISTRICT
from tests.fakes import NOON
from tests.upkeep.conftest import House, inside, run

PASSWORD = "门前老槐树下的石凳"
SIGN_KEY = bytes(range(32))
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def office(house: House) -> Flask:
    """A district office of one, who signed in and was locked out."""
    app = house(built=True)
    parts = app.extensions["parts"]
    settings = replace(
        parts.settings,
        sms_url="https://sms.example/send?token=letmein",
        sms_key="sms-secret",
        media_secret="media-secret",
        voice_url="https://calls.example/ring?token=openup",
        voice_key="voice-secret",
        ledger_sign_key=SIGN_KEY,
        ledger_old_keys=(b"\x0f" * 32,),
        backup_dir=Path("/srv/backups"),
    )
    app.extensions["parts"] = replace(parts, settings=settings)
    with inside(app), transaction() as work:
        service.add_area(work, AreaRow(code=DISTRICT, name="清溪区"), by=None)
        row = StaffRow(login="admin1", name="王伟", hats=(HatWanted(Role.SYSADMIN, DISTRICT),))
        service.add_staff(work, row, by=None, password=PASSWORD)
        service.sign_in(work, login="admin1", password=PASSWORD)
        for _ in range(5):
            service.sign_in(work, login="admin1", password="wrong")
        work.session.scalars(sa.select(Account)).one().totp = TOTP
        send_sms(work, phone="13800000000", template="T01", text="验证码：123456")
        for days in (183, 185):
            line = AuditLine(at=NOON - timedelta(days=days), action=f"days-{days}", subject="x")
            work.session.add(line)
    (settings.var / "log").mkdir(parents=True)
    (settings.var / "log" / "web.log").write_text('{"message": "hello"}\n')
    return app


@pytest.fixture
def folder(office: Flask, tmp_path: Path) -> Path:
    code, said = run(office, "inspect", str(tmp_path / "out"))
    assert code == 0, said
    return tmp_path / "out"


def sheet(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_accounts_come_with_roles_and_the_state_of_their_door(folder: Path) -> None:
    (row,) = sheet(folder, "accounts.csv")

    assert (row["login"], row["name"], row["role"], row["area"]) == (
        "admin1",
        "王伟",
        "sysadmin",
        DISTRICT,
    )
    assert (row["state"], row["failures"], row["second factor"]) == ("locked", "5", "True")
    assert row["last sign-in"] == "2026-03-02T20:00:00+08:00"


def test_the_table_of_permissions_is_the_one_in_force(folder: Path) -> None:
    rows = {row["permission"]: row for row in sheet(folder, "permissions.csv")}

    assert set(rows) == {permission.value for permission in Permission}
    for permission in Permission:
        granted = {role.value for role in Role if rows[permission.value][role.value]}
        assert granted == {role.value for role in GRANTS[permission]}


def test_the_log_reaches_back_six_months_and_says_that_it_was_handed_out(folder: Path) -> None:
    actions = [row["action"] for row in sheet(folder, "audit.csv")]

    assert "days-183" in actions
    assert "days-185" not in actions
    assert actions[-1] == "upkeep.inspect"


def test_of_messages_only_when_and_which(folder: Path) -> None:
    (row,) = sheet(folder, "messages.csv")

    assert (row["channel"], row["template"], row["sent"]) == ("sms", "T01", "")
    assert set(row) == {"number", "channel", "template", "written", "sent", "answer"}


def test_the_programs_logs_and_parts_are_there(folder: Path) -> None:
    names = {row["name"].lower() for row in sheet(folder, "dependencies.csv")}

    assert (folder / "logs" / "web.log").read_text() == '{"message": "hello"}\n'
    assert {"flask", "sqlalchemy", "cryptography"} <= names
    assert json.loads((folder / "system.json").read_text())["tables"]


def test_nothing_that_opens_anything_is_in_it(folder: Path, office: Flask) -> None:
    with inside(office):
        hashed = db.session.scalars(sa.select(Account.password)).one()
    secrets = [
        *(PASSWORD, hashed, TOTP, SEAL_KEY, "letmein", "sms-secret", "media-secret"),
        *("openup", "voice-secret", SIGN_KEY.hex(), urlsafe_b64encode(SIGN_KEY).decode()),
        *(f'"{INDEX_KEY}"', "13800000000", "123456"),
    ]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_text(encoding="utf-8")
            assert [secret for secret in secrets if secret in content] == [], path.name


def test_settings_are_told_and_of_what_opens_something_only_that_it_is_set(folder: Path) -> None:
    told = json.loads((folder / "settings.json").read_text())

    assert (told["ledger_sign_key"], told["media_key"]) == ("set", "not set")
    assert told["voice_url"] == "https://calls.example/ring"
    assert told["ledger_old_keys"] == ["0f" * 32]
    assert told["backup_dir"] == "/srv/backups"


def test_no_setting_that_opens_something_is_shown() -> None:
    open_by_name = {
        field.name
        for field in fields(Settings)
        if field.repr and field.name.endswith(("_key", "_keys", "_secret", "_url"))
    }

    assert open_by_name == {"ledger_old_keys", "public_url"}


def test_the_manifest_names_every_file_and_its_hash(folder: Path) -> None:
    told = json.loads((folder / "manifest.json").read_text())
    there = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }

    assert set(told) == set(there)
    for name, path in there.items():
        assert told[name]["sha256"] == sha256(path.read_bytes()).hexdigest()


def test_only_its_owner_may_read_it(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.is_file()} == {0o600}


def test_what_is_there_already_is_left_alone(office: Flask, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    code, said = run(office, "inspect", str(tmp_path))

    assert code == 1
    assert "换一个新文件夹" in said
    assert (tmp_path / "letter.txt").read_text() == "mine"
