"""Tables of balances from before, for whoever sends and signs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import within
from points.errors import NoSuchOpening
from points.models import Opening, OpeningRow

MOST: Final = 100
SHOWN: Final = 500
_FIRST: Final = aliased(Person)
_SECOND: Final = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningSeen:
    """A table and who signed it; its first lines are (line, household's number, address, coins)."""

    one: Opening
    first: str
    second: str
    rows: Sequence[tuple[int, str, str, int]] = ()


def openings_listed(session: Session, *, by: Actor) -> Sequence[OpeningSeen]:
    """Return tables that *by* may sign or see signed, the newest first."""
    return _found(session, within(Opening, by, Permission.LEDGER_QUOTA))


def opening_detail(session: Session, opening_id: int, *, by: Actor) -> OpeningSeen:
    """Return one with its lines.

    Raises:
        NoSuchOpening: there is none for *by*.
    """
    mine = within(Opening, by, Permission.LEDGER_QUOTA)
    found = _found(session, (Opening.id == opening_id) & mine)
    if not found:
        raise NoSuchOpening("没有这张表，或者它不归您管。")
    rows = session.execute(
        select(OpeningRow.line, Household.number, Household.address, OpeningRow.coins)
        .join(Household, Household.id == OpeningRow.household_id)
        .where(OpeningRow.opening_id == opening_id)
        .order_by(OpeningRow.line)
        .limit(SHOWN)
    ).all()
    one = found[0]
    return OpeningSeen(
        one=one.one,
        first=one.first,
        second=one.second,
        rows=[(row[0], row[1], row[2], row[3]) for row in rows],
    )


def _found(session: Session, condition: ColumnElement[bool]) -> Sequence[OpeningSeen]:
    rows = session.execute(
        select(Opening, _FIRST.public_name, _SECOND.public_name)
        .join(_FIRST, _FIRST.id == Opening.asked_by)
        .outerjoin(_SECOND, _SECOND.id == Opening.decided_by)
        .where(condition)
        .order_by(Opening.id.desc())
        .limit(MOST)
    ).all()
    return [OpeningSeen(one=one, first=first, second=second or "") for one, first, second in rows]
