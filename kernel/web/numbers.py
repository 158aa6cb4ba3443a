"""Numbers: of rows and pages in addresses, of telephones on a page.

A database cannot compare a number of any length, and nobody can read one in a single block.
"""

import re
from typing import Final

from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """The ``int`` of our routes: at most nine digits, which an integer column holds."""

    regex = "[0-9]{1,9}"


def row_number(typed: str) -> int:
    """Read the number of a row or a page, for ``request.args.get(..., type=row_number)``.

    Raises:
        ValueError: it is none, or longer than an integer column holds.
    """
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):  # noqa: PLR2004 - digits
        raise ValueError(typed[:20])
    return int(typed)


# A mobile's number; a landline's with its area code: 010 and 02x are short, the others have four.
MOBILE: Final = re.compile(r"(1[3-9]\d)(\d{4})(\d{4})", re.ASCII)
LANDLINE: Final = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))-?(\d{3,4})(\d{4})", re.ASCII)


def in_groups(phone: str | None) -> str:
    """Return a number as it is read aloud: 138 0013 8000, 0575-8612 3456; any other as it is."""
    number = (phone or "").replace(" ", "")
    if mobile := MOBILE.fullmatch(number):
        return " ".join(mobile.groups())
    if landline := LANDLINE.fullmatch(number):
        area, *rest = landline.groups()
        return f"{area}-{' '.join(rest)}"
    return phone or ""
