"""What the designs draw on, be it a PDF or a page of the browser, and in which colours."""

from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol

from qr.rules.formats import Box
from qr.rules.looks import Look

Colour = tuple[int, int, int]
Align = Literal["L", "C", "R"]

INK: Final[Colour] = (21, 33, 27)
GREY: Final[Colour] = (68, 83, 75)
GREEN: Final[Colour] = (11, 107, 73)
DEEP: Final[Colour] = (8, 79, 54)
PALE: Final[Colour] = (226, 241, 233)
WHITE: Final[Colour] = (255, 255, 255)
RED: Final[Colour] = (179, 38, 30)
CUT: Final[Colour] = (180, 188, 184)
HAIRLINE: Final = 0.1  # mm


class Surface(Protocol):
    """Pages to draw on.  All lengths are millimetres from the upper left."""

    def page(self) -> None:
        """Begin a new page."""

    def fill(self, box: Box, colour: Colour, *, round_by: float = 0.0) -> None:
        """Fill a rectangle, its corners rounded by so much."""

    def disc(self, box: Box, colour: Colour) -> None:
        """Fill the circle that a square holds."""

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        """Draw a hairline."""

    def code(self, url: str, look: Look, box: Box) -> None:
        """Draw a code, its quiet zone inside *box*, on white; as one path, without seams."""

    def picture(self, png: bytes, box: Box) -> None:
        """Place a picture."""

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

    def faded(self, strength: float) -> AbstractContextManager[object]:
        """Let what is drawn inside shine through by so much."""

    def turned(self, degrees: float, x: float, y: float) -> AbstractContextManager[object]:
        """Turn what is drawn inside about a point, against the clock."""
