"""Whole orders by command: printed on the spot, counted as by pages, taken up when broken off."""

import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.outbox import Delivery
from kernel.work import transaction
from qr import queries, service
from qr.cli import commands
from qr.models import Code, PrintOrder
from qr.queries import Wanted
from qr.rules import CodeState, Format, OrderState, formats
from qr.rules.press import proof
from tests.factories import GRID, VILLAGE, make_household
from tests.qr.test_cli import give_address
from tests.qr.test_service_orders import hang, tokens

# Drawing takes its time; the orders themselves are tried on both databases in test_service_orders.
pytestmark = pytest.mark.once(beside="sqlite")


@pytest.fixture
def codes(session: Session) -> list[int]:
    return hang(session, 3)


@pytest.fixture
def runner(app: Flask, codes: list[int], monkeypatch: pytest.MonkeyPatch) -> FlaskCliRunner:
    give_address(app, monkeypatch, "https://qr.x-city.cn")
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: object, asked: str = "") -> Result:
    answered = runner.invoke(commands, [str(word) for word in words], input=asked)
    assert "Traceback" not in answered.output
    return answered


def read(path: Path) -> list[str]:
    return sorted(text[-13:] for text in proof.read_all(path.read_bytes()))


def states(session: Session, code_ids: list[int]) -> set[CodeState]:
    session.expire_all()
    return set(session.scalars(select(Code.state).where(Code.id.in_(code_ids))))


def test_labels_of_a_village_are_printed_counted_and_logged(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, codes: list[int]
) -> None:
    file = tmp_path / "labels.pdf"

    answered = run(
        runner, "sheet", "--area", VILLAGE, "--only", "never_printed", "-o", file, "--yes"
    )

    assert answered.exit_code == 0, answered.output
    assert "3 张" in answered.output
    assert read(file) == tokens(session, codes)
    assert states(session, codes) == {CodeState.PRINTED}
    lines = session.scalars(select(AuditLine).where(AuditLine.action == "qr.print")).all()
    assert [line.actor_id for line in lines] == [None] * 3
    # The workers were not asked to print it once more.
    assert session.scalars(select(Delivery.handler)).all() == []


def test_just_some_codes_on_plates_in_one_archive(
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "MOST_PAGES", 1)
    some, file = tokens(session, codes[:2]), tmp_path / "plates.zip"

    answered = run(runner, "sheet", *some, "--form", "plate", "-o", file)

    assert answered.exit_code == 0, answered.output
    with zipfile.ZipFile(file) as archive:
        assert len(archive.namelist()) == 2
        said = [text for name in archive.namelist() for text in proof.read_all(archive.read(name))]
    assert sorted(text[-13:] for text in said) == some
    assert states(session, codes[2:]) == {CodeState.ORDERED}


def test_a_poster_in_several_files(
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "MOST_PAGES", 2)

    run(runner, "poster", "--area", GRID, "-o", tmp_path / "p.pdf", "--yes")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["p-1.pdf", "p-2.pdf"]
    both = read(tmp_path / "p-1.pdf") + read(tmp_path / "p-2.pdf")
    assert sorted(both) == tokens(session, codes)


def test_cards_say_what_they_end_before_they_are_printed(
    runner: FlaskCliRunner, session: Session, tmp_path: Path
) -> None:
    home = make_household(session, GRID)
    session.commit()
    file = tmp_path / "cards.pdf"
    run(runner, "cards", "--area", VILLAGE, "-o", file, "--yes")
    first = file.read_bytes()

    refused = run(runner, "cards", "--area", VILLAGE, "-o", file, asked="n\n")
    again = run(runner, "cards", "--area", VILLAGE, "-o", file, asked="y\n")

    assert refused.exit_code == again.exit_code + 1 == 1
    assert "其中 1 户有卡在用" in refused.output
    [old], [new] = list(proof.read_all(first)), list(proof.read_all(file.read_bytes()))
    session.expire_all()
    assert queries.resolve(session, old[-17:]).revoked
    assert queries.resolve(session, new[-17:]).household_id == home.id
    taken = session.scalars(select(AuditLine).where(AuditLine.action == "qr.fetch")).all()
    assert len(taken) == 2


def test_an_order_that_was_broken_off_is_taken_up_and_nothing_printed_twice(
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "MOST_PAGES", 1)
    wanted = Wanted(area_code=VILLAGE, form=Format.PLATE)
    with transaction() as work:
        order = service.order_pieces(work, wanted, by=None, hand_on=False).id
    with transaction() as work:
        errand = service.print_next(work, order, hand_on=False)
    assert errand is not None
    kept = errand.run("x")
    with transaction() as work:
        errand.after(work, kept)

    answered = run(runner, "sheet", "--order", order, "-o", tmp_path / "x.pdf")

    assert answered.exit_code == 0, answered.output
    drawn = [text for path in tmp_path.iterdir() for text in read(path)]
    assert sorted(drawn) == tokens(session, codes)
    assert len(session.scalars(select(AuditLine).where(AuditLine.action == "qr.print")).all()) == 3


def test_whoever_breaks_it_off_leaves_the_rest_to_the_workers(
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def tired(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qr.cli.sheets.service.print_next", tired)

    answered = run(runner, "sheet", "--area", GRID, "-o", tmp_path / "x.pdf", "--yes")

    assert answered.exit_code == 1
    assert "--order" in answered.output
    assert session.scalars(select(Delivery.handler)).all() == ["qr.jobs.print_order"]
    assert session.scalars(select(PrintOrder.state)).all() == [OrderState.PRINTING]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sheet", "-o", "x.pdf"], 2, "--area"),
        (["sheet", "7K2M", "--area", GRID, "-o", "x.pdf"], 2, "--area"),
        (["sheet", "--area", GRID, "-o", "x.doc"], 2, ".zip"),
        (["sheet", "--area", GRID, "--kind", "household", "-o", "x.pdf"], 2, "household"),
        (["sheet", "--area", "999999", "-o", "x.pdf"], 1, "没有这个区域"),
        (["sheet", "0000000000000", "-o", "x.pdf"], 1, "没有这张码"),
        (["sheet", "--area", GRID, "--only", "damaged", "-o", "x.pdf"], 1, "没有什么可印"),
        (["cards", "--area", GRID, "-o", "x.pdf"], 1, "没有要印户码卡的户"),
        (["sheet", "--order", "999", "-o", "x.pdf"], 1, "没有这一批"),
        (["poster", "--area", GRID, "--kind", "desk", "-o", "x.pdf"], 1, "没有什么可印"),
        (["sheet", "--area", GRID, "--yes", "-o", "/nowhere/x.pdf"], 1, "写不下来"),
        (["testsheet", "0000000000000"], 1, "没有这张码"),
    ],
)
def test_what_cannot_be_printed_is_said_in_words(
    runner: FlaskCliRunner, words: list[str], code: int, said: str
) -> None:
    answered = run(runner, *words)

    assert answered.exit_code == code, answered.output
    assert said in answered.output


def test_a_hundred_thousand_codes_are_too_many_at_once(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qr.rules.MOST", 2)

    answered = run(runner, "sheet", "--area", VILLAGE, "-o", tmp_path / "x.pdf", "--yes")

    assert answered.exit_code == 1
    assert "请按镇、按村分开印" in answered.output


@pytest.mark.parametrize("url", ["https://qr.x-city.cn", "http://127.0.0.1:8000"])
def test_the_sheet_for_trying_phones_reads_in_both_cases_at_all_sizes(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    give_address(app, monkeypatch, url)
    file = tmp_path / "try.pdf"

    answered = run(runner, "testsheet", "-o", file)

    assert answered.exit_code == 0, answered.output
    said = list(proof.read_all(file.read_bytes(), dpi=300))
    assert len(said) == 12
    assert {said.count(one) for one in set(said)} == {6}
    assert {one.split("/S/")[0] for one in said} == {url, url.upper()}


class TestOneCode:
    """Replacing, revoking and checking one code."""

    def test_what_is_replaced_leads_on(
        self, runner: FlaskCliRunner, session: Session, codes: list[int]
    ) -> None:
        [token] = tokens(session, codes[:1])

        answered = run(runner, "replace", token.lower(), "--reason", "晒白了")

        assert answered.exit_code == 0, answered.output
        new = answered.output.splitlines()[0]
        session.expire_all()
        assert queries.resolve(session, token).code_id == queries.resolve(session, new).code_id
        over = run(runner, "replace", token, "--reason", "再换")
        assert over.exit_code == 1

    def test_what_is_revoked_says_so(
        self, runner: FlaskCliRunner, session: Session, codes: list[int]
    ) -> None:
        [token] = tokens(session, codes[:1])

        answered = run(runner, "revoke", token, "--reason", "灯杆拆了")

        assert answered.exit_code == 0, answered.output
        assert "作废了" in run(runner, "check", token).output
        assert run(runner, "check", token).exit_code == 1
        assert run(runner, "revoke", token, "--reason", "再来").exit_code == 1

    def test_a_card_is_not_replaced_where_nobody_can_print_it(
        self, runner: FlaskCliRunner, session: Session, tmp_path: Path
    ) -> None:
        make_household(session, GRID)
        session.commit()
        run(runner, "cards", "--area", VILLAGE, "-o", tmp_path / "c.pdf", "--yes")
        [link] = proof.read_all((tmp_path / "c.pdf").read_bytes())

        answered = run(runner, "replace", link[-17:], "--reason", "丢了")

        assert answered.exit_code == 1
        assert "flask qr cards" in answered.output
        checked = run(runner, "check", tmp_path / "c.pdf")
        assert checked.exit_code == 0
        assert link[-17:] not in checked.output


class TestCheck:
    """What a picture or a typed token is and leads to."""

    def test_a_sheet_of_ours_is_read_page_by_page(
        self, runner: FlaskCliRunner, session: Session, tmp_path: Path, codes: list[int]
    ) -> None:
        file = tmp_path / "x.pdf"
        run(runner, "sheet", "--area", GRID, "--form", "plate", "-o", file, "--yes")

        answered = run(runner, "check", file)

        assert answered.exit_code == 0, answered.output
        for at in range(3):
            assert f"第 {at + 1} 页" in answered.output
            assert f"{at}号灯杆" in answered.output
        assert "读到 3 张码" in answered.output

    def test_a_picture_of_one_and_its_link_and_its_token(
        self, runner: FlaskCliRunner, session: Session, tmp_path: Path, codes: list[int]
    ) -> None:
        [token] = tokens(session, codes[:1])
        file = tmp_path / "one.png"
        run(runner, "print", token, "--format", "png", "-o", file)
        link = f"HTTPS://QR.X-CITY.CN/S/{token}"
        mistyped = f"{token[:4]}-{token[4:8]} {token[8:]}".lower().replace("0", "o")

        for what in (file, link, link.lower(), token, mistyped):
            answered = run(runner, "check", what)
            assert answered.exit_code == 0, answered.output
            assert "0号灯杆" in answered.output

    @pytest.mark.parametrize(
        ("what", "said"),
        [
            ("https://qr.x-city.cn.evil.com/S/7K2M9XQ4AB3C1", "不是我们的码"),
            ("https://[/S/x", "不是我们的码"),
            ("https://qr.x-city.cn/x/7K2M9XQ4AB3C1", "不是我们的码"),
            ("7K2M9XQ4AB3C1", "多半打错了"),
            ("\x1b[31m/", "不是我们的码\t?[31m/"),
            ("0000000000000", "没有这张码"),
        ],
    )
    def test_what_is_not_ours_is_said_to_be_a_strangers(
        self, runner: FlaskCliRunner, what: str, said: str
    ) -> None:
        answered = run(runner, "check", what)

        assert answered.exit_code == 1
        assert said in answered.output

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "这不是图片"),
            (b"%PDF-1.7 nothing", "打不开"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n", "这不是图片"),
            (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "这不是图片"),
        ],
    )
    def test_a_file_that_is_none_is_refused_in_words(
        self, runner: FlaskCliRunner, tmp_path: Path, content: bytes, said: str
    ) -> None:
        (tmp_path / "x").write_bytes(content)

        answered = run(runner, "check", tmp_path / "x")

        assert answered.exit_code == 1
        assert said in answered.output


def test_the_links_that_are_printed_are_in_small_letters_where_the_house_says_so(
    app: Flask,
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give_address(app, monkeypatch, "https://qr.x-city.cn", print_upper=False)
    [token] = tokens(session, codes[:1])
    run(runner, "print", token, "--format", "png", "-o", tmp_path / "x.png")
    run(runner, "sheet", token, "-o", tmp_path / "x.pdf")

    drawn = [*proof.read_all((tmp_path / "x.pdf").read_bytes())]
    drawn += list(proof.codes_in(next(iter(proof.pages_of((tmp_path / "x.png").read_bytes())))))

    assert drawn == [f"https://qr.x-city.cn/S/{token}"] * 2


def test_a_font_that_is_not_there_and_a_character_no_font_has_are_named(
    app: Flask,
    runner: FlaskCliRunner,
    session: Session,
    tmp_path: Path,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = tokens(session, codes[:1]), tokens(session, codes[1:2])
    session.get_one(Code, codes[0]).place_name = "小店💧"
    session.commit()
    rare = run(runner, "sheet", *first, "-o", tmp_path / "x.pdf")
    give_address(app, monkeypatch, "https://qr.x-city.cn", print_font=("/gone.ttf",))
    gone = run(runner, "sheet", *second, "-o", tmp_path / "x.pdf")

    assert (rare.exit_code, gone.exit_code) == (1, 1)
    assert "“💧”（U+1F4A7）" in rare.output
    assert "fonts-noto-cjk" in rare.output
    assert "/gone.ttf" in gone.output
    assert "PRINT_FONT" in gone.output
    assert states(session, codes) == {CodeState.ORDERED}
    assert list(tmp_path.iterdir()) == []
