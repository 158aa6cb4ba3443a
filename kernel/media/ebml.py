"""Measures WebM: what browsers record live has no length in its header (QR.md, section 7)."""

from collections.abc import Iterator
from typing import Final

from kernel.media.errors import NotASound

# https://www.matroska.org/technical/elements.html
SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP = (
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0xAE,
    0x1F43B675,
    0xA0,
)
SCALE, TRACK_TYPE, CODEC, CLUSTER_TIME, SIMPLE_BLOCK, BLOCK = 0x2AD7B1, 0x83, 0x86, 0xE7, 0xA3, 0xA1
CONTAINERS: Final = frozenset({SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP})
CODECS: Final = frozenset({b"A_OPUS", b"A_VORBIS"})
AUDIO: Final = 2
MILLISECOND: Final = 1_000_000  # nanoseconds; the scale a file has if it names none
MOST_ELEMENTS: Final = 100_000  # a minute of Opus has some 3,000 blocks


def seconds(content: bytes) -> float:
    """Return when the last block starts; a block that is cut off does not count.

    Raises:
        NotASound: if it holds anything but sound in a codec browsers record.
        ValueError: if there is no sound in it, or it is no WebM at all.
    """
    scale, cluster, last, codec = MILLISECOND, 0, -1, b""
    for name, body in _elements(content):
        if name == SCALE:
            scale = int.from_bytes(body[:8], "big")
        elif name == CLUSTER_TIME:
            cluster = int.from_bytes(body[:8], "big")
        elif name in {SIMPLE_BLOCK, BLOCK}:
            last = max(last, cluster + _block_time(body))
        elif name == CODEC:
            codec = body.rstrip(b"\0")
        elif name == TRACK_TYPE and int.from_bytes(body, "big") != AUDIO:
            raise NotASound("这是一段视频，这里只收语音。请改用录音，或者拍照片上传。")
    if last < 0 or codec not in CODECS:
        raise ValueError("no sound in it")
    return last * scale / 1e9


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the name and body of each leaf.

    Containers are walked into without minding where they end: a live recorder
    does not know, and says so with a size of all ones.
    """
    at = 0
    for _ in range(MOST_ELEMENTS):
        if at >= len(content):
            return
        name, at = _number(content, at, keep_marker=True)
        size, at = _number(content, at)
        if name in CONTAINERS:
            continue
        if at + size > len(content):
            return
        yield name, content[at : at + size]
        at += size
    raise ValueError("too many elements")


def _number(content: bytes, at: int, *, keep_marker: bool = False) -> tuple[int, int]:
    """Read a number whose first byte says how long it is; return it and where it ends."""
    width = 9 - content[at].bit_length()
    if width > 8 or at + width > len(content):  # noqa: PLR2004 - bits in a byte
        raise ValueError("no number")
    value = int.from_bytes(content[at : at + width], "big")
    return (value if keep_marker else value & ~(1 << 7 * width)), at + width


def _block_time(body: bytes) -> int:
    """Return a block's time, counted from its cluster's; it stands behind the track number."""
    _, at = _number(body, 0)
    if at + 2 > len(body):
        raise ValueError("a block without a time")
    return int.from_bytes(body[at : at + 2], "big", signed=True)
