"""What a printed code opens, and what happens to what is said there."""

import base64
import gzip
import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bootstrap import create_app
from citizen.models import Report
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.outbox import Delivery
from kernel.work import transaction
from qr import queries as qr_queries
from qr import service as qr
from qr.rules import CodeKind
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, make_code
from tests.conftest import make_settings
from tests.factories import (
    GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_household,
    make_staff,
)
from tests.kernel.media.samples import HTML, picture, wav

UNKNOWN = crockford.with_check("7K2M9XQ4AB3C")
JSON = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
KEY = "0123456789abcdef0123456789abcdef"


def reports(session: Session) -> list[Report]:
    return list(session.scalars(select(Report).order_by(Report.id)))


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def file(content: bytes, name: str = "1.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


class TestPage:
    def test_it_says_where_one_is_and_who_looks_after_it(
        self, client: FlaskClient, token: str
    ) -> None:
        page = client.get(f"/S/{token}")

        assert page.status_code == 200
        assert "老街菜场东门" in page.text
        assert "李师傅" in page.text
        assert field(page.text, "submission_key")
        assert field(page.text, "agreed") == "2026-01"
        assert page.headers["Cache-Control"] == "no-store"

    def test_every_load_has_a_key_of_its_own(self, client: FlaskClient, token: str) -> None:
        pages = [client.get(f"/S/{token}").text for _ in range(2)]

        assert len({field(page, "submission_key") for page in pages}) == 2

    def test_it_takes_four_statements_at_most(
        self, client: FlaskClient, token: str, statements: list[str]
    ) -> None:
        client.get("/privacy")  # whether this is a demo is asked once per process
        statements.clear()

        client.get(f"/S/{token}")

        assert 1 <= len(statements) <= 4, statements

    @pytest.mark.parametrize("query", ["", "?fs=3", "?lang=en", "?lang=en&fs=3"])
    def test_html_style_and_script_are_14_kb_at_most(
        self, client: FlaskClient, token: str, query: str
    ) -> None:
        page = client.get(f"/S/{token}{query}")

        assert "<script src" not in page.text
        assert "stylesheet" not in page.text
        assert len(gzip.compress(page.data, 6)) <= 14 * 1024

    def test_the_policy_names_every_inline_block(self, client: FlaskClient, token: str) -> None:
        page = client.get(f"/S/{token}")

        blocks = re.findall(r"<(script|style)>(.*?)</\1>", page.text, re.DOTALL)
        policy = page.headers["Content-Security-Policy"]
        assert len(blocks) >= 4
        assert "unsafe" not in policy
        for _, block in blocks:
            digest = base64.b64encode(sha256(block.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy

    def test_a_revoked_code_says_so_and_still_takes_reports(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        code = qr_queries.find(session, token)
        assert code is not None
        code_id = code.id
        session.commit()
        with transaction() as work:
            qr.revoke(work, code_id, reason="搬走了", by=None)

        page = client.get(f"/S/{token}")
        sent = client.post(f"/S/{token}", data={"submission_key": KEY, "words": "灯不亮"})

        assert "停用" in page.text
        assert "搬走了" not in page.text
        assert sent.status_code == 303

    @pytest.mark.parametrize(
        ("kind", "word"), [(CodeKind.SIGN_IN, "签到"), (CodeKind.DESK, "绿币超市")]
    )
    def test_codes_for_something_else_say_for_what(
        self, client: FlaskClient, session: Session, kind: CodeKind, word: str
    ) -> None:
        token = make_code(session, kind)

        page = client.get(f"/S/{token}")

        assert (page.status_code, word in page.text) == (200, True)
        assert "<textarea" not in page.text
        assert client.post(f"/S/{token}", data={"words": "灯"}).status_code == 405
        assert reports(session) == []

    def test_a_households_card_tells_nothing_about_the_household(
        self, client: FlaskClient, session: Session
    ) -> None:
        household = make_household(session)
        household.address = "三组十二号"
        number, household_id = household.number, household.id
        session.commit()
        with transaction() as work:
            token = qr.issue(
                work,
                kind=CodeKind.HOUSEHOLD,
                area_code=VILLAGE,
                more=qr.Particulars(household_id=household_id),
                by=None,
            ).token

        page = client.get(f"/S/{token}")

        assert "户码" in page.text
        assert number not in page.text
        assert "三组十二号" not in page.text

    def test_a_leaflet_of_a_whole_town_asks_where(
        self, client: FlaskClient, session: Session
    ) -> None:
        token = make_code(session, CodeKind.OPEN, TOWN, "")

        page = client.get(f"/S/{token}").text

        assert re.search(r'value="elsewhere" id="o2" checked', page)


class TestUnknownCode:
    def test_it_lets_people_choose_a_village(self, client: FlaskClient, token: str) -> None:
        page = client.get(f"/S/{UNKNOWN}")

        assert page.status_code == 404
        assert f'value="{VILLAGE}"' in page.text
        assert "None" not in page.text

    @pytest.mark.parametrize(
        ("village", "area"),
        [(VILLAGE, VILLAGE), ("", "330106"), ("'; --", "330106"), (GRID, "330106")],
    )
    def test_what_is_said_there_reaches_the_village_or_the_district(
        self, client: FlaskClient, session: Session, token: str, village: str, area: str
    ) -> None:
        sent = client.post(
            f"/S/{UNKNOWN}",
            data={"submission_key": KEY, "words": "灯不亮", "village": village, "at": "here"},
        )

        assert sent.status_code == 303
        assert [(row.area_code, row.code_id) for row in reports(session)] == [(area, None)]

    def test_without_any_area_it_says_so(self, client: FlaskClient, session: Session) -> None:
        sent = client.post(f"/S/{UNKNOWN}", data={"submission_key": KEY, "words": "灯不亮"})

        assert sent.status_code == 503
        assert "灯不亮" in sent.text


class TestWords:
    def test_a_form_without_a_script_leads_to_the_receipt(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        page = client.get(f"/S/{token}").text
        data = {name: field(page, name) for name in ("submission_key", "agreed")}

        sent = client.post(
            f"/S/{token}",
            data={**data, "words": "灯不亮", "tile": "broken", "danger": "no", "at": "here"},
        )

        [report] = reports(session)
        assert sent.status_code == 303
        assert re.fullmatch(r"/r/\w{4}-\w{4}-\w{4}", sent.location)
        assert report.number in sent.location.replace("-", "")
        assert (report.tile, report.danger, report.notice_version) == ("broken", False, "2026-01")
        assert (report.area_code, report.place_name) == (GRID, "老街菜场东门")

    def test_a_text_report_takes_eight_statements_at_most(
        self, client: FlaskClient, token: str, statements: list[str]
    ) -> None:
        statements.clear()

        client.post(f"/S/{token}", data={"submission_key": KEY, "words": "灯", "phone": PHONE})

        assert 1 <= len(statements) <= 8, statements

    def test_the_script_is_told_where_files_go(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        sent = client.post(
            f"/S/{token}", data={"submission_key": KEY, "words": "", "files": "2"}, headers=JSON
        )

        assert sent.status_code == 201
        assert set(sent.json or {}) == {"number", "url", "upload"}
        assert reports(session)[0].files_expected == 2

    def test_a_double_tap_is_one_report_and_other_words_are_another(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        said = {"submission_key": KEY, "words": "灯不亮"}

        first, again, other = (
            client.post(f"/S/{token}", data=data).location
            for data in (said, said, {**said, "words": "井盖没了"})
        )

        assert first == again != other
        assert [row.words for row in reports(session)] == ["灯不亮", "井盖没了"]

    def test_nothing_said_is_asked_again_and_nothing_is_lost(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        sent = client.post(
            f"/S/{token}",
            data={
                "submission_key": KEY,
                "words": " \n ",
                "phone": PHONE,
                "caller_name": "李阿姨",
                "tile": "dirty",
            },
        )

        assert sent.status_code == 422
        assert "请说一段话" in sent.text
        assert field(sent.text, "submission_key") == KEY
        assert PHONE in sent.text
        assert "李阿姨" in sent.text
        assert re.search(r'value="dirty" checked', sent.text)
        assert reports(session) == []

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ({"words": ""}, "words"),
            ({"words": "灯" * 2001}, "words"),
            ({"words": "灯", "phone": "12345"}, "phone"),
            ({"words": "灯", "caller_name": "李" * 21}, "caller_name"),
            ({"words": "灯", "where": "桥" * 81, "at": "elsewhere"}, "where"),
        ],
    )
    def test_the_script_is_told_which_field_is_wrong(
        self, client: FlaskClient, session: Session, token: str, data: dict[str, str], name: str
    ) -> None:
        sent = client.post(f"/S/{token}", data={"submission_key": KEY, **data}, headers=JSON)

        assert sent.status_code == 422
        assert sent.json is not None
        assert set(sent.json["errors"]) == {name}
        assert sent.json["message"]
        assert reports(session) == []

    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            ("灯\x00不亮", "灯不亮"),
            ("\u202e不亮灯\u202c 😀👨‍👩‍👧", "不亮灯 😀👨‍👩‍👧"),
            ("مرحبا", "مرحبا"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("灯" * 2000, "灯" * 2000),
        ],
    )
    def test_odd_writing_is_kept_as_writing(
        self, client: FlaskClient, session: Session, token: str, words: str, kept: str
    ) -> None:
        sent = client.post(f"/S/{token}", data={"submission_key": KEY, "words": words})

        page = client.get(sent.location)
        assert [row.words for row in reports(session)] == [kept]
        assert page.status_code == 200
        assert "<script>alert" not in page.text

    def test_ten_megabytes_of_text_are_refused_in_a_sentence(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        ten = b"x" * 10_000_000
        part = b'--b\r\nContent-Disposition: form-data; name="words"\r\n\r\n'
        bodies = {
            "application/x-www-form-urlencoded": b"words=" + ten,
            "multipart/form-data; boundary=b": part + ten + b"\r\n--b--\r\n",
        }

        for kind, body in bodies.items():
            plain = client.post(f"/S/{token}", data=body, content_type=kind)
            script = client.post(f"/S/{token}", data=body, content_type=kind, headers=JSON)

            assert plain.status_code in {413, 422}
            assert "太大了" in plain.text
            assert script.status_code == plain.status_code
            assert "太大了" in (script.json or {})["message"]

        assert reports(session) == []

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    )
    def test_another_site_cannot_send_it(
        self, client: FlaskClient, session: Session, token: str, headers: dict[str, str]
    ) -> None:
        sent = client.post(
            f"/S/{token}", data={"submission_key": KEY, "words": "灯"}, headers=headers
        )

        assert sent.status_code == 403
        assert "灯" in sent.text
        assert reports(session) == []

    @pytest.mark.parametrize("key", ["", "x" * 5000, "\x00", "平安" * 90])
    def test_an_odd_key_costs_nobody_their_words(
        self, client: FlaskClient, session: Session, token: str, key: str
    ) -> None:
        sent = client.post(f"/S/{token}", data={"submission_key": key, "words": "灯"})

        assert sent.status_code == 303
        assert len(reports(session)) == 1

    def test_an_old_draft_names_the_notice_it_was_written_under(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        client.post(f"/S/{token}", data={"submission_key": KEY, "words": "灯", "agreed": "2019-09"})

        assert reports(session)[0].notice_version == ""

    def test_english_is_written_down_as_english(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        page = client.get(f"/S/{token}?lang=en")
        sent = client.post(f"/S/{token}?lang=en", data={"submission_key": KEY, "words": "dark"})

        assert (page.status_code, sent.status_code) == (200, 303)
        assert reports(session)[0].lang == "en"
        assert client.get(f"{sent.location}?lang=en").status_code == 200

    def test_staff_who_report_are_written_down_as_staff(
        self,
        client: FlaskClient,
        session: Session,
        token: str,
        sign_in: Callable[[Actor], None],
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL)
        sign_in(worker)
        page = client.get(f"/S/{token}").text
        data = {"submission_key": KEY, "words": "灯", "csrf_token": field(page, "csrf_token")}

        sent = client.post(f"/S/{token}", data=data)

        [report] = reports(session)
        assert sent.status_code == 303
        assert (report.said_by, report.said_by_staff) == (worker.id, True)

    def test_a_stale_token_of_staff_keeps_the_words(
        self, client: FlaskClient, session: Session, token: str, sign_in: Callable[[Actor], None]
    ) -> None:
        sign_in(make_staff(session, Role.GRID_FULL))

        sent = client.post(
            f"/S/{token}", data={"submission_key": KEY, "words": "灯不亮", "csrf_token": "old"}
        )

        assert sent.status_code == 400
        assert "灯不亮" in sent.text


class TestFilesWithoutAScript:
    def test_they_come_with_the_words(
        self, client: FlaskClient, session: Session, token: str, disk: Disk
    ) -> None:
        data = {
            "submission_key": KEY,
            "words": "",
            "photos": [file(picture()), file(picture(width=99))],
            "voice": file(wav(), "v.wav"),
        }

        sent = client.post(f"/S/{token}", data=data, content_type="multipart/form-data")

        kinds = session.scalars(select(Attachment.kind).order_by(Attachment.id)).all()
        assert sent.status_code == 303
        assert sorted(kinds) == [Kind.PICTURE, Kind.PICTURE, Kind.SOUND]

    def test_a_browser_sends_an_empty_part_where_nothing_was_chosen(
        self, client: FlaskClient, session: Session, token: str, disk: Disk
    ) -> None:
        data = {"submission_key": KEY, "words": "", "photos": file(b"", "")}

        assert client.post(f"/S/{token}", data=data).status_code == 422
        assert reports(session) == []

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("photos", HTML),
            ("photos", b""),
            ("photos", picture()[:40]),
            ("photos", wav()),
            ("voice", picture()),
            ("voice", b"#!SILK_V3" + bytes(90)),
        ],
    )
    def test_a_bad_file_is_refused_and_the_words_are_kept(
        self,
        client: FlaskClient,
        session: Session,
        token: str,
        disk: Disk,
        name: str,
        content: bytes,
    ) -> None:
        data = {"submission_key": KEY, "words": "灯不亮", name: file(content)}

        sent = client.post(f"/S/{token}", data=data)

        card = {"photos": "photos", "voice": "words"}[name]
        assert sent.status_code == 422
        assert "灯不亮" in sent.text
        assert re.search(rf'id="e-{card}">[^<]', sent.text)
        assert reports(session) == []
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0

    def test_six_pictures_are_one_too_many(
        self, client: FlaskClient, session: Session, token: str, disk: Disk
    ) -> None:
        photos = [file(picture(width=90 + side)) for side in range(6)]

        sent = client.post(
            f"/S/{token}", data={"submission_key": KEY, "words": "灯", "photos": photos}
        )

        assert sent.status_code == 422
        assert reports(session) == []

    def test_a_full_disk_takes_the_words_and_says_so(
        self, client: FlaskClient, session: Session, token: str, disk: Disk
    ) -> None:
        disk.full = True

        sent = client.post(
            f"/S/{token}",
            data={"submission_key": KEY, "words": "灯不亮", "photos": file(picture())},
        )

        page = client.get(sent.location).text
        assert sent.status_code == 303
        assert "没能存下来" in page
        assert "灯不亮" in page


def test_a_database_that_is_away_is_a_page_that_keeps_the_words(tmp_path: Path) -> None:
    app: Flask = create_app(make_settings("sqlite:////nowhere/at/all.db", tmp_path))

    for path in ("/S/7K2M9XQ4AB3CD", f"/S/{UNKNOWN}"):
        sent = app.test_client().post(path, data={"words": "灯不亮", "submission_key": KEY})

        assert sent.status_code == 503
        assert "灯不亮" in sent.text


def test_the_next_village_is_offered_too(client: FlaskClient, session: Session) -> None:
    make_area(session, NEXT_VILLAGE)
    session.commit()

    assert NEXT_VILLAGE in client.get(f"/S/{UNKNOWN}").text
