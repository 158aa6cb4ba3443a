"""What the tests of complaints share."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.complaints.factories import Staff, make_everybody
from tests.grid.pages import Desk


@pytest.fixture
def staff(session: Session) -> Staff:
    """One person at every level of one place."""
    return make_everybody(session)


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    """A desk with a browser on it, where nobody sits yet."""
    return Desk(client, session)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The list that every statement, to whichever database, is added to."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
