"""The district it all happens in: the demo's, with a table of duty for the whole month."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district, folk, spots
from demo.service.cast import Cast
from demo.service.settling import hire, scannable, settle_areas
from grid import service as grid
from grid.rules.roster import USUAL, Kind, Line
from kernel.clock import SHANGHAI
from kernel.work import Work
from people import service as people
from people.models import Account
from qr import service as qr
from qr.models import Code
from qr.rules import CodeKind
from qr.service import Particulars

NIGHT_PHONES: Final = dict(zip(district.TOWNS, ("13700000001", "13700000002"), strict=True))
MONTH: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Town:
    """Who works there and where people may scan a code."""

    cast: Cast
    codes: tuple[Code, ...]
    logins: dict[str, int]


def found(work: Work, *, today: datetime) -> Town:
    """Settle areas, staff, codes and duty."""
    settle_areas(work)
    hire(work, folk.staff())
    for label in spots.labels():
        if label.kind in {CodeKind.SPOT, CodeKind.PLACE}:
            more = Particulars(category=label.category, position=label.position)
            qr.issue(
                work,
                kind=label.kind,
                area_code=label.area,
                place_name=label.name,
                more=more,
                by=None,
            )
    for row in district.areas():
        if row.code in NIGHT_PHONES:
            people.describe_area(work, replace(row, night_phone=NIGHT_PHONES[row.code]), by=None)
    logins = dict(work.session.execute(select(Account.login, Account.person_id)).all())
    for line in _lines(logins, today.astimezone(SHANGHAI).date()):
        grid.add_duty(work, line, by=None)
    codes = tuple(scannable(work))
    return Town(Cast(work.session), codes, logins)


def _lines(logins: dict[str, int], today: date) -> Iterator[Line]:
    """Yield the nights of the first village and the desk of the first town; the rest has hours."""
    for number, code in enumerate(district.GRIDS[:3], 1):
        yield _line(Kind.NIGHT, code, logins[f"wg{number}"], today)
    yield _line(Kind.DESK, district.TOWNS[0], logins["zhen1"], today)


def _line(kind: Kind, area: str, person_id: int, first: date) -> Line:
    opens, closes = USUAL[kind]
    return Line(
        area=area,
        person_id=person_id,
        kind=kind,
        first_day=first,
        last_day=first + MONTH,
        opens=opens,
        closes=closes,
    )
