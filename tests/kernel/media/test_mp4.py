import struct

import pytest

from kernel.media import mp4
from kernel.media.errors import NotASound
from tests.kernel.media import samples
from tests.kernel.media.samples import box


def test_the_header_says_how_long_it_is() -> None:
    assert mp4.seconds(samples.mp4(12.5)) == 12.5


@pytest.mark.parametrize("timed_samples", [False, True])
def test_a_live_recording_is_as_long_as_its_fragments(*, timed_samples: bool) -> None:
    content = samples.mp4(fragments=7, timed_samples=timed_samples)

    assert mp4.seconds(content) == 7


def test_a_fragment_may_have_a_usual_length_of_its_own() -> None:
    head = box(b"tfhd", struct.pack(">IIQII", 0x0B, 1, 0, 1, 100))
    part = box(b"moof", box(b"traf", head, box(b"trun", struct.pack(">II", 0, 5))))

    assert mp4.seconds(samples.mp4(fragments=1) + part) == 1.5


def test_another_tracks_fragments_do_not_count() -> None:
    other = box(b"moof", box(b"traf", box(b"tfhd", struct.pack(">II", 0, 2))))

    assert mp4.seconds(samples.mp4(fragments=2) + other) == 2


def test_a_long_header_is_read_too() -> None:
    short = samples.mp4(3)
    track = box(
        b"trak",
        box(b"tkhd", b"\1\0\0\0" + struct.pack(">QQII", 0, 0, 1, 0)),
        box(
            b"mdia",
            box(b"mdhd", b"\1\0\0\0" + struct.pack(">QQIQI", 0, 0, 1000, 9000, 0)),
            box(b"hdlr", struct.pack(">II4s", 0, 0, b"soun")),
        ),
    )

    assert mp4.seconds(short[:20] + box(b"moov", track)) == 9


def test_an_unknown_length_is_not_four_billion_ticks() -> None:
    content = samples.mp4(3).replace(
        struct.pack(">II", 1000, 3000), struct.pack(">II", 1000, 0xFFFF_FFFF)
    )

    with pytest.raises(ValueError, match="no sound"):
        mp4.seconds(content)


def test_a_clock_that_stands_still_is_nonsense() -> None:
    content = samples.mp4(3).replace(struct.pack(">II", 1000, 3000), struct.pack(">II", 0, 3000))

    with pytest.raises(ValueError, match="scale"):
        mp4.seconds(content)


def test_moving_pictures_are_no_voice_note() -> None:
    with pytest.raises(NotASound, match="视频"):
        mp4.seconds(samples.mp4(handler=b"vide"))


def test_a_file_of_subtitles_has_no_sound() -> None:
    with pytest.raises(ValueError, match="no sound"):
        mp4.seconds(samples.mp4(handler=b"text"))


def test_a_track_without_its_boxes_is_nonsense() -> None:
    with pytest.raises(ValueError, match="missing"):
        mp4.seconds(box(b"moov", box(b"trak")))


def test_the_place_is_gone_and_nothing_has_moved() -> None:
    before = samples.mp4(fragments=3)

    after = mp4.without_metadata(before)

    assert b"SECRETPLACE" in before
    assert b"SECRETPLACE" not in after
    assert len(after) == len(before)
    assert mp4.seconds(after) == 3


def test_metadata_is_found_wherever_it_hides() -> None:
    secret = box(b"uuid", b"SECRET")
    hidden = box(b"moov", secret, box(b"trak", secret)) + box(b"moof", box(b"traf", secret))

    assert b"SECRET" not in mp4.without_metadata(secret + hidden)
