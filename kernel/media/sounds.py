"""Voice notes: how long they are, and what is taken out before they are kept.

They are kept in the format they came in; turning them into one that every phone
plays would need PyAV, an extra of 100 MB (QR.md, section 7).
"""

import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

from kernel.late import late
from kernel.media import ebml, mp4
from kernel.media.errors import Damaged, MediaRefused, NotASound, TooLong
from kernel.media.sniff import SoundFormat, sound_format

if TYPE_CHECKING:
    from mutagen import apev2, id3, mp3, oggopus
else:
    apev2 = late("mutagen.apev2")
    id3 = late("mutagen.id3")
    mp3 = late("mutagen.mp3")
    oggopus = late("mutagen.oggopus")

MOST_SECONDS: Final = 60.0
LIMIT: Final = MOST_SECONDS + 2  # a recorder told to stop at sixty stops a little later
SHORTEST: Final = 0.01

# Bytes behind each frame's first one, by frame type (RFC 4867 and 3GPP TS 26.101, 26.201);
# a frame is 20 ms.
AMR_FRAMES: Final = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
# fmt: off
AMR_WB_FRAMES: Final = {
    0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0,
}
# fmt: on
AMR_FRAME_SECONDS: Final = 0.02

# ISO/IEC 13818-7: samples per second by index, and 1,024 samples a frame.
AAC_RATES: Final = (
    *(96000, 88200, 64000, 48000, 44100, 32000),
    *(24000, 22050, 16000, 12000, 11025, 8000, 7350),
)
AAC_SAMPLES: Final = 1024
AAC_HEADER: Final = 7


def measure(content: bytes) -> tuple[SoundFormat, float]:
    """Return what a voice note is and how many seconds it lasts.

    One that is cut off lasts as long as what is there.

    Raises:
        NotASound: if it is none, or of a kind that nobody here can play.
        Damaged: if there is no sound in it.
        TooLong: if it lasts longer than ``MOST_SECONDS``.
    """
    found = sound_format(content)
    if found is None:
        raise NotASound("这个文件不是语音，请重新录一段。")
    if found is SoundFormat.SILK:
        raise NotASound(
            "微信语音的原始文件（SILK）在这里打不开，请在本页直接录音，或者用文字说明。"
        )
    try:
        seconds = READERS[found](content)
    except MediaRefused:
        raise
    except Exception as error:  # parsers of a stranger's bytes fail in every way there is
        raise Damaged("这段语音打不开，可能没有录好，请重新录一段。") from error
    if seconds > LIMIT:
        raise TooLong("语音太长了，最多 60 秒。请录短一些，或者分几次说。")
    if not seconds >= SHORTEST:
        raise Damaged("这段语音是空的，请重新录一段。")
    return found, round(seconds, 2)


def clean(content: bytes) -> bytes:
    """Return the voice note without what it tells about place, phone and owner, where it can.

    What lies in WebM, AMR and bare AAC stays: recorders put no such thing there.

    Raises:
        MediaRefused: if it cannot be read.
    """
    found = sound_format(content)
    try:
        return CLEANERS[found](content) if found in CLEANERS else content
    except Exception as error:  # as above
        raise Damaged("这段语音打不开，可能没有录好，请重新录一段。") from error


def _amr(content: bytes) -> float:
    return _frames(content, len(b"#!AMR\n"), AMR_FRAMES)


def _amr_wb(content: bytes) -> float:
    return _frames(content, len(b"#!AMR-WB\n"), AMR_WB_FRAMES)


def _frames(content: bytes, at: int, sizes: Mapping[int, int]) -> float:
    count = 0
    while at < len(content) and count * AMR_FRAME_SECONDS <= LIMIT:
        size = sizes[content[at] >> 3 & 0x0F]
        at += 1 + size
        count += at <= len(content)
    return count * AMR_FRAME_SECONDS


def _aac(content: bytes) -> float:
    seconds, at = 0.0, 0
    while at + AAC_HEADER <= len(content) and seconds <= LIMIT:
        if sound_format(content[at : at + 2]) is not SoundFormat.AAC:
            break
        size = int.from_bytes(content[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        if size < AAC_HEADER:
            break
        seconds += AAC_SAMPLES / AAC_RATES[content[at + 2] >> 2 & 0x0F]
        at += size
    return seconds


def _wav(content: bytes) -> float:
    """Count the bytes that are there: a header may promise hours."""
    shape, data = _wav_chunks(content)
    _, _, rate, _, block = struct.unpack_from("<HHIIH", shape)
    return len(data) / float(rate * block)


def _without_wav_metadata(content: bytes) -> bytes:
    """Build the file anew of its two needed chunks, with sizes that are true."""
    shape, data = _wav_chunks(content)
    chunks = b"".join(
        name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
        for name, body in ((b"fmt ", shape), (b"data", data))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _wav_chunks(content: bytes) -> tuple[bytes, bytes]:
    at, shape = 12, b""
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + size]
        if name == b"data":
            # A recorder that did not know the length has written 0.
            return shape, body or content[at + 8 :]
        if name == b"fmt ":
            shape = body
        at += 8 + size + size % 2
    raise ValueError("no sound in it")


def _mp3(content: bytes) -> float:
    info = mp3.MP3(BytesIO(content)).info  # type: ignore[no-untyped-call]  # mutagen is half typed
    return float(getattr(info, "length", 0))


def _without_mp3_metadata(content: bytes) -> bytes:
    file = BytesIO(content)
    id3.delete(file)
    file.seek(0)
    apev2.delete(file)
    return file.getvalue()


def _ogg(content: bytes) -> float:
    info = oggopus.OggOpus(BytesIO(content)).info  # type: ignore[no-untyped-call]  # mutagen is half typed
    return float(getattr(info, "length", 0))


def _without_ogg_metadata(content: bytes) -> bytes:
    file = BytesIO(content)
    oggopus.OggOpus(BytesIO(content)).delete(file)  # type: ignore[no-untyped-call]  # as above
    return file.getvalue()


READERS: Final[Mapping[SoundFormat, Callable[[bytes], float]]] = {
    SoundFormat.WEBM: ebml.seconds,
    SoundFormat.MP4: mp4.seconds,
    SoundFormat.THREE_GP: mp4.seconds,
    SoundFormat.AAC: _aac,
    SoundFormat.OGG: _ogg,
    SoundFormat.MP3: _mp3,
    SoundFormat.WAV: _wav,
    SoundFormat.AMR: _amr,
    SoundFormat.AMR_WB: _amr_wb,
}
CLEANERS: Final[Mapping[SoundFormat | None, Callable[[bytes], bytes]]] = {
    SoundFormat.MP4: mp4.without_metadata,
    SoundFormat.THREE_GP: mp4.without_metadata,
    SoundFormat.OGG: _without_ogg_metadata,
    SoundFormat.MP3: _without_mp3_metadata,
    SoundFormat.WAV: _without_wav_metadata,
}
