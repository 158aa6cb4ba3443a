"""Numbers of rows and pages in addresses: a database cannot compare one of any length."""

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
