"""Sign-in, staff and areas, as pages."""

from flask import Blueprint
from sqlalchemy.orm import Session

from kernel.web import SignedIn

pages = Blueprint("people", __name__)


def load(session: Session, session_id: str) -> SignedIn | None:  # noqa: ARG001 - replaced by the real one
    """Return whom a session id stands for."""
    return None


def session_id(session: Session, person_id: int) -> str:  # noqa: ARG001 - replaced by the real one
    """Return the id a signed-in session of *person_id* carries."""
    return str(person_id)
