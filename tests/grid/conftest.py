"""What the tests of the grid share."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from kernel.work import Work
from tests.factories import GRID, make_staff
from tests.fakes import NOON
from tests.grid.pages import Desk


@pytest.fixture
def make_attachment(work: Work) -> int:
    """Return the number of a saved picture."""
    picture = Attachment(
        key="k",
        owner="citizen.report:1",
        kind=Kind.PICTURE,
        state=MediaState.READY,
        mime="image/jpeg",
        size=10,
        digest="0" * 64,
        stored="x",
        received_at=NOON,
    )
    work.session.add(picture)
    work.session.flush()
    return picture.id


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    """Return a desk with a browser on it, where nobody sits yet."""
    return Desk(client, session)


@pytest.fixture
def worker(session: Session) -> Actor:
    return make_staff(session, Role.GRID_FULL, area=GRID)
