"""A page to draw on in millimetres: codes as one path, texts that shrink before they spill."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final, Literal

from fpdf import FPDF

from qr.rules import artwork
from qr.rules.formats import Box
from qr.rules.looks import QUIET, Look
from qr.rules.press.fonts import Fonts

Colour = tuple[int, int, int]
Align = Literal["L", "C", "R"]
Fitted = tuple[float, Sequence[str]]  # the size in mm, and what stands on each row

INK: Final[Colour] = (21, 33, 27)
GREY: Final[Colour] = (68, 83, 75)
GREEN: Final[Colour] = (11, 107, 73)
DEEP: Final[Colour] = (8, 79, 54)
PALE: Final[Colour] = (226, 241, 233)
WHITE: Final[Colour] = (255, 255, 255)
RED: Final[Colour] = (179, 38, 30)
CUT: Final[Colour] = (180, 188, 184)

SMALLEST: Final = 0.6  # of the size asked for; a text that needs less is cut off with an ellipsis
NEARLY: Final = 0.8  # down to this rather than a second row with one character on it
LEADING: Final = 1.3  # from line to line, of the size
POINTS_PER_MM: Final = 72 / 25.4
_STEP: Final = 0.96
_CLOSING: Final = frozenset("，。、；：？！）》”’…")
_FAMILY: Final = "house"


class Canvas:
    """A PDF that grows page by page.  All lengths are millimetres from the upper left."""

    def __init__(self, page: tuple[float, float], fonts: Fonts, *, title: str) -> None:
        self._pdf = FPDF(unit="mm", format=page)
        # Most of what stands on a sheet stands on all of its pieces: it is measured once.
        self._fitted: dict[tuple[str, float, float, int, bool], Fitted] = {}
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        for style, face in (("", fonts.plain), ("B", fonts.bold)):
            self._pdf.add_font(_FAMILY, style, face.path, collection_font_number=face.number)
        for at, face in enumerate(fonts.others):
            self._pdf.add_font(f"other{at}", "", face.path, collection_font_number=face.number)
        self._pdf.set_fallback_fonts(
            [f"other{at}" for at in range(len(fonts.others))], exact_match=False
        )

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
        self._pdf.set_line_width(0.1)
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
        """Set *text*, at most *size* mm high, in the middle of *box*'s height.

        What is too wide is set smaller, and on as many lines as are allowed; what is too
        wide at six tenths of the size ends in an ellipsis.
        """
        self._pdf.set_text_color(*colour)
        key = (text, round(size, 3), round(box.width, 3), lines, bold)
        if key not in self._fitted:
            self._fitted[key] = self._fit(text, size, box.width, lines, bold=bold)
        used, rows = self._fitted[key]
        self._pdf.set_font(_FAMILY, "B" if bold else "", used * POINTS_PER_MM)
        high = used * LEADING
        top = box.top + max(0.0, (box.height - high * len(rows)) / 2)
        for row in rows:
            self._pdf.set_xy(box.left, top)
            self._pdf.cell(box.width, high, row, align=align)
            top += high

    def faded(self, strength: float) -> AbstractContextManager[object]:
        """Let what is drawn inside shine through by so much."""
        return self._pdf.local_context(fill_opacity=strength)

    def turned(self, degrees: float, x: float, y: float) -> AbstractContextManager[object]:
        """Turn what is drawn inside about a point."""
        return self._pdf.rotation(degrees, x, y)

    def _fit(self, text: str, size: float, width: float, lines: int, *, bold: bool) -> Fitted:
        """Return the size and rows: fewer rows a little smaller, before more rows."""
        for most in range(1, lines + 1):
            least = size * (SMALLEST if most == lines else NEARLY)
            used = size
            while used >= least:
                self._pdf.set_font(_FAMILY, "B" if bold else "", used * POINTS_PER_MM)
                rows = self._rows(text, width)
                if len(rows) <= most:
                    return used, rows
                used *= _STEP
        return used / _STEP, [*rows[: lines - 1], self._cut(rows[lines - 1], width)]

    def _rows(self, text: str, width: float) -> list[str]:
        """Break between any two characters, as Chinese may, but keep words of letters whole."""
        rows, row = [], ""
        for word in _words(text):
            if row and self._pdf.get_string_width(row + word) > width:
                rows.append(row.rstrip())
                row = ""
            row += word
        return [*rows, row]

    def _cut(self, row: str, width: float) -> str:
        while row and self._pdf.get_string_width(row + "…") > width:
            row = row[:-1]
        return row + "…"


def _words(text: str) -> list[str]:
    """Split where a row may end: not inside of a word of letters, nor before a full stop."""
    words: list[str] = []
    for letter in text:
        joined = letter in _CLOSING or (
            letter.isascii() and not letter.isspace() and words and words[-1][-1].isascii()
        )
        if joined and words:
            words[-1] += letter
        else:
            words.append(letter)
    return words


def _path(url: str, look: Look, box: Box, scale: float, height: float) -> str:
    """Return a code as PDF operators: one rectangle for each run of dark modules, one fill."""
    size = box.width / look.width * scale
    left = (box.left + QUIET * box.width / look.width) * scale
    bottom = (height - box.top - QUIET * box.width / look.width) * scale
    runs = _runs(url, look)
    drawn = (
        f"{left + x * size:.3f} {bottom - (y + 1) * size:.3f} {n * size:.3f} {size:.3f} re"
        for x, y, n in runs
    )
    # Between q and Q: the engine remembers its own colour, and would not set it again.
    return f"q 0 g {' '.join(drawn)} f Q"


def _runs(url: str, look: Look) -> tuple[tuple[int, int, int], ...]:
    runs: list[tuple[int, int, int]] = []
    for y, row in enumerate(artwork.modules(url, look)):
        start = None
        for x, dark in enumerate((*row, False)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append((start, y, x - start))
                start = None
    return tuple(runs)
