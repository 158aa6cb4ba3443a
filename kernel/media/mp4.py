"""Measures MP4 and 3GP, and takes out what they tell about the sender.

Browsers record MP4 in fragments: the header says zero, and the length is the sum
of the samples that the fragments list.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Final

from kernel.media.boxes import Box, boxes, find, first
from kernel.media.errors import NotASound

UNKNOWN: Final = frozenset({0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF})
PRIVATE: Final = frozenset({b"udta", b"meta", b"uuid"})  # place, device, names, XMP

MOST_TRACKS: Final = 4  # a voice note has one; each is looked for in every fragment

# Flags that say which optional fields are there (14496-12, 8.8.7 and 8.8.8).
TFHD_BEFORE_DURATION: Final = ((0x01, 8), (0x02, 4))
TFHD_DURATION: Final = 0x08
TRUN_BEFORE_SAMPLES: Final = ((0x01, 4), (0x04, 4))
TRUN_DURATION: Final = 0x100
TRUN_IN_SAMPLE: Final = (TRUN_DURATION, 0x200, 0x400, 0x800)


def seconds(content: bytes) -> float:
    """Return the length of the sound.

    Raises:
        NotASound: if there are moving pictures in it.
        ValueError, struct.error: if there is no sound in it.
    """
    longest = 0.0
    for track in islice(find(content, b"moov", b"trak"), MOST_TRACKS):
        kind = _handler(content, track)
        if kind == b"vide":
            raise NotASound("这是一段视频，这里只收语音。请改用录音，或者拍照片上传。")
        if kind == b"soun":
            scale, stated = _track_time(content, track)
            counted = _fragments(content, _track_number(content, track))
            longest = max(longest, stated / scale, counted / scale)
    if not longest:
        raise ValueError("no sound in it")
    return longest


def without_metadata(content: bytes) -> bytes:
    """Blank what is not sound.  Nothing moves, so every offset in the file stays right."""
    cleaned = bytearray(content)
    for box in _private(content):
        cleaned[box.start + 4 : box.start + 8] = b"free"
        cleaned[box.body : box.end] = bytes(box.end - box.body)
    return bytes(cleaned)


def _private(content: bytes) -> Iterator[Box]:
    places: list[Box | None] = [
        None,
        *find(content, b"moov"),
        *find(content, b"moov", b"trak"),
        *find(content, b"moof"),
        *find(content, b"moof", b"traf"),
    ]
    for place in places:
        start, end = (place.body, place.end) if place else (0, len(content))
        yield from (box for box in boxes(content, start, end) if box.kind in PRIVATE)


def _handler(content: bytes, track: Box) -> bytes:
    box = first(content, b"mdia", b"hdlr", within=track)
    return content[box.body + 8 : box.body + 12]


def _track_number(content: bytes, track: Box) -> int:
    box = first(content, b"tkhd", within=track)
    return _word(content, box.body + (20 if content[box.body] else 12))


def _track_time(content: bytes, track: Box) -> tuple[int, int]:
    """Return ticks per second, and the ticks the header states: 0 where it does not know."""
    box = first(content, b"mdia", b"mdhd", within=track)
    if content[box.body]:
        scale, ticks = struct.unpack_from(">IQ", content, box.body + 20)
    else:
        scale, ticks = struct.unpack_from(">II", content, box.body + 12)
    if not scale:
        raise ValueError("no time scale")
    return scale, 0 if ticks in UNKNOWN else ticks


def _fragments(content: bytes, track: int) -> int:
    """Return how many ticks of *track* lie in the fragments."""
    usual = 0
    for box in find(content, b"moov", b"mvex", b"trex"):
        if _word(content, box.body + 4) == track:
            usual = _word(content, box.body + 12)
    total = 0
    for part in find(content, b"moof", b"traf"):
        head = first(content, b"tfhd", within=part)
        if _word(content, head.body + 4) == track:
            each = _usual_here(content, head, usual)
            total += sum(_run(content, run, each) for run in find(content, b"trun", within=part))
    return total


def _usual_here(content: bytes, head: Box, usual: int) -> int:
    flags = _flags(content, head)
    if not flags & TFHD_DURATION:
        return usual
    skipped = sum(size for flag, size in TFHD_BEFORE_DURATION if flags & flag)
    return _word(content, head.body + 8 + skipped)


def _run(content: bytes, run: Box, each: int) -> int:
    """Return the ticks of one run of samples."""
    flags, count = _flags(content, run), _word(content, run.body + 4)
    if not flags & TRUN_DURATION:
        return count * each
    first = run.body + 8 + sum(size for flag, size in TRUN_BEFORE_SAMPLES if flags & flag)
    stride = 4 * sum(1 for flag in TRUN_IN_SAMPLE if flags & flag)
    last = min(first + count * stride, run.end - stride + 1)
    return sum(_word(content, at) for at in range(first, last, stride))


def _flags(content: bytes, box: Box) -> int:
    return _word(content, box.body) & 0xFF_FFFF


def _word(content: bytes, at: int) -> int:
    (value,) = struct.unpack_from(">I", content, at)
    return int(value)
