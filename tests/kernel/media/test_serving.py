from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kernel import media
from kernel.media.models import Attachment, Kind
from kernel.work import transaction
from tests.kernel.conftest import Rows
from tests.kernel.media.conftest import Shelf, deliver_all
from tests.kernel.media.samples import PICTURES, SOUNDS


@pytest.fixture
def waiting(session: Session) -> Attachment:
    with transaction() as work:
        return media.receive(
            work, PICTURES["JPEG"], kind=Kind.PICTURE, key="../<script>", owner="o"
        )


@pytest.fixture
def picture(waiting: Attachment, session: Session, rows: Rows) -> Attachment:
    deliver_all(rows)
    session.refresh(waiting)
    return waiting


@pytest.fixture
def sound(session: Session, rows: Rows) -> Attachment:
    with transaction() as work:
        made = media.receive(work, SOUNDS["audio/mpeg"], kind=Kind.SOUND, key="s", owner="o")
    deliver_all(rows)
    session.refresh(made)
    return made


@pytest.fixture
def request_for_part(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Range": "bytes=100-199"}):
        yield


@pytest.fixture
def request_(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_a_picture_and_its_thumb_can_be_read(picture: Attachment) -> None:
    with media.read(picture) as (file, mime):
        large = file.read()
    with media.read(picture, thumb=True) as (file, _):
        small = file.read()

    assert mime == "image/jpeg"
    assert len(large) == picture.size
    assert large[:3] == small[:3] == b"\xff\xd8\xff"


@pytest.mark.usefixtures("request_")
def test_a_browser_is_told_what_it_is_and_to_try_nothing_else(picture: Attachment) -> None:
    response = media.respond(picture)

    assert response.status_code == 200
    assert response.mimetype == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Content-Disposition"] == f"inline; filename=picture-{picture.id}.jpg"
    assert set(response.headers["Cache-Control"].split(", ")) == {"private", "max-age=86400"}


@pytest.mark.usefixtures("request_")
def test_the_thumb_is_not_mistaken_for_the_picture(picture: Attachment) -> None:
    large, small = media.respond(picture), media.respond(picture, thumb=True)

    assert large.headers["ETag"] != small.headers["ETag"]
    assert large.content_length == picture.size


def test_what_the_browser_has_is_not_sent_again(app: Flask, picture: Attachment) -> None:
    with app.test_request_context():
        tag = media.respond(picture).headers["ETag"]

    with app.test_request_context(headers={"If-None-Match": tag}):
        assert media.respond(picture).status_code == 304


@pytest.mark.usefixtures("request_for_part")
def test_a_player_may_ask_for_a_part(sound: Attachment) -> None:
    response = media.respond(sound)

    assert response.status_code == 206
    assert response.mimetype == "audio/mpeg"
    assert response.headers["Content-Range"] == f"bytes 100-199/{sound.size}"
    response.direct_passthrough = False
    assert BytesIO(response.get_data()).getbuffer().nbytes == 100
    assert response.headers["Content-Disposition"] == f"inline; filename=voice-{sound.id}.mp3"


def test_what_waits_is_not_shown(waiting: Attachment) -> None:
    with pytest.raises(media.NotThere, match="稍后"), media.read(waiting):
        pytest.fail("showed an original")


def test_a_voice_note_has_no_thumb(sound: Attachment) -> None:
    with pytest.raises(media.NotThere), media.read(sound, thumb=True):
        pytest.fail("found a thumb")


def test_a_file_that_is_gone_is_not_there(picture: Attachment, shelf: Shelf) -> None:
    shelf.delete(str(picture.stored))

    with pytest.raises(media.NotThere, match="不在了"), media.read(picture):
        pytest.fail("read what is gone")


def test_a_store_that_is_away_is_said_to_be_away(picture: Attachment, shelf: Shelf) -> None:
    shelf.away = True

    with pytest.raises(media.MediaUnavailable), media.read(picture):
        pytest.fail("read from a store that is away")
