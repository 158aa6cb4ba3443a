"""A page to draw on in millimetres: codes as one path, texts that shrink before they spill."""

from contextlib import AbstractContextManager
from typing import Final

from fpdf import FPDF

from qr.rules import artwork
from qr.rules.formats import Box
from qr.rules.looks import QUIET, Look
from qr.rules.press.fonts import Fonts
from qr.rules.press.surface import HAIRLINE, INK, WHITE, Align, Colour
from qr.rules.press.typesetting import LEADING, Typesetter

POINTS_PER_MM: Final = 72 / 25.4
_FAMILY: Final = "house"


class Canvas:
    """A PDF that grows page by page.  All lengths are millimetres from the upper left."""

    def __init__(self, page: tuple[float, float], fonts: Fonts, *, title: str) -> None:
        self._pdf = FPDF(unit="mm", format=page)
        self._setter = Typesetter(self._width)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        families = ((fonts.plain, fonts.bold), *fonts.others)
        names = [_FAMILY, *(f"other{at}" for at in range(len(fonts.others)))]
        for name, faces in zip(names, families, strict=True):
            for style, face in zip(("", "B"), faces, strict=True):
                self._pdf.add_font(name, style, face.path, collection_font_number=face.number)
        self._pdf.set_fallback_fonts(names[1:], exact_match=False)

    def page(self) -> None:
        """Begin a new page."""
        self._pdf.add_page()

    def output(self) -> bytes:
        """Return the file."""
        return bytes(self._pdf.output())

    def fill(self, box: Box, colour: Colour, *, round_by: float = 0.0) -> None:
        """Fill a rectangle, its corners rounded by so much."""
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(*box, style="F", round_corners=round_by > 0, corner_radius=round_by)

    def disc(self, box: Box, colour: Colour) -> None:
        """Fill the circle that a square holds."""
        self._pdf.set_fill_color(*colour)
        self._pdf.ellipse(*box, style="F")

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        """Draw a hairline."""
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(HAIRLINE)
        self._pdf.line(*start, *end)

    def code(self, url: str, look: Look, box: Box) -> None:
        """Draw a code, its quiet zone inside *box*, on white; as one path, without seams."""
        self.fill(box, WHITE)
        self._pdf._out(_path(url, look, box, self._pdf.k, self._pdf.h))  # noqa: SLF001 - its raw path is 5 times faster (QR.md, 4)

    def picture(self, png: bytes, box: Box) -> None:
        """Place a picture."""
        self._pdf.image(png, *box)

    def text(  # noqa: PLR0913 - what is said, where, how large, and how
        self,
        box: Box,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: Colour = INK,
        align: Align = "L",
        lines: int = 1,
    ) -> None:
        """Set *text*, as `Surface.text` says."""
        self._pdf.set_text_color(*colour)
        used, rows = self._setter.lay(text, size, box, lines, bold=bold)
        self._pdf.set_font(_FAMILY, "B" if bold else "", used * POINTS_PER_MM)
        for top, row in rows:
            self._pdf.set_xy(box.left, top)
            self._pdf.cell(box.width, used * LEADING, row, align=align)

    def faded(self, strength: float) -> AbstractContextManager[object]:
        """Let what is drawn inside shine through by so much."""
        return self._pdf.local_context(fill_opacity=strength)

    def turned(self, degrees: float, x: float, y: float) -> AbstractContextManager[object]:
        """Turn what is drawn inside about a point."""
        return self._pdf.rotation(degrees, x, y)

    def _width(self, text: str, size: float, bold: bool) -> float:  # noqa: FBT001 - as Measure says
        self._pdf.set_font(_FAMILY, "B" if bold else "", size * POINTS_PER_MM)
        return self._pdf.get_string_width(text)


def _path(url: str, look: Look, box: Box, scale: float, height: float) -> str:
    """Return a code as PDF operators: one rectangle for each run of dark modules, one fill."""
    size = box.width / look.width * scale
    left = (box.left + QUIET * box.width / look.width) * scale
    bottom = (height - box.top - QUIET * box.width / look.width) * scale
    runs = artwork.runs(url, look)
    drawn = (
        f"{left + x * size:.3f} {bottom - (y + 1) * size:.3f} {n * size:.3f} {size:.3f} re"
        for x, y, n in runs
    )
    # Between q and Q: the engine remembers its own colour, and would not set it again.
    return f"q 0 g {' '.join(drawn)} f Q"
