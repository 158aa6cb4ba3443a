"""Reads the boxes of which HEIF, AVIF, MP4 and 3GP files are made (ISO/IEC 14496-12).

These readers work on what a stranger sent: they raise ``ValueError`` or
``struct.error`` on nonsense, never loop for long, and allocate nothing by a
number they have read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# A minute of MP4 in one-second slices has a few hundred boxes.
MOST_BOXES: Final = 5_000
LONG_SIZE: Final = 1  # "the size follows in 64 bits"
TO_THE_END: Final = 0


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where its header starts, where its body starts, and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(content: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that lie side by side; a last one that is cut off ends with the content.

    Raises:
        ValueError: if a size cannot be right, or there are absurdly many boxes.
    """
    end = len(content) if end is None else end
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == LONG_SIZE:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        elif size == TO_THE_END:
            size = end - start
        if size < body - start:
            raise ValueError("a box smaller than its own header")
        yield Box(kind, start, body, min(start + size, end))
        start += size
    raise ValueError("too many boxes")


def find(content: bytes, *path: bytes, within: Box | None = None) -> Iterator[Box]:
    """Yield every box to which *path* leads, from the top of the file or from *within*."""
    start, end = (within.body, within.end) if within else (0, len(content))
    if within and within.kind == b"meta":
        start += 4  # HEIF's meta box has a version before its children
    for box in boxes(content, start, end):
        if box.kind == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from find(content, *path[1:], within=box)


def first(content: bytes, kind: bytes, *path: bytes, within: Box | None = None) -> Box:
    """Return the box to which the path leads, taking the first of its kind at each step.

    Raises:
        ValueError: if it leads nowhere.
    """
    box = next(find(content, kind, within=within), None)
    if box is None:
        raise ValueError("a box is missing")
    return first(content, *path, within=box) if path else box


def brands(content: bytes) -> set[bytes]:
    """Return what the file says it is compatible with; nothing if it says nothing."""
    if content[4:8] != b"ftyp":
        return set()
    size = min(int.from_bytes(content[:4], "big"), len(content), 256)
    names = [content[at : at + 4] for at in range(16, size - 3, 4)]
    return {content[8:12], *names}
