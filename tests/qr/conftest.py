"""What the tests of printed codes share."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@pytest.fixture
def reads() -> Iterator[list[str]]:
    """Return the list that every SELECT, to whichever database, is added to."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
