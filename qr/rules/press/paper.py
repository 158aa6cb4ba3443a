"""The same designs as SVG, for the browser's own printer: no style of its own, so no policy minds.

How wide a text is nobody knows before the browser has chosen its font: it is taken for a little
wider than it usually is.
"""

import base64
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from markupsafe import Markup, escape

from qr.rules import artwork
from qr.rules.formats import Box
from qr.rules.looks import QUIET, Look
from qr.rules.press.surface import HAIRLINE, INK, WHITE, Align, Colour
from qr.rules.press.typesetting import LEADING, Typesetter

FAMILIES: Final = (
    "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei,"
    " sans-serif"
)
_WIDE: Final = frozenset("WFA")  # as Unicode's East_Asian_Width has them
_LETTER: Final = (0.58, 0.62)  # of the size: what a Latin letter or a digit takes; bold
_BASELINE: Final = 0.3  # of the size, below the middle of a line
_ANCHORS: Final[dict[Align, tuple[str, float]]] = {
    "L": ("start", 0.0),
    "C": ("middle", 0.5),
    "R": ("end", 1.0),
}


class Paper:
    """A surface that becomes one SVG document a page."""

    def __init__(self, page: tuple[float, float]) -> None:
        self._size = page
        self._setter = Typesetter(_width)
        self._pages: list[list[str]] = []

    def pages(self) -> Iterator[Markup]:
        """Yield what was drawn, each page as large as the paper."""
        wide, high = self._size
        for drawn in self._pages:
            yield Markup(  # noqa: S704 - drawn by us; texts are escaped where they are set
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}mm" height="{high:g}mm"'
                f' viewBox="0 0 {wide:g} {high:g}" font-family="{FAMILIES}">{"".join(drawn)}</svg>'
            )

    def page(self) -> None:
        """Begin a new page."""
        self._pages.append([])

    def fill(self, box: Box, colour: Colour, *, round_by: float = 0.0) -> None:
        """Fill a rectangle, its corners rounded by so much."""
        corners = f' rx="{round_by:.3f}"' if round_by else ""
        self._add(f"<rect{_place(box)}{corners}{_fill(colour)}/>")

    def disc(self, box: Box, colour: Colour) -> None:
        """Fill the circle that a square holds."""
        radius = box.width / 2
        self._add(
            f'<circle cx="{box.left + radius:.3f}" cy="{box.top + radius:.3f}" r="{radius:.3f}"'
            f"{_fill(colour)}/>"
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        """Draw a hairline."""
        self._add(
            f'<path d="M{start[0]:.3f} {start[1]:.3f}L{end[0]:.3f} {end[1]:.3f}"'
            f' stroke="{_hex(colour)}" stroke-width="{HAIRLINE}"/>'
        )

    def code(self, url: str, look: Look, box: Box) -> None:
        """Draw a code, its quiet zone inside *box*, on white; as one path, without seams."""
        self.fill(box, WHITE)
        size = box.width / look.width
        path = "".join(
            f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for x, y, n in artwork.runs(url, look)
        )
        self._add(
            f'<path transform="translate({box.left:.3f} {box.top:.3f}) scale({size:.5f})"'
            f' shape-rendering="crispEdges" d="{path}"/>'
        )

    def picture(self, png: bytes, box: Box) -> None:
        """Place a picture."""
        content = base64.b64encode(png).decode()
        self._add(f'<image{_place(box)} href="data:image/png;base64,{content}"/>')

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
        used, rows = self._setter.lay(text, size, box, lines, bold=bold)
        anchor, share = _ANCHORS[align]
        x, middle = box.left + share * box.width, LEADING / 2 * used + _BASELINE * used
        weight = ' font-weight="700"' if bold else ""
        for top, row in rows:
            self._add(
                f'<text x="{x:.3f}" y="{top + middle:.3f}" font-size="{used:.3f}"{weight}'
                f' text-anchor="{anchor}"{_fill(colour)}>{escape(row)}</text>'
            )

    @contextmanager
    def faded(self, strength: float) -> Iterator[None]:
        """Let what is drawn inside shine through by so much."""
        with self._group(f'opacity="{strength}"'):
            yield

    @contextmanager
    def turned(self, degrees: float, x: float, y: float) -> Iterator[None]:
        """Turn what is drawn inside about a point, against the clock."""
        with self._group(f'transform="rotate({-degrees} {x:.3f} {y:.3f})"'):
            yield

    @contextmanager
    def _group(self, attribute: str) -> Iterator[None]:
        self._add(f"<g {attribute}>")
        yield
        self._add("</g>")

    def _add(self, element: str) -> None:
        self._pages[-1].append(element)


def _width(text: str, size: float, bold: bool) -> float:  # noqa: FBT001 - as Measure says
    letter = _LETTER[bold]
    return size * sum(1.0 if unicodedata.east_asian_width(one) in _WIDE else letter for one in text)


def _place(box: Box) -> str:
    return (
        f' x="{box.left:.3f}" y="{box.top:.3f}" width="{box.width:.3f}" height="{box.height:.3f}"'
    )


def _fill(colour: Colour) -> str:
    return f' fill="{_hex(colour)}"'


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
