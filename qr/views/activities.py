"""Activities at which people sign in: made, shown on a screen, and who came."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.moments import to_minute
from kernel.permissions import Permission
from kernel.web import csv_file, current_actor, row_number, show_in
from kernel.work import parts, transaction
from people import queries as people
from people.rules import Level
from qr import queries, rules, service
from qr.forms import ActivityForm, AttenderForm, EndForm
from qr.queries import ActivityLine
from qr.rules import Phase, artwork, rotating
from qr.views.blueprint import pages

ONE: Final = "/staff/activities/<int:code_id>"
LEVELS: Final = (Level.TOWN, Level.VILLAGE, Level.GRID)


@pages.get("/staff/activities")
@require(Permission.QR_READ)
def activities() -> str:
    """List the activities one may read, the newest first."""
    by = current_actor()
    before = request.args.get("before", type=row_number)
    lines = queries.activity_page(db.session(), by=by, before=before)
    more = ""
    if len(lines) == queries.ACTIVITY_PAGE:
        more = url_for("qr.activities", before=lines[-1].code_id)
    return render_template(
        "qr/activities.html",
        lines=[(one, _phase(one)) for one in lines],
        more=more,
        paths=people.paths_of(db.session(), [one.area_code for one in lines]),
        may_order=by.may(Permission.QR_ORDER),
    )


@pages.route("/staff/activities/new", methods=["GET", "POST"])
@require(Permission.QR_ORDER)
def new_activity() -> ResponseReturnValue:
    """Make an activity and the code that moves on its screen."""
    form, status = ActivityForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                made = service.make_activity(work, form.wanted(), by=current_actor()).code_id
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("建好了。到时候打开“签到屏幕”，让大家扫。"))
            return redirect(url_for("qr.activity", code_id=made), code=HTTPStatus.SEE_OTHER)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    places = people.places_for(db.session(), Permission.QR_ORDER, by=current_actor(), levels=LEVELS)
    return render_template("qr/activity_new.html", form=form, places=places), status


@pages.get(ONE)
@require(Permission.QR_READ)
def activity(code_id: int) -> ResponseReturnValue:
    """Show one activity and who came, names masked."""
    return _page(code_id)


@pages.post(f"{ONE}/names")
@require(Permission.ACTIVITY_CONFIRM)
def activity_names(code_id: int) -> ResponseReturnValue:
    """Show who came with their names and numbers; the log says who looked."""
    with transaction() as work:
        rows = service.read_names(work, code_id, by=current_actor(), why="page")
        return _page(code_id, rows=rows)


@pages.post(f"{ONE}/export")
@require(Permission.ACTIVITY_CONFIRM)
def export_sign_ins(code_id: int) -> Response:
    """Hand out the same as CSV; the log says who took it."""
    heads = [_("序号"), _("姓名"), _("手机号"), _("怎么签的"), _("签到时间")]
    with transaction() as work:
        rows = service.read_names(work, code_id, by=current_actor(), why="csv")
        lines = [
            (number, one.name, one.phone, _(rules.HOW_NAMES[one.how]), to_minute(one.signed_at))
            for number, one in enumerate(rows, 1)
        ]
    return csv_file(f"activity-{code_id}.csv", heads, lines)


@pages.post(f"{ONE}/attenders")
@require(Permission.ACTIVITY_SIGN_IN)
def sign_in_for(code_id: int) -> ResponseReturnValue:
    """Write down somebody who has no phone."""
    form = AttenderForm()
    if not form.validate():
        return _page(code_id, attender=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            done = service.sign_in_for(work, code_id, text(form.name), by=current_actor())
    except Refusal as refusal:
        status = show_in(form, refusal)
        return _page(code_id, attender=form), status
    flash(
        _("签上了。")
        if done.fresh
        else _("这个名字已经代签过了。同名的另一位，请在名字后面写上住处。")
    )
    return redirect(url_for("qr.activity", code_id=code_id), code=HTTPStatus.SEE_OTHER)


@pages.post(f"{ONE}/stop")
@require(Permission.QR_REVOKE)
def stop_activity(code_id: int) -> ResponseReturnValue:
    """Let nobody sign in any more; who came stays on the list."""
    form = EndForm()
    if not form.validate():
        return _page(code_id, end=form), HTTPStatus.UNPROCESSABLE_ENTITY
    queries.activity_detail(db.session(), code_id, by=current_actor())
    try:
        with transaction() as work:
            service.call_off(work, code_id, reason=form.why(), by=current_actor())
    except Refusal as refusal:
        status = show_in(form, refusal)
        return _page(code_id, end=form), status
    flash(_("取消了，谁都不能再签到；已经签到的还在。"))
    return redirect(url_for("qr.activity", code_id=code_id), code=HTTPStatus.SEE_OTHER)


@pages.get(f"{ONE}/screen")
@require(Permission.QR_READ)
def activity_screen(code_id: int) -> str:
    """Show the code that moves, large; the page draws itself anew when its minute is over.

    That counts as a tap of the organiser's, or a screen would go dark in the middle of a long
    evening; it ends with the activity.
    """
    found, now = queries.activity_detail(db.session(), code_id, by=current_actor()), _now()
    phase, picture, left = _phase(found), Markup(), rotating.seconds_left(now)
    if phase is Phase.OPEN:
        key, url = rotating.key_of(parts().settings.secret_key), parts().settings.public_url
        moving = rotating.moving_part(key, code_id, rotating.step_at(now))
        link = f"{rules.scan_url(url, found.token)}/{moving}"
        drawn = artwork.svg(link, artwork.look_to_print(link, None))
        picture = Markup(drawn[drawn.index("<svg ") :])  # noqa: S704 - drawn by us
    return render_template(
        "qr/screen.html", activity=found, phase=phase, picture=picture, left=left, path=_path(found)
    )


def _page(code_id: int, **more: object) -> str:
    by = current_actor()
    found = queries.activity_detail(db.session(), code_id, by=by)
    may = {
        name: people.reaches(by, permission, found.area_code)
        for name, permission in (
            ("confirm", Permission.ACTIVITY_CONFIRM),
            ("help", Permission.ACTIVITY_SIGN_IN),
            ("stop", Permission.QR_REVOKE),
        )
    }
    shown = {"attender": AttenderForm(formdata=None), "end": EndForm(formdata=None), **more}
    if may["confirm"]:
        shown.setdefault("rows", queries.attenders(db.session(), code_id, by=by))
    return render_template(
        "qr/activity.html",
        activity=found,
        phase=_phase(found),
        path=_path(found),
        hows=rules.HOW_NAMES,
        may=may,
        named="rows" in more,
        **shown,
    )


def _path(found: ActivityLine) -> str:
    return people.path_of(db.session(), found.area_code, top=Level.TOWN)


def _now() -> datetime:
    return parts().clock.now()


def _phase(found: ActivityLine) -> Phase | None:
    """Return how far an activity is; None where it was called off."""
    if found.state in rules.ENDED:
        return None
    return rules.phase(found.starts_at, found.ends_at, now=_now())
