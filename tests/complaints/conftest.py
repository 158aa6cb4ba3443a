"""What the tests of complaints share."""

import pytest
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
