"""A code with the number of its spot below: who cannot scan reads it out on the telephone.

Where the address is not final 样张 stands there too: a picture goes to whoever has asked for it,
and nobody sees the page it came from.
"""

import io
from enum import StrEnum
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from qr.rules import artwork
from qr.rules.artwork import MM_PER_INCH
from qr.rules.looks import Look

STRIP: Final = 7  # modules below the quiet zone
LETTERS: Final = 4.5  # modules high
WIDEST: Final = 0.9  # of the label, so that a long number is still on it


class Picture(StrEnum):
    """As what file a single code is handed to whoever sets or prints it."""

    SVG = "svg"
    PNG = "png"
    EPS = "eps"


def draw(  # noqa: PLR0913 - what is drawn, what stands below, and how large
    kind: Picture,
    text: str,
    look: Look,
    *,
    number: int | None,
    sample: bool,
    width_mm: float,
    dpi: int = 300,
) -> bytes:
    """Return a picture of a code, *width_mm* wide, with what has to stand below it, if anything."""
    pixels = artwork.pixels_for(look, width_mm=width_mm, dpi=dpi)
    bare = number is None and not sample
    if kind is Picture.PNG:
        if bare:
            return artwork.png(text, look, pixels=pixels, width_mm=width_mm)
        return png(text, look, number=number, sample=sample, pixels=pixels, width_mm=width_mm)
    if kind is Picture.EPS:
        if bare:
            return artwork.eps(text, look, width_mm=width_mm).encode("ascii")
        return eps(text, look, number=number, sample=sample, width_mm=width_mm).encode("ascii")
    if bare:
        return artwork.svg(text, look, width_mm=width_mm).encode("utf-8")
    return svg(text, look, number=number, sample=sample, width_mm=width_mm).encode("utf-8")


def svg(text: str, look: Look, *, number: int | None, width_mm: float, sample: bool = False) -> str:
    """Return an SVG document of the code with 点位号 and its number under it."""
    wide, high = look.width, look.width + STRIP
    drawn = artwork.svg(text, look)
    inner = drawn[drawn.index("<svg ") :].replace(
        "<svg ", f'<svg width="{wide}" height="{wide}" ', 1
    )
    tall = width_mm * high / wide
    said = " ".join(
        [*(["样张"] if sample else []), *([] if number is None else [f"点位号 {number}"])]
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm:g}mm" height="{tall:g}mm"'
        f' viewBox="0 0 {wide} {high}"><path fill="#fff" d="M0 0h{wide}v{high}h-{wide}z"/>'
        f'{inner.strip()}<text x="{wide / 2:g}" y="{wide + LETTERS - 1:g}" fill="#000"'
        f' font-family="sans-serif" font-weight="700" font-size="{_letters(said, wide):g}"'
        f' text-anchor="middle">{said}</text></svg>\n'
    )


def eps(text: str, look: Look, *, number: int | None, width_mm: float, sample: bool = False) -> str:
    """Return an EPS of the code with its number under it, in a font that every printer has."""
    said = _in_letters(number, sample=sample)
    more = (
        f"/Helvetica-Bold findfont {_letters(said, look.width):g} scalefont setfont\n"
        f"({said}) dup stringwidth pop 2 div {look.width / 2:g} exch sub"
        f" {STRIP - LETTERS + 1:g} moveto show\n"
    )
    return artwork.eps(text, look, width_mm=width_mm, below=STRIP, more=more)


def png(
    text: str,
    look: Look,
    *,
    number: int | None,
    pixels: int,
    width_mm: float,
    sample: bool = False,
) -> bytes:
    """Return a PNG of the code with its number under it, in digits: no font need be installed.

    Raises:
        ValueError: fewer than three pixels a module.
    """
    code = Image.open(io.BytesIO(artwork.png(text, look, pixels=pixels)))
    label = Image.new("L", (code.width, code.height + STRIP * pixels), 255)
    label.paste(code.convert("L"), (0, 0))
    said = _in_letters(number, sample=sample)
    font = ImageFont.load_default(LETTERS * pixels)
    wide = font.getlength(said)
    if wide > WIDEST * label.width:
        font = ImageFont.load_default(LETTERS * pixels * WIDEST * label.width / wide)
    middle = (label.width / 2, code.height + (STRIP - 2) * pixels / 2)
    ImageDraw.Draw(label).text(middle, said, fill=0, font=font, anchor="mm")
    dpi = round(code.width / width_mm * MM_PER_INCH)
    out = io.BytesIO()
    label.save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


def _in_letters(number: int | None, *, sample: bool) -> str:
    words = ["SAMPLE"] if sample else []
    return " ".join([*words, *([] if number is None else [f"No. {number}"])])


def _letters(said: str, wide: int) -> float:
    """Return how many modules high *said* can be, taking each letter for as wide as high."""
    return min(LETTERS, WIDEST * wide / (0.62 * sum(1 if one.isascii() else 1.6 for one in said)))
