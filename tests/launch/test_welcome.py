import json
from pathlib import Path

import pytest

from launch.plan import Plan
from launch.welcome import everybody, say, welcome
from qr.rules.artwork import terminal

DEMO = {
    "accounts": [
        {"role": "网格员", "area": "桃源网格", "login": "wg01", "password": "demo-1"},
        {"role": "网格员", "area": "杏林网格", "login": "wg02", "password": "demo-2"},
        {"role": "网格长", "area": "桃源村", "login": "wz01", "password": "demo-3"},
    ],
    "codes": [{"token": "0123456789ABC", "kind": "place", "place": "桃源村口"}],
}


def plan(host: str = "127.0.0.1") -> Plan:
    env = {
        "PUBLIC_URL": "http://10.0.0.7:8000",
        "DATABASE_URL": "postgresql://app:hush@db/app",
        "REDIS_PROGRAM": "",
    }
    return Plan(var=Path("/data/var"), sockets=Path("/run"), host=host, port=8000, env=env)


def test_the_resident_link_stands_there_as_text_and_as_a_code() -> None:
    told = welcome(plan(), json.dumps(DEMO))

    assert "http://10.0.0.7:8000/S/0123456789ABC" in told
    assert terminal("http://10.0.0.7:8000/S/0123456789ABC") in told


def test_one_sign_in_for_every_role() -> None:
    told = welcome(plan(), json.dumps(DEMO))

    assert "wg01 / demo-1" in told
    assert "wz01 / demo-3" in told
    assert "wg02" not in told
    assert "make people" in told


def test_everybody_is_told_who_asks() -> None:
    told = everybody(json.dumps(DEMO))

    assert [line.split()[0] for line in told.splitlines()] == ["wg01", "wg02", "wz01"]
    assert "make run" in everybody("")


def test_roles_are_called_by_their_names() -> None:
    account = {
        "role": "grid_full",
        "title": "专职网格员",
        "area": "1",
        "login": "a",
        "password": "b",
    }

    assert "专职网格员" in everybody(json.dumps({"accounts": [account], "codes": []}))


def test_where_data_lies_without_the_password_of_the_database() -> None:
    told = welcome(plan(), "")

    assert "/data/var" in told
    assert "hush" not in told


def test_without_a_demo_the_site_itself_is_shown() -> None:
    assert terminal("http://10.0.0.7:8000") in welcome(plan(), "")


@pytest.mark.parametrize(("host", "advised"), [("127.0.0.1", True), ("10.0.0.7", False)])
def test_only_who_needs_it_is_told_how_a_phone_gets_in(host: str, *, advised: bool) -> None:
    assert ("HOST=0.0.0.0" in welcome(plan(host), "")) is advised


def test_what_is_said_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    say("好")

    assert capsys.readouterr().out == "好\n"
