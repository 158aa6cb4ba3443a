import pytest

from kernel.media import ebml
from kernel.media.errors import NotASound
from tests.kernel.media.samples import element, webm


@pytest.mark.parametrize("seconds", [1, 3, 61])
def test_a_live_recording_is_as_long_as_its_last_block_says(seconds: int) -> None:
    assert ebml.seconds(webm(seconds)) == seconds


def test_a_recording_that_is_cut_off_is_as_long_as_what_is_there() -> None:
    assert ebml.seconds(webm(3)[:-4]) == 2.5


def test_the_scale_of_the_file_counts() -> None:
    slower = webm(1).replace((1_000_000).to_bytes(3, "big"), (2_000_000).to_bytes(3, "big"))

    assert ebml.seconds(slower) == 2


def test_moving_pictures_are_no_voice_note() -> None:
    with pytest.raises(NotASound, match="视频"):
        ebml.seconds(webm(kind=1))


def test_only_the_codecs_of_browsers_are_taken() -> None:
    assert ebml.seconds(webm(codec=b"A_OPUS\0\0")) == 3
    with pytest.raises(ValueError, match="no sound"):
        ebml.seconds(webm(codec=b"A_AC3"))


def test_a_recording_without_a_block_has_no_sound() -> None:
    with pytest.raises(ValueError, match="no sound"):
        ebml.seconds(webm(0))


def test_a_block_without_a_time_is_nonsense() -> None:
    with pytest.raises(ValueError, match="time"):
        ebml.seconds(webm(1) + element("A3", b"\x81\0"))


def test_a_number_that_goes_on_behind_the_end_is_nonsense() -> None:
    with pytest.raises(ValueError, match="number"):
        ebml.seconds(webm(1) + b"\x00")
    with pytest.raises(ValueError, match="number"):
        ebml.seconds(webm(1) + b"\x1f")


def test_nobody_counts_elements_for_ever() -> None:
    with pytest.raises(ValueError, match="many"):
        ebml.seconds(webm(1) + b"\xec\x80" * ebml.MOST_ELEMENTS)
