"""The hours a town sets for its workers: a plain table, never a switch and never a check-in."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from grid import service
from grid.forms import DAYS, HOURS_ROLES, HoursForm, choice, number
from grid.models import Hours
from grid.queries.pages import hours_set, places
from grid.rules.duty import Shift
from grid.rules.roster import read_minutes, spoken_minutes
from grid.views.blueprint import pages
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, transaction
from people.queries import paths_of, reaches
from people.rules import Level

MOST_ROWS: Final = 20
LEVELS: Final = (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID)


@pages.get("/hours")
@require(Permission.DUTY_READ)
def hours() -> str:
    """Show the hours in force, and to whoever sets them the form."""
    return _page(HoursForm(formdata=None, opens="8:00", closes="18:00"))


@pages.post("/hours")
@require(Permission.DUTY_EDIT)
def add_hours() -> ResponseReturnValue:
    """Add a stretch on one or several days."""
    form = HoursForm()
    form.area.choices = _areas()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        opens, closes = read_minutes(text(form.opens)), read_minutes(text(form.closes))
        fresh = {Shift(int(day), opens, closes) for day in form.days.data or ()}
        with transaction() as work:
            area, role = text(form.area), Role(form.role.data)
            _set(work, area, role, _week(work.session, area, role) | fresh)
    except Refusal as refusal:
        return _page(form, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("加好了。"))
    return redirect(url_for("grid.hours"), code=303)


@pages.post("/hours/remove")
@require(Permission.DUTY_EDIT)
def remove_hours() -> ResponseReturnValue:
    """Take stretches out; what is gone already stays gone."""
    ids = [number(typed) for typed in request.form.getlist("row")[:MOST_ROWS]]
    with transaction() as work:
        rows = [row for id_ in ids if id_ and (row := work.session.get(Hours, id_))]
        gone = {(row.area_code, row.role): set[Shift]() for row in rows}
        for row in rows:
            gone[row.area_code, row.role].add(Shift(row.weekday, row.opens, row.closes))
        for (area, role), shifts in gone.items():
            _set(work, area, role, _week(work.session, area, role) - shifts)
    flash(_("去掉了。"))
    return redirect(url_for("grid.hours"), code=303)


def _set(work: Work, area: str, role: Role, week: Iterable[Shift]) -> None:
    service.set_hours(work, area_code=area, role=role, shifts=week, by=current_actor())


def _week(session: Session, area: str, role: Role) -> set[Shift]:
    """Return what is set for one role right there."""
    rows = hours_set(session, Permission.DUTY_EDIT, by=current_actor())
    mine = [row for row in rows if row.area_code == area and row.role is role]
    return {Shift(row.weekday, row.opens, row.closes) for row in mine}


def _page(form: HoursForm, refused: str = "") -> str:
    by = current_actor()
    form.area.choices = _areas()
    rows = hours_set(db.session(), Permission.DUTY_READ, by=by)
    paths = paths_of(db.session(), {row.area_code for row in rows}, top=Level.TOWN)
    lines = [
        {
            "rows": [row.id for row in group],
            "area": paths.get(area, area),
            "role": _named(HOURS_ROLES, role.value),
            "days": _days(row.weekday for row in group),
            "span": f"{spoken_minutes(opens)}–{spoken_minutes(closes)}",
            "mine": reaches(by, Permission.DUTY_EDIT, area),
        }
        for (area, role, opens, closes), group in _grouped(rows).items()
    ]
    return render_template(
        "grid/hours.html",
        form=form,
        lines=lines,
        refused=refused,
        edits=by.may(Permission.DUTY_EDIT),
    )


def _grouped(rows: Iterable[Hours]) -> dict[tuple[str, Role, int, int], list[Hours]]:
    """Put the same hours on several days into one line."""
    groups: dict[tuple[str, Role, int, int], list[Hours]] = {}
    for row in rows:
        groups.setdefault((row.area_code, row.role, row.opens, row.closes), []).append(row)
    return groups


def _days(weekdays: Iterable[int]) -> str:
    """Return the days in words, Monday first."""
    days = sorted(set(weekdays))
    if days == list(range(7)):
        return str(_("每天"))
    return str(_("、")).join(_named(DAYS, str(day)) for day in days)


def _named(choices: Iterable[Any], value: str) -> str:
    return next((str(one.label) for one in choices if one.value == value), value)


def _areas() -> list[Any]:
    """Return the areas whose hours this person sets."""
    found = places(db.session(), Permission.DUTY_EDIT, *LEVELS, by=current_actor())
    paths = paths_of(db.session(), [one.code for one in found], top=Level.TOWN)
    return [choice(one.code, paths.get(one.code, one.name)) for one in found]
