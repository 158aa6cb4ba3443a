"""Tables of balances from before, for whoever sends and signs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, literal, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import within
from points.errors import NoSuchOpening
from points.models import LedgerAccount, Opening, OpeningRow, Posting, Undo
from points.queries.undos import UndoSeen, undos_where
from points.rules import COIN, AccountKind
from points.rules.undoing import OPENING

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
    more: int | None = None  # the line after which the next page begins


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSeen:
    """A line of a table, what its household has, and whether and how it was undone."""

    row: OpeningRow
    area_code: str  # of its household
    number: str
    address: str
    posting_id: int | None  # None until it is in the books
    free: int
    undos: Sequence[UndoSeen]  # the newest first


def openings_listed(session: Session, *, by: Actor) -> Sequence[OpeningSeen]:
    """Return tables that *by* may sign or see signed, the newest first."""
    return _found(session, within(Opening, by, Permission.LEDGER_QUOTA))


def opening_detail(session: Session, opening_id: int, *, by: Actor, after: int = 0) -> OpeningSeen:
    """Return one with its lines *after* one of them, a page of them.

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
        .where(OpeningRow.opening_id == opening_id, OpeningRow.line > after)
        .order_by(OpeningRow.line)
        .limit(SHOWN + 1)
    ).all()
    one = found[0]
    return OpeningSeen(
        one=one.one,
        first=one.first,
        second=one.second,
        rows=[(row[0], row[1], row[2], row[3]) for row in rows[:SHOWN]],
        more=rows[SHOWN - 1].line if len(rows) > SHOWN else None,
    )


def opening_line(session: Session, opening_id: int, line: int, *, by: Actor) -> RowSeen:
    """Return one line of a table, if *by* may undo things in the place of its household.

    Raises:
        NoSuchOpening: there is none for *by*.
    """
    source = cast(OpeningRow.opening_id, Text) + literal(":") + cast(OpeningRow.line, Text)
    free = LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held
    found = session.execute(
        select(
            OpeningRow,
            Household.area_code,
            Household.number,
            Household.address,
            Posting.id,
            free,
        )
        .join(Household, Household.id == OpeningRow.household_id)
        .outerjoin(Posting, and_(Posting.source_type == OPENING, Posting.source_id == source))
        .outerjoin(
            LedgerAccount,
            and_(
                LedgerAccount.kind == AccountKind.HOUSEHOLD,
                LedgerAccount.owner_ref == cast(Household.id, Text),
                LedgerAccount.unit == COIN,
            ),
        )
        .where(
            OpeningRow.opening_id == opening_id,
            OpeningRow.line == line,
            within(Household, by, Permission.LEDGER_REVERSE),
        )
    ).one_or_none()
    if found is None:
        raise NoSuchOpening("没有这张表，或者它不归您管。")
    row, area_code, number, address, posting_id, left = found
    its = and_(Undo.source_type == OPENING, Undo.source_id == f"{opening_id}:{line}")
    return RowSeen(
        row=row,
        area_code=area_code,
        number=number,
        address=address,
        posting_id=posting_id,
        free=left or 0,
        undos=undos_where(session, its),
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
