"""A code with the number of its spot below: who cannot scan reads it out on the telephone."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from qr.rules import artwork
from qr.rules.artwork import MM_PER_INCH
from qr.rules.looks import Look

STRIP: Final = 7  # modules below the quiet zone
LETTERS: Final = 4.5  # modules high
WIDEST: Final = 0.9  # of the label, so that a long number is still on it


def svg(text: str, look: Look, *, number: int, width_mm: float) -> str:
    """Return an SVG document of the code with 点位号 and its number under it."""
    wide, high = look.width, look.width + STRIP
    drawn = artwork.svg(text, look)
    inner = drawn[drawn.index("<svg ") :].replace(
        "<svg ", f'<svg width="{wide}" height="{wide}" ', 1
    )
    tall = width_mm * high / wide
    said = f"点位号 {number}"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm:g}mm" height="{tall:g}mm"'
        f' viewBox="0 0 {wide} {high}"><path fill="#fff" d="M0 0h{wide}v{high}h-{wide}z"/>'
        f'{inner.strip()}<text x="{wide / 2:g}" y="{wide + LETTERS - 1:g}" fill="#000"'
        f' font-family="sans-serif" font-weight="700" font-size="{LETTERS:g}"'
        f' text-anchor="middle">{said}</text></svg>\n'
    )


def png(text: str, look: Look, *, number: int, pixels: int, width_mm: float) -> bytes:
    """Return a PNG of the code with its number under it, in digits: no font need be installed.

    Raises:
        ValueError: fewer than three pixels a module.
    """
    code = Image.open(io.BytesIO(artwork.png(text, look, pixels=pixels)))
    label = Image.new("L", (code.width, code.height + STRIP * pixels), 255)
    label.paste(code.convert("L"), (0, 0))
    said = f"No. {number}"
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
