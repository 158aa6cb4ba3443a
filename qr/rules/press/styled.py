"""The code of a poster: qrcode's rounded modules in the house's green, a seal in the middle.

Only what the proof reads clean, turned and at 3 pixels a module is offered (QR.md, sections
1 and 3): rounded modules, one dark colour, error correction H, a seal of 22 % of the width.
No gradients and no light greys, whose contrast on paper nobody has tried.
"""

import io
from typing import Final

import qrcode
from PIL import Image, ImageDraw, ImageOps
from qrcode.constants import ERROR_CORRECT_H
from qrcode.image.styledpil import StyledPilImage
from qrcode.image.styles.colormasks import SolidFillColorMask
from qrcode.image.styles.moduledrawers.pil import RoundedModuleDrawer

from qr.rules.looks import MASK, QUIET

PIXELS: Final = 24  # per module: 888 for a version 3, 200 dpi and more at 110 mm
SEAL_RATIO: Final = 0.22  # of the width
SEAL_PIXELS: Final = 480
DARK: Final = (8, 79, 54)
_WHITE: Final = (255, 255, 255)


class _Coloured(SolidFillColorMask):
    """The same colours, mixed by Pillow: pixel by pixel it takes longer than all the rest."""

    def apply_mask(self, image: Image.Image, use_cache: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - qrcode's own
        image.paste(ImageOps.colorize(image.convert("L"), self.front_color, self.back_color))


def styled_png(text: str, *, pixels: int = PIXELS, logo: Image.Image | None = None) -> bytes:
    """Return a PNG of *text* as it stands on a poster, quiet zone included."""
    symbol = qrcode.QRCode(
        error_correction=ERROR_CORRECT_H, mask_pattern=MASK, border=QUIET, box_size=pixels
    )
    symbol.add_data(text)
    image = symbol.make_image(
        image_factory=StyledPilImage,
        module_drawer=RoundedModuleDrawer(),
        color_mask=_Coloured(back_color=_WHITE, front_color=DARK),
        embedded_image=logo or seal(),
        embedded_image_ratio=SEAL_RATIO,
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def seal(size: int = SEAL_PIXELS) -> Image.Image:
    """Return our own sign: a shield with a tick, on white; no font is needed to draw it."""
    image = Image.new("RGB", (size, size), _WHITE)
    draw = ImageDraw.Draw(image)
    unit = size / 24
    shield = [(12, 2.2), (20.5, 5.2), (20.5, 11.5), (18.4, 16.6), (12, 21.8)]
    shield += [(24 - x, y) for x, y in reversed(shield)]
    draw.polygon([(x * unit, y * unit) for x, y in shield], fill=DARK)
    tick = [(7.6, 11.8), (10.9, 15.1), (16.6, 8.6)]
    draw.line(
        [(x * unit, y * unit) for x, y in tick], fill=_WHITE, width=int(2.2 * unit), joint="curve"
    )
    return image
