"""Reads how large a picture is from its header, without any decoder.

Not by ``Image.open``: fourteen megabytes of 0xFF, or of empty chunks, keep Pillow
reading headers for 10 to 20 seconds, while the sender's request has a web thread.
What passes here holds few enough of them for the worker, too.
"""

import struct
from typing import Final

from kernel.media.boxes import find, first
from kernel.media.sniff import PictureFormat

MOST_SEGMENTS: Final = 2_000  # a JPEG of a phone has some thirty before its pixels
MOST_CHUNKS: Final = 20_000  # a PNG of 15 MB has 2,000 of 8 kB

# JPEG markers (ITU-T T.81, table B.1): the frames, which state the size, and the scan.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN: Final = 0xDA
FILL: Final = 0xFF


def size_of(found: PictureFormat, content: bytes) -> tuple[int, int]:
    """Return width and height as the header states them; the decoder may find others.

    Raises:
        ValueError, LookupError, struct.error: if the header makes no sense.
    """
    return READERS[found](content)


def _jpeg(content: bytes) -> tuple[int, int]:
    """Walk the segments up to the first scan."""
    size, at = (0, 0), 2
    for _ in range(MOST_SEGMENTS):
        if content[at] != FILL:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == FILL:  # one may stand before any marker, as filling
            at += 1
            continue
        if marker == SCAN:
            return size
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = width, height
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + max(length, 2)
    raise ValueError("too many segments")


def _png(content: bytes) -> tuple[int, int]:
    """Read the first chunk, and count the others."""
    at = 8
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(content):
            width, height = struct.unpack_from(">II", content, 16)
            return width, height
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    raise ValueError("too many chunks")


def _webp(content: bytes) -> tuple[int, int]:
    """Read the first chunk (developers.google.com/speed/webp/docs/riff_container)."""
    if content[12:16] == b"VP8X":
        width, height = struct.unpack("<II", content[24:27] + b"\0" + content[27:30] + b"\0")
        return width + 1, height + 1
    if content[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _heif(content: bytes) -> tuple[int, int]:
    """Return the largest of the sizes it lists: a phone's picture is a grid of tiles."""
    properties = first(content, b"meta", b"iprp", b"ipco")
    sizes: list[tuple[int, int]] = [
        struct.unpack_from(">II", content, box.body + 4)
        for box in find(content, b"ispe", within=properties)
    ]
    return max(sizes, key=lambda size: size[0] * size[1])


READERS: Final = {
    PictureFormat.JPEG: _jpeg,
    PictureFormat.PNG: _png,
    PictureFormat.WEBP: _webp,
    PictureFormat.HEIF: _heif,
    PictureFormat.AVIF: _heif,
}
