"""The table of duty: a week of one place at a glance, and one line at a time.

A plan on paper's terms: nobody checks in, nobody is counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.errors import NoSuchLine
from grid.forms import DAYS, choice
from grid.forms.duty import DutyForm
from grid.queries import DutyLine
from grid.queries.pages import Place, places
from grid.queries.roster import DUTY_LEVELS
from grid.rules.clocks import local
from grid.rules.roster import Kind, Line, spoken_minutes
from grid.views.blueprint import now, pages
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import cleaned, text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from people.queries import paths_of, reaches
from people.rules import DIGITS, ROLE_NAMES, Level

ONE_DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
FARTHEST: Final = timedelta(days=400)


@pages.get("/duty")
@require(Permission.DUTY_READ)
def duty() -> str:
    """Show one week of one place: at first the widest that one looks after."""
    found = _places()
    area = request.args.get("area", "") or (found[0].code if found else "")
    return _page(found, area, _monday(request.args.get("week", "")))


@pages.post("/duty")
@require(Permission.DUTY_EDIT)
def add_duty() -> ResponseReturnValue:
    """Put a line into the table."""
    form = DutyForm()
    if form.validate():
        try:
            with transaction() as work:
                service.add_duty(work, form.line(), by=current_actor())
        except Refusal as refusal:
            return _again(form, refusal)
        flash(_("排好了。"))
        return _back(text(form.area), form.first_day.data)
    return _again(form)


@pages.route("/duty/<int:line_id>", methods=["GET", "POST"])
@require(Permission.DUTY_EDIT)
def change_duty(line_id: int) -> ResponseReturnValue:
    """Show one line, and write it anew."""
    found = queries.duty_line(db.session(), line_id, by=current_actor())
    if request.method == "GET":
        return _edit_page(found, _filled(found.line))
    form = DutyForm()
    form.area.data = found.line.area
    if not form.validate():
        return _edit_page(found, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            service.change_duty(work, line_id, form.line(), by=current_actor())
    except Refusal as refusal:
        return _edit_page(found, form, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("改好了。"))
    return _back(found.line.area, form.first_day.data)


@pages.post("/duty/<int:line_id>/remove")
@require(Permission.DUTY_EDIT)
def remove_duty(line_id: int) -> ResponseReturnValue:
    """Take a line out."""
    found = queries.duty_line(db.session(), line_id, by=current_actor())
    with transaction() as work:
        service.remove_duty(work, line_id, by=current_actor())
    flash(_("去掉了。没有人值班的时候，事情按平时的值班时间派，再往上找网格长、村、镇。"))
    return _back(found.line.area, _day(request.form.get("week", "")) or found.line.first_day)


@pages.post("/duty/copy")
@require(Permission.DUTY_EDIT)
def copy_duty() -> ResponseReturnValue:
    """Copy the week before."""
    area = cleaned(request.form.get("area", ""))
    monday = _monday(request.form.get("week", ""))
    with transaction() as work:
        copied, left = service.copy_week(work, area, monday, by=current_actor())
    flash(_("照上一周排了 %(n)s 班。", n=copied) if copied else _("没有可以照排的班。"))
    if left:
        flash(_("有 %(n)s 班没有照排：已经排过、已经过去，或者人不在了。", n=left))
    return _back(area, monday)


def open_tonight() -> list[str]:
    """Return the grids one plans in which nobody is on duty this night; none for other readers."""
    by, today = current_actor(), local(now()).date()
    if not by.may(Permission.DUTY_EDIT):
        return []
    grids = {one.code: one.name for one in queries.grids_of(db.session(), by=by)}
    found = queries.open_nights(db.session(), grids, [today], by=by)
    paths = paths_of(db.session(), [area for area, _day in found], top=Level.VILLAGE)
    return [paths.get(area, grids[area]) for area, _day in found]


def _page(
    found: Sequence[Place],
    area: str,
    monday: date,
    form: DutyForm | None = None,
    refused: str = "",
) -> str:
    by, sunday = current_actor(), monday + WEEK - ONE_DAY
    lines = (
        queries.duty_between(db.session(), area, monday - ONE_DAY, sunday, by=by) if area else ()
    )
    edits = bool(area) and reaches(by, Permission.DUTY_EDIT, area)
    paths = paths_of(db.session(), {area, *(one.line.area for one in lines)}, top=Level.TOWN)
    open_nights = _open_nights(area, monday) if edits else []
    form = form or DutyForm(formdata=None, area=area, first_day=_today(monday))
    form.area.data, form.week.data = area, monday.isoformat()
    if edits:
        form.offer(_people(area))
    return render_template(
        "grid/duty.html",
        area=area,
        place=paths.get(area, area),
        choices=[(one.code, _indented(one, found)) for one in found],
        monday=monday,
        weeks=[(name, (monday + step).isoformat()) for name, step in _weeks()],
        days=[_day_view(monday + n * ONE_DAY, lines, area, paths) for n in range(7)],
        open_nights=open_nights,
        form=form,
        refused=refused,
        edits=edits,
        may_night=by.may(Permission.CASE_ASSIGN),
        may_hand_over=by.may(Permission.CASE_REASSIGN),
    )


def _again(form: DutyForm, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Show the week with what was typed, and what is wrong with it."""
    area, said = text(form.area), ""
    if not reaches(current_actor(), Permission.DUTY_EDIT, area):
        raise NoSuchLine("没有这个区域，或者它的班不归您排。")
    if refusal is not None:
        said = full_stop(sentence_of(refusal))
    page = _page(_places(), area, _monday(text(form.week)), form, said)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if refusal is None else shown_as(refusal)


def _edit_page(found: DutyLine, form: DutyForm, refused: str = "") -> str:
    form.offer(_people(found.line.area))
    paths = paths_of(db.session(), [found.line.area], top=Level.TOWN)
    return render_template(
        "grid/duty_line.html",
        line_id=found.id,
        place=paths.get(found.line.area, ""),
        area=found.line.area,
        week=_monday(found.line.first_day.isoformat()).isoformat(),
        form=form,
        refused=refused,
    )


def _filled(line: Line) -> DutyForm:
    return DutyForm(
        formdata=None,
        area=line.area,
        kind=line.kind.value,
        person=str(line.person_id),
        stands_for="" if line.stands_for is None else str(line.stands_for),
        first_day=line.first_day,
        last_day=line.last_day,
        opens=spoken_minutes(line.opens),
        closes=spoken_minutes(line.closes),
    )


def _day_view(
    day: date, lines: Sequence[DutyLine], area: str, paths: Mapping[str, str]
) -> dict[str, Any]:
    """Return what stands on one day: those of the place itself can be changed here."""
    return {
        "date": day,
        "title": _("%(day)s %(date)s", day=DAYS[day.weekday()].label, date=_spoken_day(day)),
        "today": day == local(now()).date(),
        "lines": [_line_view(one, area, paths) for one in lines if _is_on(one.line, day)],
    }


def _line_view(one: DutyLine, area: str, paths: Mapping[str, str]) -> dict[str, Any]:
    line = one.line
    whole = (line.opens, line.closes) == (0, 24 * 60)
    over = "" if line.closes > line.opens else _("次日")
    return {
        "id": one.id,
        "name": one.name,
        "kind": _(line.kind.label),
        "night": line.kind in {Kind.NIGHT, Kind.DESK},
        "span": _("全天")
        if whole
        else f"{spoken_minutes(line.opens)}–{over}{spoken_minutes(line.closes)}",
        "for": one.stands_for,
        "where": "" if line.area == area else paths.get(line.area, ""),
        "mine": line.area == area,
    }


def _is_on(line: Line, day: date) -> bool:
    return line.first_day <= day <= line.last_day


def _open_nights(area: str, monday: date) -> list[str]:
    """Return the nights of the week, from today on, in which nobody is on duty.

    Of a larger area: in how many of its grids.
    """
    by, today = current_actor(), local(now()).date()
    days = [day for n in range(7) if (day := monday + n * ONE_DAY) >= today]
    if len(area) >= DIGITS[Level.GRID]:
        found = queries.open_nights(db.session(), [area], days, by=by)
        return [str(_("%(day)s夜里没有人值班", day=_spoken_day(day))) for _area, day in found]
    grids = queries.grids_of(db.session(), by=by)
    inside = [one.code for one in grids if one.code.startswith(area)]
    counted = Counter(day for _area, day in queries.open_nights(db.session(), inside, days, by=by))
    return [
        str(_("%(day)s夜里有 %(n)s 个网格没有人值班", day=_spoken_day(day), n=counted[day]))
        for day in days
        if counted[day]
    ]


def _people(area: str) -> list[Any]:
    found = queries.colleagues(db.session(), area, by=current_actor())
    return [choice(str(one.person_id), f"{one.name} · {_(ROLE_NAMES[one.role])}") for one in found]


def _places() -> tuple[Place, ...]:
    return places(db.session(), Permission.DUTY_READ, *DUTY_LEVELS, by=current_actor())


def _indented(place: Place, found: Sequence[Place]) -> str:
    """Return a name set in by how deep it lies below the highest one of *found*."""
    depth = {9: 0, 12: 1, 15: 2}
    top = min((depth.get(len(one.code), 0) for one in found), default=0)
    return "\u3000" * (depth.get(len(place.code), 0) - top) + place.name


def _weeks() -> tuple[tuple[str, timedelta], ...]:
    return ((_("上一周"), -WEEK), (_("下一周"), WEEK))


def _today(monday: date) -> date:
    """Return the first day of the week that can still be planned."""
    return max(monday, local(now()).date())


def _monday(typed: str) -> date:
    """Return the Monday of the week somebody asked for; of this one where that is none."""
    today = local(now()).date()
    day = _day(typed) or today
    if abs(day - today) > FARTHEST:
        day = today
    return day - timedelta(days=day.weekday())


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _spoken_day(day: date) -> str:
    return str(_("%(month)s月%(day)s日", month=day.month, day=day.day))


def _back(area: str, day: date | None) -> ResponseReturnValue:
    week = _monday("" if day is None else day.isoformat())
    return redirect(url_for("grid.duty", area=area, week=week.isoformat()), code=303)
