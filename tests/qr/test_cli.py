"""The commands of whoever runs the machine."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image
from sqlalchemy.orm import Session

from kernel.work import transaction
from qr import queries, rules, service
from qr.cli import commands
from qr.models import Code
from qr.rules import CodeKind, CodeState
from qr.service import Particulars
from tests.factories import GRID, VILLAGE, make_area, make_household

NEW = ["new", "--kind", "spot", "--area", GRID, "--name", "桥头"]


@pytest.fixture
def runner(app: Flask, session: Session) -> FlaskCliRunner:
    make_area(session, GRID)
    session.commit()
    return app.test_cli_runner()


@pytest.fixture
def public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the application the address it will keep."""
    give_address(app, monkeypatch, "https://qr.x-city.cn")


def give_address(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    public_url: str,
    *,
    print_upper: bool = True,
    print_font: tuple[str, ...] = (),
) -> None:
    built = app.extensions["parts"]
    settings = replace(
        built.settings, public_url=public_url, print_upper=print_upper, print_font=print_font
    )
    monkeypatch.setitem(app.extensions, "parts", replace(built, settings=settings))


def order(runner: FlaskCliRunner) -> str:
    answered = runner.invoke(commands, NEW)
    assert answered.exit_code == 0, answered.output
    token: str = answered.output.splitlines()[0]
    return token


def found(session: Session, token: str) -> Code:
    session.expire_all()
    code = queries.find(session, token)
    assert code is not None
    return code


def test_a_new_code_says_all_that_is_printed(runner: FlaskCliRunner, session: Session) -> None:
    token = order(runner)

    code = found(session, token)
    assert (code.area_code, code.place_name) == (GRID, "桥头")


def test_what_hangs_has_a_spot_number(runner: FlaskCliRunner) -> None:
    assert "点位号：1001" in runner.invoke(commands, NEW).output


def test_a_refusal_is_a_sentence(runner: FlaskCliRunner) -> None:
    answered = runner.invoke(commands, ["new", "--kind", "spot", "--area", "999999", "--name", "x"])

    assert answered.exit_code == 1
    assert "没有这个区域" in answered.output
    assert "Traceback" not in answered.output


@pytest.mark.parametrize("kind", ["household", "sign_in"])
def test_what_hangs_nowhere_is_not_ordered_by_hand(runner: FlaskCliRunner, kind: str) -> None:
    answered = runner.invoke(commands, ["new", "--kind", kind, "--area", GRID])

    assert answered.exit_code == 2


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("lower", [[], ["--lower"]])
def test_what_is_printed_reads_back(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, lower: list[str]
) -> None:
    token, file = order(runner), tmp_path / "code.png"

    answered = runner.invoke(
        commands, ["print", token.lower(), "--format", "png", "-o", str(file), *lower]
    )

    assert answered.exit_code == 0, answered.output
    text = zxingcpp.read_barcodes(Image.open(io.BytesIO(file.read_bytes())).convert("L"))[0].text
    assert text == rules.scan_url("https://qr.x-city.cn", token, upper=not lower)
    code = found(session, token)
    assert code.state is CodeState.PRINTED
    assert code.look is not None


@pytest.mark.usefixtures("public")
def test_svg_is_what_one_gets_unasked(runner: FlaskCliRunner) -> None:
    answered = runner.invoke(commands, ["print", order(runner), "--size", "60"])

    assert answered.exit_code == 0, answered.output
    assert 'width="60mm"' in answered.output


def test_at_an_address_that_will_not_stay_it_is_only_a_sample(
    runner: FlaskCliRunner, session: Session
) -> None:
    token = order(runner)

    answered = runner.invoke(commands, ["print", token])

    assert answered.exit_code == 0, answered.output
    assert "样张" in answered.output
    assert found(session, token).state is CodeState.ORDERED


def test_what_was_replaced_is_not_printed_again(runner: FlaskCliRunner, session: Session) -> None:
    token = order(runner)
    found(session, token).state = CodeState.REPLACED
    session.commit()

    answered = runner.invoke(commands, ["print", token])

    assert answered.exit_code == 1
    assert "Traceback" not in answered.output


def test_a_card_is_not_printed_from_what_is_kept(runner: FlaskCliRunner, session: Session) -> None:
    household = make_household(session, GRID)
    session.commit()
    with transaction() as work:
        card = service.issue(
            work,
            kind=CodeKind.HOUSEHOLD,
            area_code=GRID,
            by=None,
            more=Particulars(household_id=household.id),
        )

    answered = runner.invoke(commands, ["print", card.token])

    assert answered.exit_code == 1
    assert "换码" in answered.output
    assert "(secret)" in runner.invoke(commands, ["list", "--area", GRID]).output


def test_an_address_too_long_for_a_label_is_refused(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = order(runner)
    give_address(app, monkeypatch, "https://x.cn/" + "a" * 300)

    answered = runner.invoke(commands, ["print", token])

    assert answered.exit_code == 1
    assert "PUBLIC_URL" in answered.output


@pytest.mark.parametrize("token", ["0000000000001", "x", "7K2M9XQ4AB3C1"])
def test_a_token_that_is_not_ours_leaves_no_file(
    runner: FlaskCliRunner, tmp_path: Path, token: str
) -> None:
    file = tmp_path / "code.svg"

    answered = runner.invoke(commands, ["print", token, "-o", str(file)])

    assert answered.exit_code == 1
    assert not file.exists()


def test_an_area_is_listed_with_what_lies_below_it(runner: FlaskCliRunner) -> None:
    token = order(runner)

    answered = runner.invoke(commands, ["list", "--area", VILLAGE])

    assert answered.output.rstrip("\n").split("\t") == [
        rules.printed(token),
        "spot",
        "ordered",
        GRID,
        "1001",
        "桥头",
    ]
