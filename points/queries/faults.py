"""What a look through the books finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

CHUNK: Final = 2000  # rows held in memory at once


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that does not agree with the rest, by table and key, and in what."""

    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


def stream(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Row[Any]]:
    """Yield the rows of *statement* without holding all of them."""
    result = session.execute(statement, execution_options={"yield_per": CHUNK})
    yield from result
