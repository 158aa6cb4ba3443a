"""What happens to what is said at a printed code."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from kernel.access import Actor
from kernel.grants import Role
from tests.citizen.factories import PHONE
from tests.factories import (
    GRID,
    make_staff,
)

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
