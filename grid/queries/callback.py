"""How whoever reported wants to be called back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grid.models import Callback


@dataclass(frozen=True, slots=True)
class Wanted:
    """Dialect and hours; "" where nothing was said."""

    dialect: str = ""
    hours: str = ""


def callback_of(session: Session, case_id: int) -> Wanted:
    """Return what was said with a case; one statement.  Who may ask is the caller's matter."""
    found = session.get(Callback, case_id)
    return Wanted() if found is None else Wanted(found.dialect, found.hours)
