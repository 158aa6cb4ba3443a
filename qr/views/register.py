"""The register of codes: what hangs where, ordered, replaced and revoked by staff."""

from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from kernel.work import parts, transaction
from people import queries as people
from people.rules import Level
from qr import queries, rules, service
from qr.errors import HasOwnPage, MovesOn
from qr.forms import CodeForm, EndForm, OneForm, PictureForm, RegisterForm
from qr.rules.labels import Picture
from qr.views.blueprint import pages

ONE: Final = "/staff/codes/<int:code_id>"
PICTURES: Final = {
    Picture.SVG: "image/svg+xml",
    Picture.PNG: "image/png",
    Picture.EPS: "application/postscript",
}
LEVELS: Final = (Level.TOWN, Level.VILLAGE, Level.GRID, Level.MICRO_GRID)


@pages.get("/staff/codes")
@require(Permission.QR_READ)
def register() -> ResponseReturnValue:
    """List the codes one may read, fifty at a time."""
    form, by, today = RegisterForm(request.args), current_actor(), _today()
    after = request.args.get("after", 0, type=row_number)
    lines = (
        queries.register_page(db.session(), form.wanted(after, today), by=by)
        if form.validate()
        else ()
    )
    kept: dict[str, Any] = {name: request.args[name] for name in request.args if name in form}
    more = ""
    if len(lines) == queries.REGISTER_PAGE:
        more = url_for("qr.register", **kept, after=lines[-1].id)
    shown = [one.id for one in lines]
    return render_template(
        "qr/register.html",
        form=form,
        lines=lines,
        scans=queries.scans_of(db.session(), shown, today=today),
        troubles=queries.open_troubles(db.session(), shown),
        wrong=rules.WRONG_NAMES,
        more=more,
        paths=people.paths_of(db.session(), [one.area_code for one in lines]),
        kinds=rules.KIND_NAMES,
        states=rules.STATE_NAMES,
        may_order=by.may(Permission.QR_ORDER),
        may_print=by.may(Permission.QR_PRINT),
    )


@pages.route("/staff/codes/new", methods=["GET", "POST"])
@require(Permission.QR_ORDER)
def new_code() -> ResponseReturnValue:
    """Order one code."""
    form, status = CodeForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                code_id = service.issue(
                    work,
                    kind=form.wanted_kind(),
                    area_code=text(form.area),
                    place_name=text(form.name),
                    by=current_actor(),
                ).code.id
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("申领好了，可以打印了。"))
            return redirect(url_for("qr.code", code_id=code_id), code=HTTPStatus.SEE_OTHER)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    places = people.places_for(db.session(), Permission.QR_ORDER, by=current_actor(), levels=LEVELS)
    hints = [(rules.KIND_NAMES[kind], said) for kind, said in rules.KIND_HINTS.items()]
    return render_template("qr/new.html", form=form, places=places, hints=hints), status


@pages.get(ONE)
@require(Permission.QR_READ)
def code(code_id: int) -> ResponseReturnValue:
    """Show one code, and what can be done with it."""
    return _page(code_id)


@pages.post(f"{ONE}/replace")
@require(Permission.QR_REPLACE)
def replace_code(code_id: int) -> ResponseReturnValue:
    """Put a new code in the place of one: the old label leads on to it."""
    form = EndForm()
    if not form.validate():
        return _page(code_id, form)
    try:
        with transaction() as work:
            new = service.replace(work, code_id, reason=form.why(), by=current_actor()).code.id
    except HasOwnPage:
        raise  # there is no page here on which to say it
    except Refusal as refusal:
        return _page(code_id, form, show_in(form, refusal))
    flash(_("换好了。这是新码，请打印出来换上；旧码没换下来之前，扫了也会到这里。"))
    return redirect(url_for("qr.code", code_id=new), code=HTTPStatus.SEE_OTHER)


@pages.post(f"{ONE}/revoke")
@require(Permission.QR_REVOKE)
def revoke_code(code_id: int) -> ResponseReturnValue:
    """End a code for good; whoever scans it is told so, and can still report."""
    form = EndForm()
    if not form.validate():
        return _page(code_id, form)
    try:
        with transaction() as work:
            service.revoke(work, code_id, reason=form.why(), by=current_actor())
    except HasOwnPage:
        raise
    except Refusal as refusal:
        return _page(code_id, form, show_in(form, refusal))
    flash(_("作废了。谁再扫，页面会说明，也还能报事。"))
    return redirect(url_for("qr.code", code_id=code_id), code=HTTPStatus.SEE_OTHER)


@pages.post(f"{ONE}/print")
@require(Permission.QR_PRINT)
def print_code(code_id: int) -> ResponseReturnValue:
    """Order one code to be printed."""
    form = OneForm()
    if not form.validate():
        return _page(code_id, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction() as work:
            order = service.order_code(work, code_id, form.wanted(), by=current_actor()).id
    except MovesOn:
        raise
    except Refusal as refusal:
        shown = EndForm(formdata=None)
        return _page(code_id, shown, show_in(shown, refusal))
    return redirect(url_for("qr.print_order", order_id=order), code=HTTPStatus.SEE_OTHER)


def _today() -> date:
    return parts().clock.now().astimezone(SHANGHAI).date()


@pages.post(f"{ONE}/picture")
@require(Permission.QR_PRINT)
def draw_code(code_id: int) -> ResponseReturnValue:
    """Hand out one code as a picture; it counts as printed."""
    form = PictureForm()
    if not form.validate():
        return _page(code_id, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction() as work:
            drawn = service.draw_code(work, code_id, form.wanted(), by=current_actor())
    except MovesOn:
        raise
    except Refusal as refusal:
        shown = EndForm(formdata=None)
        return _page(code_id, shown, show_in(shown, refusal))
    kind = form.wanted().kind
    response = Response(drawn, mimetype=PICTURES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"code-{code_id}.{kind}")
    return response


def _page(
    code_id: int, form: EndForm | None = None, status: HTTPStatus | None = None
) -> ResponseReturnValue:
    by = current_actor()
    found = queries.register_entry(db.session(), code_id, by=by)
    form = form or EndForm(formdata=None)
    if status is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = render_template(
        "qr/code.html",
        code=found,
        number=queries.successor_of(db.session(), found).spot_number,
        host=urlsplit(parts().settings.public_url).netloc.lower(),
        scans=queries.scans_of(db.session(), [found.id], today=_today())[found.id],
        troubles=queries.open_troubles(db.session(), [found.id]).get(found.id, ()),
        wrong=rules.WRONG_NAMES,
        photo=queries.photo_of(db.session(), found.id),
        hung=rules.is_hung(found.kind),
        spelled=rules.printed(found.token) if found.token else "",
        path=people.path_of(db.session(), found.area_code, top=Level.TOWN),
        kind=rules.KIND_NAMES[found.kind],
        state=rules.STATE_NAMES[found.state],
        ended=found.state in rules.ENDED,
        form=form,
        one=OneForm(formdata=None),
        picture=PictureForm(formdata=None),
        may={
            name: people.reaches(by, permission, found.area_code)
            for name, permission in (
                ("hang", Permission.QR_HANG),
                ("rename", Permission.QR_ORDER),
                ("print", Permission.QR_PRINT),
                ("replace", Permission.QR_REPLACE),
                ("revoke", Permission.QR_REVOKE),
            )
        },
    )
    return page, status
