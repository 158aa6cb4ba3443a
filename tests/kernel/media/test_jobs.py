from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import media
from kernel.media.jobs import drop_files, finish_attachment
from kernel.media.models import Attachment, Kind, State
from kernel.outbox import Errand, Queue, queue_of
from kernel.work import transaction
from tests.kernel.conftest import Rows
from tests.kernel.media import samples
from tests.kernel.media.conftest import Shelf, deliver_all
from tests.kernel.media.samples import HTML, PICTURES, drawing, encoded, located

Take = Callable[..., int]


@pytest.fixture
def take(session: Session) -> Take:
    def take(content: bytes, kind: Kind = Kind.PICTURE) -> int:
        with transaction() as work:
            return media.receive(work, content, kind=kind, key="k", owner="o").id

    return take


@pytest.fixture
def attachment(session: Session) -> Callable[[], Attachment]:
    """Return a look at the one attachment, always fresh."""

    def look() -> Attachment:
        session.expire_all()
        return session.scalars(select(Attachment)).one()

    return look


def errand(attachment_id: int, incoming: str) -> Errand:
    """Return what one worker is about to do, after its first transaction."""
    with transaction() as work:
        found = finish_attachment(work, attachment_id=attachment_id, incoming=incoming)
    assert found is not None
    return found


def finish(found: Errand, answer: object) -> None:
    with transaction() as work:
        found.after(work, answer)


def stored(shelf: Shelf, name: str | None) -> bytes:
    assert name is not None
    return (shelf.folder / name).read_bytes()


Look = Callable[[], Attachment]


def test_a_picture_is_remade_and_the_original_destroyed(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    take(encoded(drawing(3000, 1500), "JPEG", exif=located(6)))

    deliver_all(rows)

    done = attachment()
    assert (done.state, done.mime) == (State.READY, "image/jpeg")
    assert (done.width, done.height) == (1024, 2048)
    assert shelf.names() == {done.stored, done.thumb}
    assert done.size == len(stored(shelf, done.stored))
    assert Image.open(BytesIO(stored(shelf, done.thumb))).size == (240, 480)
    assert all(b"SECRET" not in stored(shelf, name) for name in shelf.names())


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_picture_ends_as_jpeg(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf, name: str
) -> None:
    take(PICTURES[name] + HTML)

    deliver_all(rows)

    assert attachment().mime == "image/jpeg"
    assert stored(shelf, attachment().stored)[:3] == b"\xff\xd8\xff"
    assert HTML not in stored(shelf, attachment().stored)


def test_a_voice_note_keeps_its_kind_and_loses_its_place(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    take(samples.mp4(5), Kind.SOUND)

    deliver_all(rows)

    done = attachment()
    assert (done.state, done.mime, done.seconds) == (State.READY, "audio/mp4", 5)
    assert shelf.names() == {done.stored}
    assert b"SECRETPLACE" not in stored(shelf, done.stored)


def test_what_cannot_be_opened_is_refused_in_words(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    whole = encoded(Image.effect_noise((640, 480), 90), "JPEG")
    take(whole[: len(whole) // 2])

    deliver_all(rows)

    refused = attachment()
    assert refused.state is State.REFUSED
    assert refused.refused_why == "这张照片打不开，可能没有传完整，请重新选一张。"
    assert refused.stored is None
    assert shelf.names() == set()


def test_the_same_broken_file_sent_again_is_the_same_refusal(
    take: Take, attachment: Look, rows: Rows
) -> None:
    broken = PICTURES["JPEG"][:-300]
    first = take(broken)
    deliver_all(rows)

    assert take(broken) == first
    assert attachment().state is State.REFUSED


def test_a_store_that_is_away_is_tried_again(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    take(PICTURES["JPEG"])
    shelf.away = True
    deliver_all(rows)
    assert attachment().state is State.WAITING
    assert rows.one().error is not None

    shelf.away = False
    deliver_all(rows)

    assert attachment().state is State.READY


def test_a_disk_that_fills_up_half_way_is_tried_again(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    take(PICTURES["JPEG"])
    shelf.full = True
    deliver_all(rows)
    shelf.full = False

    deliver_all(rows)

    assert shelf.names() == {attachment().stored, attachment().thumb}


def test_a_second_run_changes_nothing(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    number = take(PICTURES["JPEG"])
    incoming = str(attachment().stored)
    deliver_all(rows)
    names = shelf.names()

    with transaction() as work:
        again = finish_attachment(work, attachment_id=number, incoming=incoming)

    assert again is None
    assert shelf.names() == names


def test_two_workers_who_finish_at_once_write_the_same_files(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    number = take(PICTURES["JPEG"])
    incoming = str(attachment().stored)
    one, other = errand(number, incoming), errand(number, incoming)

    answers = one.run("1"), other.run("1")
    finish(one, answers[0])
    finish(other, answers[1])
    deliver_all(rows)

    done = attachment()
    assert done.state is State.READY
    assert shelf.names() == {done.stored, done.thumb}
    assert len(rows.all()) == 2


def test_a_worker_killed_before_it_wrote_down_what_it_did_leaves_nothing(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf
) -> None:
    number = take(PICTURES["JPEG"])
    errand(number, str(attachment().stored)).run("1")
    assert len(shelf.names()) == 3

    deliver_all(rows)

    assert shelf.names() == {attachment().stored, attachment().thumb}


@pytest.mark.parametrize("wrote_it_down", [True, False])
def test_what_is_forgotten_while_a_worker_has_it_open_is_gone(
    take: Take, attachment: Look, rows: Rows, shelf: Shelf, *, wrote_it_down: bool
) -> None:
    number = take(PICTURES["JPEG"])
    found = errand(number, str(attachment().stored))
    with transaction() as work:
        media.forget(work, "o")

    answer = found.run("1")
    if wrote_it_down:
        finish(found, answer)
    deliver_all(rows)

    assert shelf.names() == set()


def test_files_are_dropped_once_or_twice_alike(rows: Rows, shelf: Shelf) -> None:
    shelf.put("pictures/a", b"1")
    shelf.put("pictures/b", b"2")
    with transaction() as work:
        for _ in range(2):
            work.later(drop_files, names="pictures/a\npictures/b")

    deliver_all(rows)

    assert shelf.names() == set()
    assert [row.error for row in rows.all()] == [None, None]


def test_opening_a_picture_never_stands_before_a_report() -> None:
    assert queue_of(finish_attachment) is Queue.BULK
    assert queue_of(drop_files) is Queue.BULK
