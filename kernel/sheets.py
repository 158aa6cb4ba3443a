"""Tables as files that a spreadsheet opens without running anything that strangers wrote."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# A spreadsheet takes a cell that begins so for a formula; some take the full-width signs, too.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for something else


def safe(cell: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula.

    Numbers stay numbers; anything else that begins like a formula gets an apostrophe before it.
    """
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, int | float):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table as CSV, line by line, so that it need not be held in memory."""
    yield BOM
    yield _line(heads)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in row])
    return out.getvalue()
