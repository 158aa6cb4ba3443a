"""How a text is fitted into a box: smaller, then on more rows, then cut off."""

from collections.abc import Callable, Sequence
from typing import Final

from qr.rules.formats import Box

Measure = Callable[[str, float, bool], float]  # of a text, its size in mm, bold or not: mm
Fitted = tuple[float, Sequence[str]]  # the size in mm, and what stands on each row

SMALLEST: Final = 0.6  # of the size asked for; a text that needs less is cut off with an ellipsis
NEARLY: Final = 0.8  # down to this rather than a second row with one character on it
LEADING: Final = 1.3  # from line to line, of the size
_STEP: Final = 0.96
_CLOSING: Final = frozenset("，。、；：？！）》”’…")


class Typesetter:
    """Fits texts, and remembers: most of what stands on a sheet stands on all of its pieces."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._fitted: dict[tuple[str, float, float, int, bool], Fitted] = {}

    def fit(self, text: str, size: float, width: float, lines: int, *, bold: bool) -> Fitted:
        """Return the size and rows: fewer rows a little smaller, before more rows.

        What is too wide at six tenths of the size ends in an ellipsis.
        """
        key = (text, round(size, 3), round(width, 3), lines, bold)
        if key not in self._fitted:
            self._fitted[key] = self._fit(text, size, width, lines, bold=bold)
        return self._fitted[key]

    def lay(
        self, text: str, size: float, box: Box, lines: int, *, bold: bool
    ) -> tuple[float, list[tuple[float, str]]]:
        """Return the size, and each row with where its top is, in the middle of *box*'s height."""
        used, rows = self.fit(text, size, box.width, lines, bold=bold)
        high = used * LEADING
        top = box.top + max(0.0, (box.height - high * len(rows)) / 2)
        return used, [(top + at * high, row) for at, row in enumerate(rows)]

    def _fit(self, text: str, size: float, width: float, lines: int, *, bold: bool) -> Fitted:
        for most in range(1, lines + 1):
            least = size * (SMALLEST if most == lines else NEARLY)
            used = size
            while used >= least:
                rows = self._rows(text, used, width, bold=bold)
                if len(rows) <= most:
                    return used, rows
                used *= _STEP
        used /= _STEP
        return used, [*rows[: lines - 1], self._cut(rows[lines - 1], used, width, bold=bold)]

    def _rows(self, text: str, size: float, width: float, *, bold: bool) -> list[str]:
        """Break between any two characters, as Chinese may, but keep words of letters whole."""
        if self._measure(text, size, bold) <= width:
            return [text]
        rows, row = [], ""
        for word in _words(text):
            if row and self._measure(row + word, size, bold) > width:
                rows.append(row.rstrip())
                row = ""
            row += word
        return [*rows, row]

    def _cut(self, row: str, size: float, width: float, *, bold: bool) -> str:
        while row and self._measure(row + "…", size, bold) > width:
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
