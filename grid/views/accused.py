"""Whom a case is against, on a page of its own beside the case."""

from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries
from grid.errors import NoSuchCase, NotYours
from grid.forms import CaseForm, choice
from grid.forms.accused import AccuseForm, AnswerForm
from grid.queries import CaseDetail
from grid.queries.accused import accused_of, colleagues
from grid.queries.gone import missing
from grid.queries.pages import case_named
from grid.rules.accused import Against, Heard
from grid.service import accused, accused_link
from grid.service.accused import Charge
from grid.views.blueprint import now, pages
from grid.views.case import Trouble, fresh
from grid.views.outside import link_shown
from grid.views.show import level, place
from kernel.access import require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction


@pages.get("/case/<number>/accused")
@require(Permission.CASE_CONTENT_READ)
def accused_page(number: str) -> Response:
    """Show whom it is against and what they said."""
    return _page(case_named(db.session(), number))


@pages.post("/case/<number>/accused")
@require(Permission.CASE_CONTENT_READ)
def accuse(number: str) -> ResponseReturnValue:
    """Write down whom it is against; who is at it may lose sight of it by that."""
    form, case_id = AccuseForm(), case_named(db.session(), number)
    form.person.choices = []
    if not form.validate():
        return _page(case_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        charge = Charge(
            key=text(form.key),
            against=Against(form.against.data),
            claim=text(form.claim),
            person_id=form.person_id,
            household=text(form.who),
            name=text(form.who),
        )
        with transaction() as work:
            accused.accuse(work, case_id, charge, by=current_actor())
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(case_id, form, refusal, shown_as(refusal))
    flash(_("记下了。被说到的人和他的亲属看不到、也办不了这件事。"))
    return _on(number, case_id)


@pages.post("/case/<number>/accused/answer")
@require(Permission.CASE_CONTENT_READ)
def answer(number: str) -> ResponseReturnValue:
    """Write down what the accused said."""
    form, case_id = AnswerForm(), case_named(db.session(), number)
    if not form.validate():
        return _page(case_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    accused_id = _one_of(case_id)
    try:
        with transaction() as work:
            accused.write_answer(
                work,
                accused_id,
                key=text(form.key),
                heard=Heard(form.heard.data),
                words=text(form.words),
                by=current_actor(),
            )
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(case_id, form, refusal, shown_as(refusal))
    flash(_("记下了，核实的人会看到。"))
    return _on(number, case_id)


@pages.post("/case/<number>/accused/link")
@require(Permission.CASE_CONTENT_READ)
def give_accused_link(number: str) -> ResponseReturnValue:
    """Give the accused a link, which is shown once."""
    case_id = case_named(db.session(), number)
    accused_id = _one_of(case_id)
    try:
        with transaction() as work:
            secret = accused_link.give_accused_link(work, accused_id, by=current_actor())
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(case_id, None, refusal, shown_as(refusal))
    back = url_for("grid.accused_page", number=number)
    return link_shown(url_for("claim.claim", link=secret), back=back)


@pages.post("/case/<number>/accused/link/stop")
@require(Permission.CASE_CONTENT_READ)
def stop_accused_link(number: str) -> ResponseReturnValue:
    """Let the link of the accused open nothing any more."""
    case_id = case_named(db.session(), number)
    with transaction() as work:
        accused_link.revoke_accused_link(work, _one_of(case_id), by=current_actor())
    flash(_("停用了，那个链接打不开了。"))
    return redirect(url_for("grid.accused_page", number=number), code=HTTPStatus.SEE_OTHER)


def _one_of(case_id: int) -> int:
    """Return whom of this case the form is about.

    Raises:
        NoSuchCase: nobody, or of another case.
    """
    accused_id = AnswerForm().accused_id
    by = current_actor()
    if accused_id not in {one.accused_id for one in accused_of(db.session(), case_id, by=by)}:
        raise missing(db.session(), case_id, by)
    return accused_id


def _on(number: str, case_id: int) -> ResponseReturnValue:
    """Go back to the page; to the queue where whoever wrote it may not see the case any more."""
    try:
        _seen(case_id)
    except NoSuchCase:
        return redirect(url_for("grid.queue"), code=HTTPStatus.SEE_OTHER)
    return redirect(url_for("grid.accused_page", number=number), code=HTTPStatus.SEE_OTHER)


def _page(
    case_id: int,
    filled: CaseForm | None = None,
    refusal: Refusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    by = current_actor()
    detail = _seen(case_id)
    accuse_form = filled if isinstance(filled, AccuseForm) else fresh(AccuseForm, detail)
    answer_form = filled if isinstance(filled, AnswerForm) else fresh(AnswerForm, detail)
    people = [
        choice(str(one.person_id), one.name) for one in colleagues(db.session(), case_id, by=by)
    ]
    accuse_form["person"].choices = [choice("", _("请选一位")), *people]
    said = "" if refusal is None else full_stop(sentence_of(refusal))
    page = render_template(
        "grid/accused.html",
        case=detail,
        level=level(detail.card),
        place=place(detail.card),
        lines=accused_of(db.session(), case_id, by=by),
        form=accuse_form,
        answer=answer_form,
        answering=text(answer_form["accused"]),
        open_still=not detail.state.is_over,
        errors=filled.errors if filled is not None else {},
        trouble=Trouble(sentence=said, typed=()) if said else None,
    )
    return make_response(page, status)


def _seen(case_id: int) -> CaseDetail:
    """Return the case for whoever sees all of it, or gives it out.

    Raises:
        NoSuchCase: this person may not read it.
        NotYours: only masked.
    """
    detail = queries.detail(db.session(), case_id, by=current_actor(), now=now())
    if detail.content is None and not detail.may_classify:
        raise NotYours("这件事现在不归您办。")
    return detail
