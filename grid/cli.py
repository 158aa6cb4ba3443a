"""Commands for whoever runs the machine: ``flask grid …``."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
from flask.cli import AppGroup
from sqlalchemy import select

from grid import service
from grid.models import Hours
from grid.queries.staff import BY_THE_HOURS, LEVELS
from grid.rules.duty import Shift
from kernel.db import db
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import transaction

commands = AppGroup("grid", help="The grid queue: hours of duty.")

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES: Final = [role.value for role in Role if LEVELS.get(role) in BY_THE_HOURS]
_SPAN: Final = re.compile(
    r"(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))?@"
    r"(?P<h1>\d{1,2}):(?P<m1>\d{2})-(?P<h2>\d{1,2}):(?P<m2>\d{2})"
)


@commands.command("hours")
@click.option("--area", required=True, metavar="CODE", help="6, 9, 12, 15 or 17 digits.")
@click.option("--role", type=click.Choice(ROLES), help="Needed to set them.")
@click.argument("spans", nargs=-1, metavar="[mon-fri@08:00-18:00]...")
@click.option("--forget", is_flag=True, help="Let the area above decide again.")
def hours(area: str, role: str | None, spans: tuple[str, ...], *, forget: bool) -> None:
    """Show the hours an area has set, or replace the week of one role.

    Until an area or one above it sets any, grid workers are on duty from 08:00 to 18:00 every day.
    """
    if spans or forget:
        if role is None:
            raise click.UsageError("--role is needed to set hours")
        shifts = [shift for span in spans for shift in _shifts(span)]
        with _in_words(), transaction() as work:
            service.set_hours(work, area_code=area, role=Role(role), shifts=shifts, by=None)
    rows = db.session().scalars(
        select(Hours)
        .where(Hours.area_code == area)
        .order_by(Hours.role, Hours.weekday, Hours.opens)
    )
    for row in rows:
        click.echo(f"{row.role} {DAYS[row.weekday]} {_spoken(row.opens)}-{_spoken(row.closes)}")


def _shifts(span: str) -> Iterator[Shift]:
    found = _SPAN.fullmatch(span.strip().lower())
    if found is None or not {found["first"], found["last"] or "mon"} <= {*DAYS}:
        raise click.BadParameter(f"{span!r}: write it like mon-fri@08:00-18:00")
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"] or found["first"])
    opens = int(found["h1"]) * 60 + int(found["m1"])
    closes = int(found["h2"]) * 60 + int(found["m2"])
    for day in range(first, last + 1):
        yield Shift(day, opens, closes)


def _spoken(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn a refusal into a sentence at the terminal."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
