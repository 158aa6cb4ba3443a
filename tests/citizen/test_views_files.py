"""Files follow a report, and only whoever may see all of it sees them."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from kernel import crockford
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from kernel.work import transaction
from tests.citizen.conftest import Disk
from tests.citizen.factories import (
    deliver_all,
    make_case,
    make_report,
)
from tests.kernel.media.samples import HTML, picture, wav

FORGED = crockford.with_check("7K3M9QTX42H")


def url(report: Report, *, secret: bool = True, path: str = "") -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


def file(content: bytes, name: str = "1.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def upload(content: bytes, key: str = "1", kind: str = "photo") -> dict[str, object]:
    return {"key": key, "kind": kind, "file": file(content)}


class TestFiles:
    def test_a_file_sent_twice_is_answered_the_same(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, files=1)
        session.commit()

        first = client.post(url(report, path="/files"), data=upload(picture()))
        again = client.post(url(report, path="/files"), data=upload(picture()))

        assert first.status_code == again.status_code == 201
        assert first.json == again.json
        assert len(session.scalars(select(Attachment)).all()) == 1

    @pytest.mark.parametrize("way", ["field", "header", "cookie"])
    def test_the_secret_may_come_in_any_way(
        self, client: FlaskClient, session: Session, disk: Disk, way: str
    ) -> None:
        report = make_report(session)
        session.commit()
        secret = service.secret_of(report.number)
        data, headers = upload(picture()), {}
        if way == "field":
            data["k"] = secret
        elif way == "header":
            headers["X-Receipt-Secret"] = secret
        else:
            client.get(url(report))

        sent = client.post(url(report, secret=False, path="/files"), data=data, headers=headers)

        assert sent.status_code == 201

    def test_without_it_no_file_is_taken(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session)
        session.commit()

        sent = client.post(url(report, secret=False, path="/files"), data=upload(picture()))

        assert sent.status_code == 404
        assert session.scalars(select(Attachment)).all() == []

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"key": "1", "kind": "photo"},
            {"key": "1", "kind": "exe", "file": (BytesIO(b"x"), "1")},
            {"key": "1", "kind": "photo", "file": (BytesIO(HTML), "1.jpg")},
            {"key": "\x00" * 9, "kind": "photo", "file": (BytesIO(picture()), "1.jpg")},
            {"key": "k" * 500, "kind": "photo", "file": (BytesIO(picture()), "1.jpg")},
            {"key": "1", "kind": "voice", "file": (BytesIO(HTML), "1.m4a")},
        ],
    )
    def test_what_is_no_file_is_refused_for_good_in_words(
        self, client: FlaskClient, session: Session, disk: Disk, data: dict[str, object]
    ) -> None:
        report = make_report(session, files=2)
        session.commit()

        sent = client.post(
            url(report, path="/files"), data=data, headers={"Accept": "application/json"}
        )

        assert 400 <= sent.status_code < 500
        assert (sent.json or {})["message"]

    def test_a_file_that_was_refused_is_not_waited_for(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session, files=1)
        session.commit()
        assert "还有 1 个" in client.get(url(report)).text

        client.post(url(report, path="/files"), data=upload(HTML))

        session.expire_all()
        assert "还有 1 个" not in client.get(url(report)).text

    def test_a_full_disk_asks_the_phone_to_try_again(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session, files=1)
        session.commit()
        disk.full = True

        full = client.post(url(report, path="/files"), data=upload(picture()))
        disk.full = False
        then = client.post(url(report, path="/files"), data=upload(picture()))

        assert (full.status_code, then.status_code) == (503, 201)

    def test_pictures_and_voice_are_shown_once_they_are_ready(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, files=2)
        session.commit()
        client.post(url(report, path="/files"), data=upload(picture()))
        client.post(url(report, path="/files"), data=upload(wav(), "2", "voice"))
        assert "/media/" not in client.get(url(report)).text
        deliver_all(session)

        page = client.get(url(report)).text

        links = re.findall(r'(?:src|href)="(/media/[^"]*)"', page)
        assert len(links) >= 3
        assert "<audio" in page
        for link in links:
            shown = client.get(link.replace("&amp;", "&"))
            assert (shown.status_code, bool(shown.data)) == (200, True)
            assert shown.mimetype in {"image/jpeg", "audio/wav", "audio/x-wav"}


class TestMedia:
    def test_only_the_receipt_it_belongs_to_opens_it(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        mine, other = make_report(session), make_report(session)
        session.commit()
        with transaction() as work:
            kept = service.keep(work, other.id, picture(), kind=Kind.PICTURE, key="1").id
        deliver_all(session)
        assert session.get_one(Attachment, kept, populate_existing=True).state is MediaState.READY
        client.get(url(mine))

        for number in (mine.number, other.number, FORGED, ""):
            assert client.get(f"/media/{kept}?r={number}").status_code == 404
        client.get(url(other))
        assert client.get(f"/media/{kept}?r={other.number}").status_code == 200
        assert client.get(f"/media/{kept}?r={mine.number}").status_code == 404
        assert client.get(f"/media/999?r={mine.number}").status_code == 404
        assert client.get(f"/media/{kept}?r={other.number}&s=thumb").status_code == 200
