from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import media
from kernel.delivery import deliver
from kernel.errors import Refusal, TooLarge, Unavailable
from kernel.media.models import Attachment, Kind, State
from kernel.media.service import Readable
from kernel.work import Parts, Work, transaction
from tests.fakes import NOON
from tests.kernel.conftest import Rows
from tests.kernel.media.conftest import Shelf, deliver_all
from tests.kernel.media.samples import PICTURES, SOUNDS, STRANGERS

OWNER = "citizen.report:12"
JPEG = PICTURES["JPEG"]


def take(
    work: Work,
    content: bytes | Readable = JPEG,
    *,
    kind: Kind = Kind.PICTURE,
    key: str = "k1",
    owner: str = OWNER,
) -> Attachment:
    return media.receive(work, content, kind=kind, key=key, owner=owner, said_at=NOON)


def how_many(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Attachment)) or 0


@dataclass
class Endless:
    """An upload that never ends."""

    start: bytes = JPEG[:4]
    given: int = 0

    def read(self, size: int, /) -> bytes:
        piece = (self.start if not self.given else b"").ljust(size, b"\xff")[:size]
        self.given += len(piece)
        return piece


class Overtaken(Shelf):
    """A store that is slow: while it writes, another request takes the same file."""

    def __init__(self, folder: Path, overtake: Callable[[], None]) -> None:
        super().__init__(folder)
        self.overtake: Callable[[], None] | None = overtake

    def put(self, name: str, content: bytes) -> None:
        super().put(name, content)
        if self.overtake:
            self.overtake()


class TestTaking:
    def test_a_picture_waits_for_the_worker(self, work: Work, shelf: Shelf) -> None:
        attachment = take(work)

        assert attachment.state is State.WAITING
        assert not attachment.is_ready
        assert (attachment.mime, attachment.size) == ("image/jpeg", len(JPEG))
        assert (attachment.width, attachment.height, attachment.seconds) == (320, 200, None)
        assert (attachment.owner, attachment.said_at, attachment.received_at) == (
            *(OWNER, NOON, NOON),
        )
        assert shelf.names() == {attachment.stored}

    def test_a_voice_note_has_a_length(self, work: Work) -> None:
        attachment = take(work, SOUNDS["audio/webm"], kind=Kind.SOUND)

        assert (attachment.mime, attachment.seconds, attachment.width) == ("audio/webm", 3, None)

    def test_a_stream_is_as_good_as_bytes(self, work: Work) -> None:
        one = take(work, BytesIO(JPEG))

        assert take(work, JPEG) is one

    def test_the_worker_is_told_after_the_commit(self, rows: Rows) -> None:
        with transaction() as work:
            attachment = take(work)
            expected = {"attachment_id": attachment.id, "incoming": attachment.stored}

        assert rows.one().handler == "kernel.media.jobs.finish_attachment"
        assert rows.one().payload == expected

    def test_the_name_in_the_store_is_ours(self, work: Work, shelf: Shelf) -> None:
        take(work, key="../../../etc/passwd")

        (name,) = shelf.names()
        assert name.startswith("incoming/token-")


class TestTwice:
    def test_the_same_key_and_content_is_the_same_attachment(
        self, work: Work, shelf: Shelf
    ) -> None:
        assert take(work).id == take(work).id
        assert how_many(work.session) == 1
        assert len(shelf.names()) == 1
        assert len(work.outbox) == 1

    def test_another_content_is_a_conflict(self, work: Work) -> None:
        take(work)

        with pytest.raises(media.OtherContent):
            take(work, PICTURES["PNG"])

    def test_somebody_elses_key_is_a_conflict(self, work: Work) -> None:
        take(work)

        with pytest.raises(media.OtherContent):
            take(work, owner="citizen.report:13")

    def test_another_kind_is_a_conflict(self, work: Work) -> None:
        take(work)

        with pytest.raises(media.OtherContent):
            take(work, kind=Kind.SOUND)

    def test_whoever_comes_second_at_the_same_moment_gets_the_firsts(
        self, house: Parts, app: Flask, shelf: Shelf, rows: Rows
    ) -> None:
        def overtake() -> None:
            late.overtake = None
            first.append(take(work).id)

        first: list[int] = []
        late = Overtaken(shelf.folder, overtake)
        app.extensions["parts"] = replace(house, store=late)
        with transaction() as work:
            second = take(work).id

        assert [second] == first
        assert [row.handler.rpartition(".")[2] for row in rows.all()] == [
            *("finish_attachment", "drop_files")
        ]
        deliver(rows.all()[1].id)
        assert len(shelf.names()) == 1


class TestRefusing:
    @pytest.mark.parametrize(
        ("kind", "most"), [(Kind.PICTURE, 15_000_000), (Kind.SOUND, 5_000_000)]
    )
    def test_no_more_is_read_than_is_taken(self, work: Work, kind: Kind, most: int) -> None:
        endless = Endless()

        with pytest.raises(media.TooBig, match="MB") as refusal:
            take(work, endless, kind=kind)

        assert isinstance(refusal.value, TooLarge)
        assert endless.given == most + 1

    def test_bytes_that_are_too_many_are_refused(self, work: Work) -> None:
        with pytest.raises(media.TooBig):
            take(work, JPEG + bytes(15_000_000))

    def test_the_largest_picture_is_taken(self, work: Work) -> None:
        assert take(work, JPEG.ljust(15_000_000, b"\0")).size == 15_000_000

    @pytest.mark.parametrize("kind", list(Kind))
    def test_an_empty_file_is_refused(self, work: Work, kind: Kind) -> None:
        with pytest.raises(media.Damaged, match="空的"):
            take(work, BytesIO(), kind=kind)

    @pytest.mark.parametrize("name", STRANGERS)
    def test_what_is_neither_leaves_nothing_behind(
        self, work: Work, shelf: Shelf, name: str
    ) -> None:
        for kind in Kind:
            with pytest.raises(media.MediaRefused):
                take(work, STRANGERS[name], kind=kind)

        assert how_many(work.session) == 0
        assert shelf.names() == set()
        assert work.outbox == []

    def test_a_picture_is_no_voice_note_and_a_voice_note_no_picture(self, work: Work) -> None:
        with pytest.raises(media.NotASound):
            take(work, JPEG, kind=Kind.SOUND)
        with pytest.raises(media.NotAPicture):
            take(work, SOUNDS["audio/wav"])

    @pytest.mark.parametrize("key", ["", "k" * 121, "k\0", "k\n"])
    def test_a_key_that_cannot_be_ours_is_refused(self, work: Work, key: str) -> None:
        with pytest.raises(media.BadKey):
            take(work, key=key)

    @pytest.mark.parametrize("owner", ["", "o" * 65])
    def test_an_owner_that_cannot_be_is_a_mistake_in_the_program(
        self, work: Work, owner: str
    ) -> None:
        with pytest.raises(ValueError, match="owner"):
            take(work, owner=owner)

    def test_there_may_be_five_pictures_and_one_voice_note(self) -> None:
        media.check_count(Kind.PICTURE, 5)
        media.check_count(Kind.SOUND, 1)
        media.check_count(Kind.PICTURE, 9, most=9)

        with pytest.raises(media.TooManyFiles, match="5 张"):
            media.check_count(Kind.PICTURE, 6)
        with pytest.raises(media.TooManyFiles, match="2 段"):
            media.check_count(Kind.SOUND, 3, most=2)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(content=st.binary(max_size=100), kind=st.sampled_from(Kind))
    def test_random_bytes_get_a_sentence(self, work: Work, content: bytes, kind: Kind) -> None:
        with pytest.raises(media.MediaRefused, match=r"。$"):
            take(work, content, kind=kind)


class TestWhenTheStoreFails:
    def test_the_words_can_still_be_taken(self, work: Work, shelf: Shelf) -> None:
        shelf.full = True

        with pytest.raises(media.MediaUnavailable, match="文字") as refusal:
            take(work)

        assert isinstance(refusal.value, Unavailable)
        assert how_many(work.session) == 0
        assert work.outbox == []

    def test_the_same_file_can_be_sent_again_later(self, work: Work, shelf: Shelf) -> None:
        shelf.full = True
        with pytest.raises(media.MediaUnavailable):
            take(work)
        shelf.full = False

        assert take(work).state is State.WAITING


class TestWhenTheTransactionComesToNothing:
    def test_the_original_does_not_stay_behind(self, session: Session, shelf: Shelf) -> None:
        def break_off(work: Work) -> None:
            take(work)
            assert shelf.names()
            raise Refusal("否")

        with pytest.raises(Refusal, match="否"), transaction() as work:
            break_off(work)

        assert shelf.names() == set()

    def test_a_store_that_is_away_hides_nothing_worse(self, session: Session, shelf: Shelf) -> None:
        def break_off(work: Work) -> None:
            take(work)
            shelf.away = True
            raise Refusal("否")

        with pytest.raises(Refusal, match="否"), transaction() as work:
            break_off(work)

    def test_what_was_committed_stays_whatever_happens_later(
        self, session: Session, shelf: Shelf
    ) -> None:
        with transaction() as work:
            kept = take(work).stored
        session.rollback()

        assert shelf.names() == {kept}

    def test_a_savepoint_that_is_given_up_takes_no_other_file_with_it(
        self, session: Session, shelf: Shelf
    ) -> None:
        with transaction() as work:
            kept = take(work).stored
            work.session.begin_nested().rollback()
            with work.session.begin_nested():
                take(work, PICTURES["PNG"], key="k2")

        assert kept in shelf.names()
        assert len(shelf.names()) == 2


class TestForgetting:
    def test_rows_and_files_of_one_owner_go(
        self, session: Session, shelf: Shelf, rows: Rows
    ) -> None:
        with transaction() as work:
            take(work)
            take(work, SOUNDS["audio/amr"], kind=Kind.SOUND, key="k2")
            other = str(take(work, key="k3", owner="citizen.report:13").stored).rpartition("/")[2]
        deliver_all(rows)

        with transaction() as work:
            count = media.forget(work, OWNER)

        assert count == 2
        assert how_many(session) == 1
        deliver_all(rows)
        assert {name.rpartition("/")[2].partition(".")[0] for name in shelf.names()} == {other}

    def test_before_the_commit_nothing_is_lost(self, session: Session, shelf: Shelf) -> None:
        def break_off(work: Work) -> None:
            media.forget(work, OWNER)
            raise Refusal("否")

        with transaction() as work:
            kept = take(work).stored
        with pytest.raises(Refusal, match="否"), transaction() as work:
            break_off(work)

        assert how_many(session) == 1
        assert shelf.names() == {kept}

    def test_what_a_job_still_had_to_open_is_gone_when_it_comes(
        self, session: Session, shelf: Shelf, rows: Rows
    ) -> None:
        with transaction() as work:
            take(work)
        with transaction() as work:
            media.forget(work, OWNER)

        deliver_all(rows)

        assert shelf.names() == set()
        assert [row.error for row in rows.all()] == [None] * 3

    def test_what_was_refused_has_no_file_left_to_forget(
        self, session: Session, rows: Rows
    ) -> None:
        with transaction() as work:
            take(work, JPEG[:-300])
        deliver_all(rows)
        before = len(rows.all())

        with transaction() as work:
            assert media.forget(work, OWNER) == 1

        assert how_many(session) == 0
        assert len(rows.all()) == before

    def test_an_owner_of_nothing_has_nothing_to_forget(self, work: Work) -> None:
        assert media.forget(work, "nobody") == 0
        assert work.outbox == []
