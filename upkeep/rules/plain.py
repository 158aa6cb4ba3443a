"""A row of a table as JSON, and back: the same on both databases."""

import base64
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

TEXT: Final = "utf-8"


def plain(value: object) -> object:
    """Return *value* as JSON can hold it; a moment without a zone is UTC, as SQLite keeps it."""
    match value:
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return value


def as_line(row: tuple[Any, ...]) -> bytes:
    """Return one row as one line."""
    values = [plain(value) for value in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(TEXT) + b"\n"


def moment(text: str, *, naive: bool) -> datetime:
    """Return the moment that `plain` wrote, without its zone where the database keeps none."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=None) if naive else found
