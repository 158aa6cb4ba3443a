"""The commands about the ledger, and the script that needs none of our program."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from kernel.work import Work
from points import service
from points.models import Seal
from tests.fakes import FixedClock
from tests.points.books import Books
from tests.points.test_queries_verify import busy, past_the_guards

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_ledger.py"


@pytest.fixture
def runner(app: Flask, books: Books, clock: FixedClock) -> FlaskCliRunner:
    busy(books, clock)
    books.work.session.flush()
    return app.test_cli_runner()


def script(*arguments: str) -> tuple[int, str]:
    """Run the script that anybody may run, without anything of ours on its path."""
    told = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )
    return told.returncode, told.stdout + told.stderr


def test_books_that_agree_are_said_to_in_one_line(runner: FlaskCliRunner) -> None:
    told = runner.invoke(args=["ledger", "verify"])

    assert told.exit_code == 0
    assert told.output.startswith("账全对 · all is well: 8 postings")
    assert told.output.count("\n") == 1


def test_a_row_that_does_not_agree_is_named_and_the_command_fails(
    runner: FlaskCliRunner, books: Books
) -> None:
    with past_the_guards(books.work.session):
        books.work.session.execute(text("UPDATE points_account SET in_total = in_total + 1"))

    told = runner.invoke(args=["ledger", "verify"])

    assert told.exit_code == 1
    assert f"account {books.ids['a']}" in told.output


def test_an_export_is_verified_without_our_program(
    runner: FlaskCliRunner, books: Books, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.zip"
    root = books.work.session.get_one(Seal, 2).root.hex()

    told = runner.invoke(args=["ledger", "export", str(file)])

    assert told.exit_code == 0, told.output
    code, said = script(str(file), f"2026-03-02={root}")
    assert (code, said.startswith("all is well: 8 postings")) == (0, True), said
    code, said = script(str(file), f"2026-03-02={'0' * 64}")
    assert (code, "not the root on your paper" in said) == (1, True)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE points_transfer SET amount = amount + 1 WHERE line = 1", "posting"),
        ("UPDATE points_posting SET second_actor_id = 1000", "posting"),
        ("UPDATE points_entry SET in_total = in_total + 1", "entry"),
        ("UPDATE points_account SET head_hash = {zeros}", "account"),
        ("UPDATE points_account SET owner_ref = owner_ref || '1'", "entry"),
        ("UPDATE points_seal SET root = {zeros}", "seal"),
        ("UPDATE points_seal_leaf SET hash = {zeros}", "seal"),
    ],
)
def test_the_script_finds_what_was_changed_by_hand(
    runner: FlaskCliRunner, books: Books, tmp_path: Path, statement: str, named: str
) -> None:
    session, file = books.work.session, tmp_path / "ledger.zip"
    is_postgres = session.get_bind().dialect.name == "postgresql"
    zeros = f"'\\x{'00' * 32}'::bytea" if is_postgres else f"x'{'00' * 32}'"
    with past_the_guards(session):
        session.connection().exec_driver_sql(statement.format(zeros=zeros))
    runner.invoke(args=["ledger", "export", str(file)])

    code, said = script(str(file))

    assert code == 1
    assert any(line.startswith(f"NOT WELL {named}") for line in said.splitlines()), said


def test_a_day_is_sealed_by_hand_once(app: Flask, work: Work) -> None:
    sealed = service.seal_day(work, date(2026, 3, 1))

    assert sealed is not None
    assert service.seal_day(work, date(2026, 3, 1)) is None
