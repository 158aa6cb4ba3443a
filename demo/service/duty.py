"""The demo's table of duty for this week and the next, its night desks, and who speaks what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district
from grid import service as grid
from grid.rules.roster import USUAL, Kind, Line
from kernel.clock import SHANGHAI
from kernel.work import Work
from people import service as people
from people.models import Account

AHEAD: Final = timedelta(days=10)
NIGHT_PHONES: Final = dict(zip(district.TOWNS, ("0571-00000111", "0571-00000121"), strict=True))
# login: what they speak besides
SPOKEN: Final = {
    "wg1": ("mandarin", "wu_hangzhou"),
    "wg2": ("mandarin", "southwest"),
    "wg5": ("mandarin", "wu_shaoxing"),
    "wgz1": ("mandarin", "wu_hangzhou", "wu_ningbo"),
    "zhen1": ("mandarin", "english"),
}


def plan_duty(work: Work, *, end: datetime) -> None:
    """Let the first village have its nights, and both towns a desk; the others go by the hours."""
    logins = dict(work.session.execute(select(Account.login, Account.person_id)).all())
    for row in district.areas():
        if row.code in NIGHT_PHONES:
            people.describe_area(work, replace(row, night_phone=NIGHT_PHONES[row.code]), by=None)
    for line in _lines(logins, end.astimezone(SHANGHAI).date()):
        grid.add_duty(work, line, by=None)
    for login, spoken in SPOKEN.items():
        people.set_dialects(work, logins[login], spoken, by=None)


def _lines(logins: dict[str, int], today: date) -> Iterator[Line]:
    workers = [logins[f"wg{number}"] for number in range(1, 5)]
    for number, code in enumerate(district.GRIDS[:4]):
        yield _line(Kind.DAY, code, workers[number], today)
        if code != district.GRIDS[3]:  # whose nights are left to the weekly hours
            yield _line(Kind.NIGHT, code, workers[number], today)
    away = today + timedelta(days=2)
    yield replace(
        _line(Kind.STAND_IN, district.GRIDS[0], logins["wgz1"], away),
        last_day=away + timedelta(days=1),
        stands_for=workers[0],
    )
    for number, town in enumerate(district.TOWNS, 1):
        yield _line(Kind.DESK, town, logins[f"zhen{number}"], today)


def _line(kind: Kind, area: str, person_id: int, first: date) -> Line:
    opens, closes = USUAL[kind]
    return Line(
        area=area,
        person_id=person_id,
        kind=kind,
        first_day=first,
        last_day=first + AHEAD,
        opens=opens,
        closes=closes,
    )
