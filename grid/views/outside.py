"""Outside units on the staff's side: giving a link, noting a call, and seeing what they did."""

import base64
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.errors import NotYours
from grid.forms.departments import LinkForm, UnitCallForm
from grid.queries import CaseDetail
from grid.queries.departments import handovers_to_decide, helps_asked
from grid.queries.outside import outside_open, pictures_of
from grid.queries.pages import case_named
from grid.rules import CATALOGUE, Privacy
from grid.rules.outside import LASTS, UNITS, Said, hotlines_of
from grid.service import Answer, Errand
from grid.views.beside import beside
from grid.views.blueprint import now, pages
from grid.views.show import level, place
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction
from qr.rules.artwork import choose_look, svg


@pages.get("/outside")
@require(Permission.CASE_READ)
def outside() -> str:
    """List what lies with outside units, and what waits for this desk's word."""
    by, session = current_actor(), db.session()
    return render_template(
        "grid/outside.html",
        lines=outside_open(session, by=by, now=now()),
        handovers=handovers_to_decide(session, by=by),
        helps=helps_asked(session, by=by),
        edits=by.may(Permission.SYSTEM_AREA_EDIT),
    )


@pages.route("/case/<number>/outside", methods=["GET", "POST"])
@require(Permission.CASE_HANDLE)
def give_link(number: str) -> ResponseReturnValue:
    """Give the case to a unit by a link, which is shown once."""
    detail = _given(number)
    form = LinkForm()
    if request.method == "POST" and form.validate():
        errand = Errand(
            key=text(form.key),
            unit=text(form.unit),
            name=text(form.name),
            what=text(form.what),
            where=text(form.where),
            photos=form.ticked,
        )
        try:
            with transaction() as work:
                secret = service.give_link(work, detail.card.case_id, errand, by=current_actor())
        except Refusal as refusal:
            return _form("grid/give_link.html", detail, form, refusal)
        back = url_for("grid.case", number=number)
        return link_shown(url_for("unit.errand", secret=secret), back=back)
    if request.method == "GET":
        form.key.data = parts().chance.token()
        form.unit.data = _likely(detail)
        form.where.data = place(detail.card)
        form.what.data = _(detail.card.title) if detail.category else ""
    return _form("grid/give_link.html", detail, form)


@pages.route("/case/<number>/unit-call", methods=["GET", "POST"])
@require(Permission.CASE_HANDLE)
def unit_call(number: str) -> ResponseReturnValue:
    """Note a call to a unit."""
    detail = _given(number)
    form = UnitCallForm()
    if request.method == "POST" and form.validate():
        errand = Errand(
            key=text(form.key), unit=text(form.unit), name=text(form.name), what=text(form.what)
        )
        answer = Answer(key="", said=Said(text(form.said)), words=text(form.words))
        try:
            with transaction() as work:
                service.log_unit_call(work, detail.card.case_id, errand, answer, by=current_actor())
        except Refusal as refusal:
            return _form("grid/unit_call.html", detail, form, refusal)
        flash(_("记下了。事情还是您负责，时限照走。"))
        return redirect(url_for("grid.case", number=number), code=303)
    if request.method == "GET":
        form.key.data = parts().chance.token()
        form.unit.data = _likely(detail)
        form.what.data = _(detail.card.title) if detail.category else ""
    return _form("grid/unit_call.html", detail, form)


@pages.post("/outside/<int:outside_id>/revoke")
@require(Permission.CASE_HANDLE)
def revoke_link(outside_id: int) -> ResponseReturnValue:
    """Let a link open nothing any more."""
    with transaction() as work:
        service.revoke(work, outside_id, by=current_actor())
    flash(_("停用了，那个链接打不开了。"))
    return redirect(url_for("grid.outside"), code=303)


def _given(number: str) -> CaseDetail:
    """Return a case this person may give to a unit.

    Raises:
        NoSuchCase, NotYours: there is none; they may not, or it is over.
    """
    by = current_actor()
    detail = queries.detail(db.session(), case_named(db.session(), number), by=by, now=now())
    if not beside(detail, by).may_give:
        raise NotYours(_("这件事现在不能交给外部单位：它不归您办，已经结束，或者是涉警的。"))
    return detail


def _form(
    template: str,
    detail: CaseDetail,
    form: LinkForm | UnitCallForm,
    refusal: Refusal | None = None,
) -> ResponseReturnValue:
    status = HTTPStatus.OK
    if refusal is not None:
        status = shown_as(refusal)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    # Who answers for units sees of a case's pictures only what they see on its page.
    shows = detail.content is not None and detail.privacy is Privacy.NORMAL
    page = render_template(
        template,
        case=detail,
        level=level(detail.card),
        place=place(detail.card),
        form=form,
        pictures=pictures_of(db.session(), detail.card.case_id) if shows else (),
        hidden=detail.content is not None and not shows,
        hotlines=hotlines_of(detail.category),
        sentence=full_stop(sentence_of(refusal)) if refusal else "",
    )
    return page, status


def link_shown(path: str, *, back: str) -> ResponseReturnValue:
    """Show a link this one time, to copy and to scan; *back* is where it was asked for."""
    link = parts().settings.public_url + path
    code = svg(link, choose_look(link)).encode()
    return render_template(
        "grid/link.html",
        link=link,
        back=back,
        code="data:image/svg+xml;base64," + base64.b64encode(code).decode(),
        ends=now() + LASTS,
    )


def _likely(detail: CaseDetail) -> str:
    """Return the unit a case of its kind most often goes to."""
    category = CATALOGUE.categories.get(detail.category or "")
    codes = (category.dept, *category.co) if category else ()
    return next((code for code in codes if code in UNITS), "")
