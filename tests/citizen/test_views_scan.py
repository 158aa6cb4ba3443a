"""What a printed code opens."""

import base64
import gzip
import re
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
from kernel.media import Attachment, Kind
from kernel.outbox import Delivery
from kernel.work import transaction
from qr import queries as qr_queries
from qr import service as qr
from qr.rules import CodeKind
from tests.citizen.conftest import Disk
from tests.citizen.factories import make_code
from tests.conftest import make_settings
from tests.factories import (
    GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_household,
)
from tests.kernel.media.samples import HTML, picture, wav

UNKNOWN = crockford.with_check("7K2M9XQ4AB3C")
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

    def test_an_old_label_says_that_there_is_a_new_one(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        code = qr_queries.find(session, token)
        assert code is not None
        code_id = code.id
        session.commit()
        with transaction() as work:
            qr.replace(work, code_id, reason="褪色", by=None)

        page = client.get(f"/S/{token}").text

        assert "换过新的" in page
        assert "老街菜场东门" in page

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
    @pytest.mark.parametrize("at", ["elsewhere", "here"])  # the page says the first
    def test_what_is_said_there_reaches_the_village_or_the_district(
        self, client: FlaskClient, session: Session, token: str, village: str, area: str, at: str
    ) -> None:
        said = {"words": "灯不亮", "village": village, "at": at, "where": "桥头"}
        sent = client.post(f"/S/{UNKNOWN}", data={"submission_key": KEY, **said})

        assert sent.status_code == 303
        assert [(row.area_code, row.code_id) for row in reports(session)] == [(area, None)]

    def test_without_any_area_it_says_so(self, client: FlaskClient, session: Session) -> None:
        sent = client.post(f"/S/{UNKNOWN}", data={"submission_key": KEY, "words": "灯不亮"})

        assert sent.status_code == 503
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
