"""The area tree, one level at a time."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, show_in
from kernel.work import transaction
from people import queries, rules, service
from people.forms import AreaForm, RobotForm
from people.models import Area, RobotKind
from people.views.blueprint import pages


@pages.get("/staff/areas")
@require(Permission.SYSTEM_AREA_EDIT)
def areas() -> str:
    """Show the highest areas one may change."""
    return _page(None, AreaForm(shows_phones=True))


@pages.post("/staff/areas")
@require(Permission.SYSTEM_AREA_EDIT)
def add_area() -> ResponseReturnValue:
    """Add an area."""
    form, status = AreaForm(), HTTPStatus.UNPROCESSABLE_ENTITY
    code = text(form.code)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.add_area(work, form.row(code), by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("加好了。"))
            return redirect(url_for("people.area", code=code), code=303)
    return _page(None, form), status


@pages.get("/staff/areas/<code>")
@require(Permission.SYSTEM_AREA_EDIT)
def area(code: str) -> str:
    """Show one area, and what lies directly below it."""
    found = queries.managed_area(db.session(), code, by=current_actor())
    return _page(found, _filled(found))


@pages.post("/staff/areas/<code>")
@require(Permission.SYSTEM_AREA_EDIT)
def change_area(code: str) -> ResponseReturnValue:
    """Change what is written about an area."""
    found = queries.managed_area(db.session(), code, by=current_actor())
    form, status = AreaForm(), HTTPStatus.UNPROCESSABLE_ENTITY
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.describe_area(work, form.row(code), by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("改好了。"))
            return redirect(url_for("people.area", code=code), code=303)
    return _page(found, form), status


@pages.post("/staff/areas/<code>/robot")
@require(Permission.SYSTEM_AREA_EDIT)
def set_robot(code: str) -> ResponseReturnValue:
    """Let the area's messages go to a group; the address is taken and never shown."""
    found = queries.managed_area(db.session(), code, by=current_actor())
    form, status = RobotForm(), HTTPStatus.UNPROCESSABLE_ENTITY
    if form.validate_on_submit():
        try:
            with transaction() as work:
                kind = RobotKind(form.kind.data)
                service.set_robot(work, code, kind=kind, url=text(form.url), by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("设好了。发一条测试消息，看看群里收到没有。"))
            return redirect(url_for("people.area", code=code), code=303)
    return _page(found, _filled(found), form), status


@pages.post("/staff/areas/<code>/robot/try")
@require(Permission.SYSTEM_AREA_EDIT)
def try_robot(code: str) -> ResponseReturnValue:
    """Send the group a message."""
    with transaction() as work:
        service.try_robot(work, code, by=current_actor())
    flash(_("测试消息发出去了，一分钟内群里应当看得到。"))
    return redirect(url_for("people.area", code=code), code=303)


@pages.post("/staff/areas/<code>/robot/remove")
@require(Permission.SYSTEM_AREA_EDIT)
def remove_robot(code: str) -> ResponseReturnValue:
    """Let the area have no group of its own."""
    with transaction() as work:
        service.remove_robot(work, code, by=current_actor())
    flash(_("去掉了，消息改发到上一级的群。"))
    return redirect(url_for("people.area", code=code), code=303)


@pages.route("/staff/areas/<code>/close", methods=["GET", "POST"])
@require(Permission.SYSTEM_AREA_EDIT)
def close_area(code: str) -> ResponseReturnValue:
    """Ask whether an area shall be closed, and close it."""
    found = queries.managed_area(db.session(), code, by=current_actor())
    if request.method == "GET":
        return render_template("people/area_close.html", area=found)
    with transaction() as work:
        service.close_area(work, code, by=current_actor())
    flash(_("撤销了，原来的记录都还在。"))
    return redirect(url_for("people.areas"), code=303)


def _page(found: Area | None, form: AreaForm, robot: RobotForm | None = None) -> str:
    code = None if found is None else found.code
    by = current_actor()
    return render_template(
        "people/areas.html",
        area=found,
        form=form,
        robot=robot or _robot_form(found),
        errors={**form.errors, **(robot.errors if robot else {})},
        below=queries.managed_areas(db.session(), code, by=by),
        level_names=rules.LEVEL_NAMES,
        parent=_parent(code),
        path="" if code is None else _path(code),
    )


def _filled(found: Area) -> AreaForm:
    """Return the form as it stands; the boundary is long and is only ever replaced."""
    return AreaForm(
        code=found.code,
        name=found.name,
        zone=found.zone,
        desk_phone=found.desk_phone,
        night_phone=found.night_phone or "",
        shows_phones=found.shows_phones,
    )


def _robot_form(found: Area | None) -> RobotForm:
    kind = found.robot if found is not None and found.robot else RobotKind.WECOM
    return RobotForm(formdata=None, kind=kind.value)


def _path(code: str) -> str:
    return queries.path_of(db.session(), code, top=rules.Level.DISTRICT)


def _parent(code: str | None) -> str | None:
    """Return the code of what contains *code*, if one may change that too."""
    parent = rules.parent_of(code) if code else None
    may = parent is not None and queries.reaches(
        current_actor(), Permission.SYSTEM_AREA_EDIT, parent
    )
    return parent if may else None
