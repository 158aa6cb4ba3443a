import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.media import sounds
from kernel.media.errors import Damaged, MediaRefused, NotASound, TooLong
from tests.kernel.media import samples
from tests.kernel.media.samples import HTML, PICTURES, SOUNDS, STRANGERS

LENGTHS = {
    "audio/wav": 1.0,
    "audio/amr": 1.0,
    "audio/amr-wb": 1.0,
    "audio/aac": 3.2,
    "audio/mpeg": 1.3,
    "audio/ogg": 1.0,
    "audio/webm": 3.0,
    "audio/mp4": 3.0,
    "audio/3gpp": 3.0,
}
TOO_LONG = {
    "wav": samples.wav(63),
    "amr": samples.amr(63 * 50),
    "amr-wb": samples.amr_wb(63 * 50),
    "aac": samples.aac(985),
    "mp3": samples.mp3(2450),
    "ogg": samples.ogg(63),
    "webm": samples.webm(63),
    "mp4": samples.mp4(63),
    "fragments": samples.mp4(fragments=63),
}


@pytest.mark.parametrize("mime", SOUNDS)
def test_every_kind_is_measured(mime: str) -> None:
    found, seconds = sounds.measure(SOUNDS[mime])

    assert found == mime
    assert seconds == pytest.approx(LENGTHS[mime], abs=0.05)


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_minute_is_enough_in_every_kind(name: str) -> None:
    with pytest.raises(TooLong, match="60 秒"):
        sounds.measure(TOO_LONG[name])


def test_a_recorder_may_stop_a_little_late() -> None:
    assert sounds.measure(samples.wav(62))[1] == 62
    with pytest.raises(TooLong):
        sounds.measure(samples.wav(62.1))


def test_a_wav_that_promises_hours_is_as_long_as_what_is_there() -> None:
    content = bytearray(samples.wav(1))
    content[40:44] = struct.pack("<I", 0xFFFF_FF00)

    _, seconds = sounds.measure(bytes(content))
    cleaned = sounds.clean(bytes(content))

    assert seconds == 1
    assert cleaned == samples.wav(1)


def test_a_wav_whose_recorder_did_not_know_the_length_is_measured() -> None:
    content = bytearray(samples.wav(2))
    content[40:44] = bytes(4)

    assert sounds.measure(bytes(content))[1] == 2


def test_bare_aac_ends_where_its_frames_end() -> None:
    for tail in (HTML, b"\xff\xf1\x40\x40\x00\x00\xfc"):
        assert sounds.measure(samples.aac() + tail)[1] == 3.2


@pytest.mark.parametrize("name", STRANGERS | PICTURES)
def test_what_is_no_recording_is_refused(name: str) -> None:
    with pytest.raises(NotASound, match="不是语音"):
        sounds.measure((STRANGERS | PICTURES)[name])


def test_silk_gets_a_sentence_of_its_own() -> None:
    with pytest.raises(NotASound, match="SILK"):
        sounds.measure(b"\x02#!SILK_V3" + bytes(100))


@pytest.mark.parametrize("start", [b"#!AMR\n", b"#!AMR-WB\n", b"\xff\xf1" + bytes(9)])
def test_a_recording_of_nothing_is_refused(start: bytes) -> None:
    with pytest.raises(Damaged, match="空的"):
        sounds.measure(start)


@pytest.mark.parametrize(
    "content",
    [b"#!AMR\n\x48", b"\x1a\x45\xdf\xa3", b"OggS", b"ID3", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x08ftyp"],
)
def test_a_start_and_nothing_behind_it_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        sounds.measure(content)


def test_moving_pictures_keep_their_own_sentence() -> None:
    with pytest.raises(NotASound, match="视频"):
        sounds.measure(samples.webm(kind=1))


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (samples.with_id3(samples.mp3()), b"SECRETNAME"),
        (samples.ogg(), b"SECRETNAME"),
        (samples.mp4(), b"SECRETPLACE"),
        (samples.wav() + b"LIST\x06\0\0\0SECRET", b"SECRET"),
        (samples.wav() + HTML, HTML),
    ],
)
def test_what_it_tells_about_the_sender_is_taken_out(content: bytes, secret: bytes) -> None:
    cleaned = sounds.clean(content)

    assert secret in content
    assert secret not in cleaned
    assert sounds.measure(cleaned) == sounds.measure(content)


@pytest.mark.parametrize("mime", ["audio/amr", "audio/amr-wb", "audio/aac", "audio/webm"])
def test_where_there_is_nothing_to_take_out_nothing_changes(mime: str) -> None:
    assert sounds.clean(SOUNDS[mime]) == SOUNDS[mime]


def test_what_cannot_be_cleaned_is_refused() -> None:
    with pytest.raises(Damaged):
        sounds.clean(b"RIFF\0\0\0\0WAVE")


@pytest.mark.parametrize("mime", SOUNDS)
def test_cut_off_anywhere_it_is_shorter_or_refused(mime: str) -> None:
    whole = SOUNDS[mime]
    for cut in range(0, len(whole), max(1, len(whole) // 150)):
        try:
            _, seconds = sounds.measure(whole[:cut])
        except MediaRefused:
            continue
        assert 0 < seconds <= LENGTHS[mime] + 0.05


@given(start=st.sampled_from(sorted(SOUNDS.values())), rest=st.binary(max_size=300))
def test_nonsense_behind_a_good_start_is_never_more_than_a_refusal(
    start: bytes, rest: bytes
) -> None:
    try_everything(start[:12] + rest)


@given(
    content=st.sampled_from(sorted(SOUNDS.values())),
    at=st.integers(0, 400),
    byte=st.integers(0, 255),
)
def test_one_wrong_byte_is_never_more_than_a_refusal(content: bytes, at: int, byte: int) -> None:
    at %= len(content)
    try_everything(content[:at] + bytes([byte]) + content[at + 1 :])


@given(st.binary(max_size=200))
def test_random_bytes_are_never_more_than_a_refusal(content: bytes) -> None:
    try_everything(content)


def try_everything(content: bytes) -> None:
    for step in (sounds.measure, sounds.clean):
        with suppress(MediaRefused):
            step(content)
