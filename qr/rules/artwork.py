"""How a code is drawn: by segno, and checked by qrcode, which shares no line with it.

Everything is pinned (no Micro QR, no boosted error correction, no automatic mask),
so that the same link and look are the same modules on every machine and release.
"""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

import qrcode
import segno
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.util import QRData
from segno import consts, encoder
from segno.encoder import DataOverflowError as SegnoOverflow

from qr.errors import CannotPrint
from qr.rules.looks import MASK, QUIET, Ecc, Look, LookDoesNotFit

# The largest symbol worth printing: V10 is 57 modules; past that a label cannot hold it.
LARGEST: Final = 10

# Fewer characters than this at the end are not worth the 13 bits of a segment of their own.
SHORTEST_TAIL: Final = 6

FEWEST_PIXELS: Final = 3  # per module; below that phones begin to miss (QR.md, section 2)
MM_PER_INCH: Final = 25.4
POINTS_PER_INCH: Final = 72

_ALPHANUMERIC: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

Modules = tuple[tuple[bool, ...], ...]


class ArtworkDiffers(RuntimeError):
    """Two independent encoders do not agree; a code like that must not be printed."""


def choose_look(text: str, *, least: Ecc = Ecc.Q) -> Look:
    """Return the smallest look that holds *text*: at *least*, or H if that costs nothing.

    Raises:
        LookDoesNotFit: not even version 10 holds it.
    """
    for version in range(1, LARGEST + 1):
        for ecc in (Ecc.H, least):
            look = Look(ecc, version)
            if _fits(text, look):
                return look
    raise LookDoesNotFit(f"{len(text)} characters are too many for a label")


def look_for(text: str, printed: Look | None) -> Look:
    """Return the look in which *text* was *printed* before, as long as it holds it.

    Raises:
        LookDoesNotFit: as `choose_look`.
    """
    return printed if printed is not None and _fits(text, printed) else choose_look(text)


def look_to_print(url: str, printed: Look | None) -> Look:
    """Return the look in which the link *url* may be printed: both encoders agree on it.

    Raises:
        ArtworkDiffers: they do not.
        CannotPrint: the link is too long for a label.
    """
    try:
        look = look_for(url, printed)
    except LookDoesNotFit:
        raise CannotPrint("网址太长，印不下；请换一个短的 PUBLIC_URL。") from None
    verify_artwork(url, look)
    return look


def modules(text: str, look: Look) -> Modules:
    """Return which modules are dark, row by row, without quiet zone, as segno draws them.

    Raises:
        LookDoesNotFit: the text is too long for the look.
    """
    return tuple(tuple(bool(module) for module in row) for row in _draw(text, look).matrix)


def runs(text: str, look: Look) -> Sequence[tuple[int, int, int]]:
    """Return where dark modules stand side by side: column, row, and how many."""
    found: list[tuple[int, int, int]] = []
    for y, row in enumerate(modules(text, look)):
        start = None
        for x, dark in enumerate((*row, False)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                found.append((start, y, x - start))
                start = None
    return found


def second_opinion(text: str, look: Look) -> Modules:
    """Return the same as `modules`, as qrcode draws them.

    Raises:
        LookDoesNotFit: the text is too long for the look.
    """
    symbol = qrcode.QRCode(
        version=look.version,
        error_correction=_QRCODE_LEVEL[look.ecc],
        mask_pattern=look.mask,
        border=0,
    )
    for part, alphanumeric in _segments(text):
        symbol.add_data(QRData(part.encode("utf-8"), mode=_QRCODE_MODE[alphanumeric]))
    try:
        symbol.make(fit=False)
    except DataOverflowError:
        raise LookDoesNotFit(f"version {look.version}-{look.ecc} does not hold it") from None
    return tuple(tuple(bool(module) for module in row) for row in symbol.get_matrix())


def verify_artwork(text: str, look: Look) -> None:
    """Let both encoders draw *text*; nothing may be printed on which they differ.

    Raises:
        ArtworkDiffers: a module is dark for one of them only.
        LookDoesNotFit: the text is too long for the look.
    """
    if modules(text, look) != second_opinion(text, look):
        raise ArtworkDiffers(f"segno and qrcode differ on version {look.version}-{look.ecc}")


def svg(text: str, look: Look, *, width_mm: float | None = None) -> str:
    """Return an SVG document of the code on white, *width_mm* wide with its quiet zone.

    Without *width_mm* it fills whatever holds it.
    """
    out = io.BytesIO()
    _draw(text, look).save(
        out, kind="svg", border=QUIET, omitsize=True, light="white", svgclass=None, lineclass=None
    )
    # Not segno's own scale: it rounds the white ground down to one module too few.
    # Crisp, or rows are parted by hairlines where a viewer smooths their edges.
    size = "" if width_mm is None else f' width="{width_mm:g}mm" height="{width_mm:g}mm"'
    return (
        out.getvalue()
        .decode("utf-8")
        .replace("<svg ", f'<svg{size} shape-rendering="crispEdges" ', 1)
    )


def png(text: str, look: Look, *, pixels: int = 10, width_mm: float | None = None) -> bytes:
    """Return a PNG of the code on white, *pixels* to a module, with its quiet zone.

    *width_mm*, if given, goes into the file as the size at which it is to be printed.

    Raises:
        ValueError: fewer than three pixels a module.
    """
    if pixels < FEWEST_PIXELS:
        raise ValueError("a module needs at least three pixels")
    dpi = None if width_mm is None else round(look.width * pixels / width_mm * MM_PER_INCH)
    out = io.BytesIO()
    _draw(text, look).save(out, kind="png", border=QUIET, scale=pixels, light="white", dpi=dpi)
    return out.getvalue()


def eps(text: str, look: Look, *, width_mm: float, below: float = 0.0, more: str = "") -> str:
    """Return an EPS of the code on white, *width_mm* wide with its quiet zone.

    *more* is PostScript that draws on the strip *below*, so many modules high, in modules from
    the strip's upper left corner, upwards.
    """
    out = io.StringIO()
    size = width_mm / MM_PER_INCH * POINTS_PER_INCH / look.width
    _draw(text, look).save(out, kind="eps", border=QUIET, scale=size, light="white")
    body = out.getvalue().partition("newpath\n")[2].rpartition("%%EOF")[0]
    wide, high = look.width * size, (look.width + below) * size
    # Not segno's own head: its bounding box is no whole numbers, and the day stands in it.
    return (
        "%!PS-Adobe-3.0 EPSF-3.0\n%%DocumentData: Clean7Bit\n"
        f"%%BoundingBox: 0 0 {math.ceil(wide)} {math.ceil(high)}\n"
        f"%%HiResBoundingBox: 0 0 {wide:.3f} {high:.3f}\n%%EndComments\n"
        "/m { rmoveto } bind def\n/l { rlineto } bind def\n"
        f"1 setgray 0 0 {wide:.3f} {high:.3f} rectfill\n0 setgray\n"
        f"{size:.6f} dup scale\n0 {below:g} translate\nnewpath\n{body}{more}%%EOF\n"
    )


def pixels_for(look: Look, *, width_mm: float, dpi: int = 300) -> int:
    """Return how many whole pixels a module gets at about *dpi*, three at least.

    Whole ones only: a module of 9.6 pixels is sometimes 9 and sometimes 10 wide.
    """
    return max(FEWEST_PIXELS, int(width_mm / MM_PER_INCH * dpi / look.width))


def terminal(text: str) -> str:
    """Return the code as lines of half blocks, to be scanned off a dark terminal.

    Low error correction: nothing wears off a screen, and the picture stays small.
    """
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_L, mask_pattern=MASK, border=QUIET)
    symbol.add_data(text)
    out = io.StringIO()
    symbol.print_ascii(out=out, invert=True)
    return out.getvalue()


def _segments(text: str) -> tuple[tuple[str, bool], ...]:
    """Split *text* into parts and whether each may take the alphanumeric mode.

    A link with a small-letter host still ends in capitals, which then cost 5.5 bits
    each instead of 8.
    """
    head = len(text)
    while head > 0 and text[head - 1] in _ALPHANUMERIC:
        head -= 1
    if head == 0:
        return ((text, True),)
    if len(text) - head < SHORTEST_TAIL:
        return ((text, False),)
    return ((text[:head], False), (text[head:], True))


def _draw(text: str, look: Look) -> segno.QRCode:
    parts: Any = [  # segno takes segments; its annotations do not say so
        (part, consts.MODE_ALPHANUMERIC if alphanumeric else consts.MODE_BYTE, "utf-8")
        for part, alphanumeric in _segments(text)
    ]
    try:
        return segno.make(
            parts,
            error=look.ecc.value,
            version=look.version,
            mask=look.mask,
            micro=False,
            boost_error=False,
        )
    except SegnoOverflow:
        raise LookDoesNotFit(f"version {look.version}-{look.ecc} does not hold it") from None


def _fits(text: str, look: Look) -> bool:
    try:
        _draw(text, look)
    except LookDoesNotFit:
        return False
    return True


def _pad(buffer: Any, version: int, length: int) -> None:  # noqa: ANN401 - segno has no types here
    """Fill the last byte with zeroes, and add none if it is full already.

    segno 1.6.6 adds eight then (heuer/segno #123, #148): phones do not mind, but it
    is against ISO/IEC 18004, 7.4.10, stricter readers refuse it, and our second
    encoder would differ.  A test fails once segno does it right; then this goes.
    """
    if version not in {consts.VERSION_M1, consts.VERSION_M3}:
        buffer.extend([0] * (-length % 8))


_QRCODE_MODE: Final[dict[bool, Literal[2, 4]]] = {True: 2, False: 4}  # as its annotations want it
_QRCODE_LEVEL: Final = {
    Ecc.L: ERROR_CORRECT_L,
    Ecc.M: ERROR_CORRECT_M,
    Ecc.Q: ERROR_CORRECT_Q,
    Ecc.H: ERROR_CORRECT_H,
}

UPSTREAM_PAD: Final = cast("Callable[[object, int, int], None]", encoder.write_padding_bits)
encoder.write_padding_bits = _pad
