"""A code on its wall, for staff: hung, looked after, renamed, and what is said to be wrong."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import media
from kernel.access import Actor, require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from kernel.work import transaction
from people import queries as people
from people.rules import Level
from qr import queries, rules, service
from qr.errors import WrongMoment
from qr.forms import HangForm, NameForm
from qr.models import Code, LookAlike
from qr.rules import CodeState, Wrong
from qr.views.blueprint import pages

ONE: Final = "/staff/codes/<int:code_id>"


@pages.route(f"{ONE}/hang", methods=["GET", "POST"])
@require(Permission.QR_HANG)
def hang_code(code_id: int) -> ResponseReturnValue:
    """Take down that a code was just hung, with a picture and a place if there are any."""
    form, status = HangForm(), HTTPStatus.OK
    code = _going_on(code_id, Permission.QR_HANG)
    shown = _shown(code)
    if request.method == "POST":
        picture, position = form.picture(), form.position()
        try:
            with transaction() as work:
                kept = service.hang(
                    work,
                    code_id,
                    by=current_actor(),
                    position=position,
                    photo=picture.stream if picture else None,
                    printed_elsewhere=bool(form.elsewhere.data),
                )
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("记下了：今天挂上的。"))
            if not kept:
                flash(_("照片没存上，别的都记下了。"), "warn")
            if position is None and text(form.lat):
                flash(_("定位不够准，没有记位置。"), "warn")
            return _to(code_id)
    return render_template("qr/hang.html", form=form, **shown), status


@pages.post(f"{ONE}/sound")
@require(Permission.QR_HANG)
def find_sound(code_id: int) -> ResponseReturnValue:
    """Take down that a code was seen today and is sound; not who saw it."""
    with transaction() as work:
        service.find_sound(work, code_id, by=current_actor())
    flash(_("记下了：今天看过，完好。"))
    return _to(code_id)


@pages.route(f"{ONE}/name", methods=["GET", "POST"])
@require(Permission.QR_ORDER)
def rename_code(code_id: int) -> ResponseReturnValue:
    """Call the place of a code otherwise."""
    code = _going_on(code_id, Permission.QR_ORDER)
    shown = _shown(code)
    form, status = NameForm(data={"name": code.place_name}), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.rename(work, code_id, name=text(form.name), by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("名称改好了。"))
            return _to(code_id)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("qr/name.html", form=form, **shown), status


@pages.get(f"{ONE}/photo")
@require(Permission.QR_READ)
def photo(code_id: int) -> ResponseReturnValue:
    """Show the picture that was taken when a code was hung."""
    code = queries.register_entry(db.session(), code_id, by=current_actor())
    found = queries.photo_of(db.session(), code.id)
    if found is None:
        raise NotFound("这张码没有照片。")
    return media.respond(found, thumb="thumb" in request.args)


@pages.get("/staff/codes/wrong")
@require(Permission.QR_READ)
def troubles() -> ResponseReturnValue:
    """List what is said to be wrong with codes and is not settled; *only* one kind of it."""
    by, typed = current_actor(), request.args.get("only", "")
    only = Wrong(typed) if typed in set(Wrong) else None
    after = request.args.get("after", 0, type=row_number)
    lines = queries.troubles_page(db.session(), by=by, wrong=only, after=after)
    more = ""
    if len(lines) == queries.TROUBLE_PAGE:
        more = url_for("qr.troubles", only=typed, after=lines[-1][0].id)
    stickers = _stickers(by) if only in {None, Wrong.FOREIGN} and not after else ()
    more_stickers = ""
    if len(stickers) == queries.TROUBLE_PAGE:
        more_stickers = url_for("qr.troubles", only=typed, stickers=stickers[-1].id)
    areas = [one.area_code for one in stickers]
    return render_template(
        "qr/troubles.html",
        lines=lines,
        only=only,
        more=more,
        names=rules.WRONG_NAMES,
        paths=people.paths_of(db.session(), areas + [code.area_code for _one, code in lines]),
        stickers=stickers,
        more_stickers=more_stickers,
        photos=queries.sticker_photos(db.session(), [one.id for one in stickers]),
        may_settle={one for one in areas if people.reaches(by, Permission.QR_REVOKE, one)},
    )


def _stickers(by: Actor) -> Sequence[LookAlike]:
    after = request.args.get("stickers", 0, type=row_number)
    return queries.look_alikes(db.session(), by=by, after=after)


def _going_on(code_id: int, permission: Permission) -> Code:
    """Return a code with which something can still be done.

    Raises:
        NoSuchCode: there is none for whoever asks.
        WrongMoment: it was replaced or revoked.
    """
    code = queries.register_entry(db.session(), code_id, by=current_actor(), permission=permission)
    if code.state in rules.ENDED:
        raise WrongMoment("这张码已经换过了，或者作废了。请用现在的那张。")
    return code


def _shown(code: Code) -> dict[str, Any]:
    """Return what is shown of a code beside a form about it."""
    return {
        "code_id": code.id,
        "name": code.place_name,
        "number": code.spot_number,
        "check_word": code.check_word,
        "ordered": code.state is CodeState.ORDERED,
        "path": people.path_of(db.session(), code.area_code, top=Level.TOWN),
        "kind": rules.KIND_NAMES[code.kind],
    }


def _to(code_id: int) -> ResponseReturnValue:
    return redirect(url_for("qr.code", code_id=code_id), code=HTTPStatus.SEE_OTHER)
