"""What whoever runs the machine can ask for."""

import json
from collections.abc import Callable
from datetime import date, datetime

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from demo.cli import NoDispatch, last_moment
from kernel.clock import SHANGHAI
from kernel.facts import is_demo
from kernel.grants import Role
from kernel.work import parts
from people.models import Area
from qr import queries as qr
from qr.models import Code
from qr.rules import CodeState
from tests.factories import make_area
from tests.fakes import FixedClock

Command = Callable[..., Result]

# The district is loaded within the first test, which takes a slow machine minutes.
# It is loaded as `make run` does, on SQLite; tests/upkeep loads a small one on both databases.
pytestmark = [pytest.mark.timeout(900), pytest.mark.once(beside="sqlite")]


def show(app: Flask, *words: str) -> str:
    """Run ``flask demo show`` where the demo is; return what it says."""
    result = app.test_cli_runner().invoke(args=["demo", "show", *words])
    assert result.exit_code == 0, result.output
    return result.output


class TestShow:
    def test_without_a_demo_it_says_so(self, command: Command) -> None:
        result = command("show", "--json")

        assert result.exit_code == 1
        assert "没有演示数据" in result.output

    def test_it_tells_how_to_get_in(self, loaded: Flask, there: Session) -> None:
        told = json.loads(show(loaded, "--json"))

        assert set(told) == {"accounts", "codes"}
        assert {frozenset(account) for account in told["accounts"]} == {
            frozenset({"role", "title", "area", "login", "password"})
        }
        assert {frozenset(code) for code in told["codes"]} == {
            frozenset({"token", "kind", "place"})
        }
        roles = [Role(account["role"]) for account in told["accounts"]]
        assert set(roles) == set(Role) - {Role.RESIDENT}
        assert roles == sorted(roles, key=list(Role).index)
        assert len({account["login"] for account in told["accounts"]}) == 40
        assert all(there.get(Area, account["area"]) for account in told["accounts"])
        assert len(told["codes"]) == 64

    def test_every_token_it_tells_is_one_the_scan_page_knows(
        self, loaded: Flask, there: Session
    ) -> None:
        codes = json.loads(show(loaded, "--json"))["codes"]

        found = [qr.find(there, code["token"]) for code in codes]

        assert all(isinstance(code, Code) for code in found)
        ends = [code.state for code in found if code is not None][-2:]
        assert set(ends) == {CodeState.REVOKED, CodeState.REPLACED}
        assert codes[0]["kind"] == "spot"

    def test_people_can_read_it_too(self, loaded: Flask) -> None:
        lines = show(loaded).splitlines()

        assert len(lines) == 104
        assert any(line.startswith("grid_full\t") for line in lines)


class TestLoad:
    @pytest.mark.usefixtures("there")
    def test_it_is_a_demo_from_then_on_and_is_loaded_once(self, loaded: Flask) -> None:
        again = loaded.test_cli_runner().invoke(args=["demo", "load", "--small"])

        assert again.exit_code == 1
        assert "空的数据库" in again.output
        assert is_demo()
        assert isinstance(parts().clock, FixedClock)
        assert not isinstance(parts().dispatch, NoDispatch)

    @pytest.mark.usefixtures("session")
    def test_what_holds_no_demo_is_none(self) -> None:
        assert not is_demo()

    def test_it_is_not_loaded_beside_other_data(self, command: Command, session: Session) -> None:
        make_area(session)

        result = command("load", "--small")

        assert result.exit_code == 1
        assert "空的数据库" in result.output


class TestLastMoment:
    NOW = datetime(2026, 3, 2, 9, 30, 45, 12, tzinfo=SHANGHAI)

    def test_without_a_day_it_is_now(self) -> None:
        assert last_moment(self.NOW, None) == datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)

    def test_today_it_is_the_last_full_hour_so_that_it_can_be_repeated(self) -> None:
        assert last_moment(self.NOW, date(2026, 3, 2)) == datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)

    def test_on_another_day_it_is_five_in_the_afternoon(self) -> None:
        assert last_moment(self.NOW, date(2025, 5, 6)) == datetime(2025, 5, 6, 17, tzinfo=SHANGHAI)


def test_while_it_loads_nothing_goes_to_the_queue() -> None:
    dispatch = NoDispatch()

    dispatch.send([object()])

    assert not dispatch.is_up()
