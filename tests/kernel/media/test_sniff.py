import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.media.sniff import PictureFormat, SoundFormat, picture_format, sound_format
from tests.kernel.media.samples import PICTURES, SOUNDS, STRANGERS


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_known_by_what_is_in_it(name: str) -> None:
    assert picture_format(PICTURES[name]) is PictureFormat(name)
    assert sound_format(PICTURES[name]) is None


@pytest.mark.parametrize("mime", SOUNDS)
def test_a_recording_is_known_by_what_is_in_it(mime: str) -> None:
    assert sound_format(SOUNDS[mime]) is SoundFormat(mime)
    assert picture_format(SOUNDS[mime]) is None


@pytest.mark.parametrize("name", STRANGERS)
def test_what_nobody_here_opens_is_unknown(name: str) -> None:
    assert picture_format(STRANGERS[name]) is None
    assert sound_format(STRANGERS[name]) is None


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1", b"hevc"])
def test_every_name_of_heif_is_known(brand: bytes) -> None:
    assert picture_format(b"\0\0\0\x18ftyp" + brand + bytes(12)) is PictureFormat.HEIF


def test_a_brand_in_second_place_counts() -> None:
    head = b"\0\0\0\x18ftypmif1\0\0\0\0avifmiaf"

    assert picture_format(head) is PictureFormat.AVIF


@pytest.mark.parametrize("start", [b"\x02#!SILK_V3", b"#!SILK_V3"])
def test_silk_is_known_so_that_it_can_be_refused_by_name(start: bytes) -> None:
    assert sound_format(start + bytes(20)) is SoundFormat.SILK


def test_mp3_and_aac_differ_by_two_bits() -> None:
    assert sound_format(b"\xff\xfb") is SoundFormat.MP3
    assert sound_format(b"\xff\xf1") is SoundFormat.AAC
    assert sound_format(b"\xff\xe1") is None
    assert sound_format(b"\xff") is None


def test_every_recording_has_an_ending_for_its_file() -> None:
    assert [found.ending for found in SoundFormat] == [
        *("webm", "m4a", "3gp", "aac", "ogg", "mp3", "wav", "amr", "awb", "silk")
    ]


@given(st.binary(max_size=64))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    assert picture_format(content) is None or sound_format(content) is None
