"""A case as text and as a row, for another system: nothing has to be typed twice."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

BOM: Final = "\ufeff"  # Excel takes a file for UTF-8 only with it
# What a spreadsheet takes for a formula, also full-width and behind blanks.
FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]")
# Numbers that are somebody's: mobiles, identity cards, bank cards, landlines with a dash.
NUMBERS: Final = re.compile(
    r"(?<![0-9])(?:1[3-9](?:[- ]?[0-9]){9}|[0-9]{15,19}[0-9Xx]?|0[0-9]{2,3}-?[0-9]{7,8})(?![0-9])"
)
HIDDEN: Final = "〔号码〕"


def without_numbers(words: str) -> str:
    """Return *words* without the numbers that are somebody's."""
    return NUMBERS.sub(HIDDEN, words)


def as_text(lines: Iterable[tuple[str, str]], *, colon: str = "：") -> str:
    """Return (label, value) pairs as lines; empty ones are left out."""
    return "\n".join(f"{label}{colon}{value}" for label, value in lines if value)


def cell(value: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what looks like a formula."""
    flat = " ".join(value.split()) if "\n" in value or "\r" in value else value
    return f"'{flat}" if FORMULA.match(flat) else flat


def row(values: Sequence[str]) -> str:
    """Return one line of a CSV file, each cell quoted."""
    cells = (cell(value).replace('"', '""') for value in values)
    return ",".join(f'"{one}"' for one in cells) + "\r\n"


def folded(number: str) -> str:
    """Return an outside number as it is looked for: capitals and digits only."""
    return "".join(sign for sign in number.upper() if sign.isalnum())
