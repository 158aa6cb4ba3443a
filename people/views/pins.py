"""A household's PIN (换礼密码): set at the village's counter, or by a member on their own phone."""

from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require, signed_in
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, limiter, row_number, show_in
from kernel.work import parts, transaction
from people import queries, service
from people.forms import OwnPinForm, PinForm
from people.views.blueprint import pages

OFTEN: Final = "20 per minute"
NOBODY: Final = "else"


@pages.route("/staff/households/<int:household_id>/pin", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_JOIN_APPROVE)
def household_pin(household_id: int) -> ResponseReturnValue:
    """Set or take away a household's PIN while somebody of it stands at the counter.

    The names of who lives there are read, so the look stands in the log.
    """
    by, after = current_actor(), request.args.get("after", 0, type=row_number)
    with transaction() as work:
        found = queries.household_detail(work.session, household_id, by=by, after=after)
        service.note_look(work, found.household, by=by)
    form, status = PinForm(), HTTPStatus.OK
    form.who.choices = [
        ("", _("请选")),
        *[(str(one.person_id), one.name or _("没有写姓名")) for one in found.members],
        (NOBODY, _("别人代办")),
    ]
    if request.method == "POST":
        done, status = _at_counter(household_id, form)
        if done:
            flash(done)
            return _back(url_for("people.household", household_id=household_id))
    page = render_template(
        "people/household_pin.html",
        home=found.household,
        more=found.more,
        form=form,
        state=queries.household_pin(db.session(), household_id, by=by),
    )
    return page, status


def _at_counter(household_id: int, form: PinForm) -> tuple[str, HTTPStatus]:
    """Do what the button says; return what to say of it, or nothing and the page's status."""
    removes = request.form.get("do") == "remove"
    if not (form.who.validate(form) if removes else form.validate()):
        return "", HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            told_by, by = form.told_by(), current_actor()
            if removes:
                service.remove_pin(work, household_id, told_by=told_by, by=by)
            else:
                service.set_pin(work, household_id, text(form.pin), told_by=told_by, by=by)
    except Refusal as refusal:
        return "", show_in(form, refusal)
    return _("换礼密码取消了。") if removes else _("换礼密码设好了。"), HTTPStatus.OK


@pages.route("/me/pin", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def own_pin() -> ResponseReturnValue:
    """Set or take away the PIN of one's own household."""
    by, form, status = current_actor(), OwnPinForm(), HTTPStatus.OK
    if request.method == "POST":
        removes = request.form.get("do") == "remove"
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if removes or form.validate():
            try:
                with transaction() as work:
                    if removes:
                        service.remove_own_pin(work, by=by)
                    else:
                        service.set_own_pin(work, text(form.pin), by=by)
            except Refusal as refusal:
                status = show_in(form, refusal)
            else:
                flash(_("换礼密码取消了。") if removes else _("换礼密码设好了。"))
                return _back(url_for("people.own_pin"))
    page = render_template(
        "people/own_pin.html",
        form=form,
        home=queries.home_of(db.session(), by.id, now=parts().clock.now()),
        state=queries.own_pin(db.session(), by.id),
    )
    return page, status


def _back(address: str) -> ResponseReturnValue:
    return redirect(address, code=HTTPStatus.SEE_OTHER)
