"""The tables of the months: what a village had, who has looked through it, and its one CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Person
from people.queries import paths_of, within
from people.rules import Level, mask_name
from points.errors import NoSuchMonth
from points.models import Close, Month, Publication, Signature, Statement
from points.rules import moment_of
from points.rules.months import COINS, SIGNERS, cut_of, sheet
from points.rules.table import ReviewLevel

PAGE: Final = 100
GONE: Final = "没有这张月结表，或者它不归您看。"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """A village's month in a list: how far it is."""

    close: Close
    place: str
    signed: int  # levels
    published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLine:
    """A household in a village's table; *name* is its head's, masked."""

    row: Statement
    name: str

    @property
    def coins(self) -> Mapping[str, int]:
        """The columns of the table."""
        return {name: getattr(self.row, name) for name in COINS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who has looked through a table, and when."""

    level: ReviewLevel
    who: str
    remark: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDetail:
    """A village's month."""

    close: Close
    place: str
    cut_at: datetime
    made_at: datetime
    sums: dict[str, int]
    signed: tuple[Signed, ...]
    waits_for: ReviewLevel | None
    publication: Publication | None


def sheet_rows(period: str, village: str | None = None) -> Select[*tuple[Any, ...]]:
    """Return the statements of a month in the order of their table, all villages or one."""
    statement = (
        select(Statement.__table__)
        .where(Statement.period == period)
        .order_by(Statement.area_code, Statement.number, Statement.account_id)
    )
    return statement if village is None else statement.where(Statement.area_code == village)


def village_sheet(
    rows: Iterable[Row[*tuple[Any, ...]]], *, village: str, period: str, previous: str
) -> Sequence[Sequence[object]]:
    """Return the rows of the one CSV of a village's month."""
    cells = [
        (
            row.number,
            *[getattr(row, name) for name in COINS],
            row.last_version,
            row.head_hash.hex(),
        )
        for row in rows
    ]
    return sheet(cells, village=village, period=period, previous=previous)


def months_listed(
    session: Session, *, by: Actor, page: int = 1
) -> tuple[Sequence[MonthLine], bool]:
    """Return villages' months that *by* may read, the newest first, and whether more follow."""
    signed = (
        select(func.count())
        .where(Signature.close_id == Close.id)
        .correlate(Close)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Close, signed.label("signed"), Publication.close_id.label("published"))
        .outerjoin(Publication, Publication.close_id == Close.id)
        .where(within(Close, by, Permission.LEDGER_READ))
        .order_by(Close.period.desc(), Close.area_code)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    names = paths_of(session, [row[0].area_code for row in rows[:PAGE]], top=Level.TOWN)
    lines = [
        MonthLine(
            close=close,
            place=names.get(close.area_code, ""),
            signed=count,
            published=published is not None,
        )
        for close, count, published in rows[:PAGE]
    ]
    return lines, len(rows) > PAGE


def month_detail(session: Session, close_id: int, *, by: Actor) -> MonthDetail:
    """Return one village's month.

    Raises:
        NoSuchMonth: there is none that *by* may read.
    """
    close, month, publication = _found(session, close_id, by)
    mine = and_(Statement.period == close.period, Statement.area_code == close.area_code)
    sums = session.execute(
        select(*[func.sum(getattr(Statement, name)) for name in COINS]).where(mine)
    ).one()
    signed = session.execute(
        select(Signature, Person.public_name)
        .join(Person, Person.id == Signature.person_id)
        .where(Signature.close_id == close.id)
        .order_by(Signature.id)
    ).all()
    there = {one.level for one, _name in signed}
    return MonthDetail(
        close=close,
        place=paths_of(session, [close.area_code], top=Level.TOWN).get(close.area_code, ""),
        cut_at=cut_of(close.period),
        made_at=moment_of(month.made_at),
        sums={name: int(total or 0) for name, total in zip(COINS, sums, strict=True)},
        signed=tuple(
            Signed(level=one.level, who=name, remark=one.remark, at=one.at) for one, name in signed
        ),
        waits_for=next((one for one in SIGNERS if one not in there), None),
        publication=publication,
    )


def month_homes(
    session: Session, close_id: int, *, by: Actor, page: int = 1, most: int = PAGE
) -> tuple[Sequence[HomeLine], bool]:
    """Return the households of a village's month, by their numbers, and whether more follow.

    Raises:
        NoSuchMonth: there is none that *by* may read.
    """
    close = _found(session, close_id, by)[0]
    head = and_(Person.household_id == Statement.household_id, Person.is_head)
    rows = session.execute(
        select(Statement, Person.name)
        .outerjoin(Person, head)
        .where(Statement.period == close.period, Statement.area_code == close.area_code)
        .order_by(Statement.number, Statement.account_id)
        .offset((max(page, 1) - 1) * most)
        .limit(most + 1)
    ).all()
    lines = [HomeLine(row=row, name=mask_name(name)) for row, name in rows[:most]]
    return lines, len(rows) > most


def month_sheet(
    session: Session, close_id: int, *, by: Actor
) -> tuple[Close, Sequence[Sequence[object]]]:
    """Return a village's month and the rows of its table: those whose CSV is hashed.

    Raises:
        NoSuchMonth: there is none that *by* may read.
    """
    close = _found(session, close_id, by)[0]
    rows = session.execute(sheet_rows(close.period, close.area_code)).all()
    return close, village_sheet(
        rows, village=close.area_code, period=close.period, previous=close.previous
    )


def _found(session: Session, close_id: int, by: Actor) -> tuple[Close, Month, Publication | None]:
    row = session.execute(
        select(Close, Month, Publication)
        .join(Month, Month.period == Close.period)
        .outerjoin(Publication, Publication.close_id == Close.id)
        .where(Close.id == close_id, within(Close, by, Permission.LEDGER_READ))
    ).one_or_none()
    if row is None:
        raise NoSuchMonth(GONE)
    return row[0], row[1], row[2]
