"""Files that a page hands out."""

from collections.abc import Iterable, Sequence

from flask import Response, stream_with_context

from kernel.sheets import as_csv


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table as the file *name*, line by line; it is kept by no cache."""
    lines = stream_with_context(as_csv(heads, rows))
    answer = Response(lines, content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
