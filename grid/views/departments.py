"""The department's desk: what it was given, signing for it, asking others, handing over."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.errors import NoSuchCase, NotYours
from grid.forms import TapForm, choice
from grid.forms.departments import AnswerForm, DecideForm, HandoverForm, HelpForm
from grid.queries import CaseDetail
from grid.queries.departments import (
    TOWN,
    Part,
    department_cases,
    department_counts,
    departments_there,
    handovers_to_decide,
    helps_asked,
    units_of,
)
from grid.queries.pages import case_named
from grid.rules import DEPARTMENTS, State
from grid.views.beside import Beside, beside
from grid.views.blueprint import now, pages
from grid.views.case import refuse
from grid.views.show import card_view, level, place
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import Form, text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, row_number, sentence_of, shown_as
from kernel.work import transaction


@pages.get("/department")
@require(Permission.CASE_WHISTLE_SIGN)
def department() -> str:
    """List what the department was given, in four parts, and what it was asked."""
    by, moment = current_actor(), now()
    asked = request.args.get("part", "")
    counts = department_counts(db.session(), by=by)
    part = Part(asked) if asked in set(Part) else _first(counts)
    page = request.args.get("page", 1, type=row_number)
    found = department_cases(db.session(), by=by, now=moment, part=part, page=page)
    return render_template(
        "grid/department.html",
        part=part,
        parts=[(one, counts[one]) for one in Part],
        units=[DEPARTMENTS[code].name for code in sorted(units_of(by)) if code in DEPARTMENTS],
        cards=[card_view(card, by=by, now=moment) for card in found.cards],
        helps=helps_asked(db.session(), by=by),
        more=url_for("grid.department", part=part.value, page=found.page + 1) if found.more else "",
        Part=Part,
    )


@pages.post("/case/<number>/sign")
@require(Permission.CASE_ACCEPT)
def sign(number: str) -> ResponseReturnValue:
    """签收: whoever of the department signs has the case."""
    form = TapForm()
    case_id = case_named(db.session(), number)
    try:
        with transaction() as work:
            service.sign(
                work,
                case_id,
                by=current_actor(),
                expected=form.seen(State.DISPATCHED),
                turn=form.seen_turn,
            )
    except Refusal as refusal:
        return refuse(case_id, form, refusal)
    flash(_("签收了，现在归您办。先打个电话，或者点“我去了”。"))
    return redirect(url_for("grid.case", number=number), code=303)


@pages.route("/case/<number>/help", methods=["GET", "POST"])
@require(Permission.CASE_HANDLE)
def ask_help(number: str) -> ResponseReturnValue:
    """Ask another department or the town to join in."""
    detail, shown = _mine(number)
    if not shown.may_ask:
        raise NotYours(_("这件事现在不归您的部门办，或者还没有签收。"))
    form = HelpForm()
    form.to.choices = [choice(TOWN, _("镇街")), *_others(detail)]
    if request.method == "POST" and form.validate():
        to, words = text(form.to), text(form.words)
        try:
            with transaction() as work:
                service.ask_help(work, detail.card.case_id, by=current_actor(), to=to, words=words)
        except Refusal as refusal:
            return _page("grid/help.html", form, refusal, case=detail)
        return _done(_("请了，对方会看到；答复会写在这件事上。事情还是您办。"), number)
    return _page("grid/help.html", form, case=detail)


@pages.route("/help/<int:help_id>", methods=["GET", "POST"])
@require(Permission.CASE_READ)
def answer_help(help_id: int) -> ResponseReturnValue:
    """Say whether one comes."""
    lines = helps_asked(db.session(), by=current_actor())
    line = next((one for one in lines if one.help_id == help_id), None)
    if line is None:
        raise NoSuchCase(_("没有这条请求，或者已经有人答复了。"))
    form = AnswerForm()
    if request.method == "POST" and form.validate():
        comes, words = text(form.comes) == "yes", text(form.words)
        try:
            with transaction() as work:
                service.answer_help(work, help_id, by=current_actor(), comes=comes, words=words)
        except Refusal as refusal:
            return _page("grid/answer.html", form, refusal, line=line, back=_home())
        flash(_("答复了，对方会看到。"))
        return redirect(url_for(_home()), code=303)
    return _page("grid/answer.html", form, line=line, back=_home())


@pages.route("/case/<number>/handover", methods=["GET", "POST"])
@require(Permission.CASE_HANDLE)
def ask_handover(number: str) -> ResponseReturnValue:
    """Ask the town to let another department have it."""
    detail, shown = _mine(number)
    if not shown.may_hand_over:
        raise NotYours(_("这件事现在不归您的部门办，或者还没有签收。"))
    form = HandoverForm()
    form.to.choices = _others(detail)
    if request.method == "POST" and form.validate():
        to, reason = text(form.to), text(form.reason)
        try:
            with transaction() as work:
                service.ask_handover(
                    work, detail.card.case_id, by=current_actor(), to=to, reason=reason
                )
        except Refusal as refusal:
            return _page("grid/department_handover.html", form, refusal, case=detail)
        return _done(_("问镇里了。镇里同意以前，事情还是您办。"), number)
    return _page("grid/department_handover.html", form, case=detail)


@pages.route("/transfer/<int:handover_id>", methods=["GET", "POST"])
@require(Permission.CASE_REASSIGN)
def decide_handover(handover_id: int) -> ResponseReturnValue:
    """Agree to a hand-over, or say no."""
    lines = handovers_to_decide(db.session(), by=current_actor())
    line = next((one for one in lines if one.handover_id == handover_id), None)
    if line is None:
        raise NoSuchCase(_("没有这条请求，或者已经不用定了。"))
    form = DecideForm()
    if request.method == "POST" and form.validate():
        agreed, words = text(form.agreed) == "yes", text(form.words)
        try:
            with transaction() as work:
                service.decide_handover(
                    work, handover_id, by=current_actor(), agreed=agreed, words=words
                )
        except Refusal as refusal:
            return _page("grid/decide.html", form, refusal, line=line)
        flash(_("转过去了，等对方签收。") if agreed else _("没有同意，对方会看到原因。"))
        return redirect(url_for("grid.outside"), code=303)
    return _page("grid/decide.html", form, line=line)


def _mine(number: str) -> tuple[CaseDetail, Beside]:
    case_id, by = case_named(db.session(), number), current_actor()
    detail = queries.detail(db.session(), case_id, by=by, now=now())
    return detail, beside(detail, by)


def _others(detail: CaseDetail) -> list[Any]:
    """Return the departments that have somebody there, but the one that has the case."""
    there = departments_there(db.session(), detail.card.area_code) - {detail.department}
    return [
        choice(code, _(one.name))
        for code, one in DEPARTMENTS.items()
        if code in there and one.kind == "dept"
    ]


def _page(
    template: str,
    form: Form,
    refusal: Refusal | None = None,
    **more: Any,  # noqa: ANN401
) -> ResponseReturnValue:
    """Show a form, again where something was wrong with it."""
    status = HTTPStatus.OK
    if refusal is not None:
        status = shown_as(refusal)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    detail: CaseDetail | None = more.get("case")
    if detail is not None:
        more |= {"level": level(detail.card), "place": place(detail.card)}
    sentence = full_stop(sentence_of(refusal)) if refusal else ""
    return render_template(template, form=form, sentence=sentence, **more), status


def _done(sentence: str, number: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("grid.case", number=number), code=303)


def _home() -> str:
    """Return where whoever was asked came from."""
    mine = current_actor().may(Permission.CASE_WHISTLE_SIGN)
    return "grid.department" if mine else "grid.outside"


def _first(counts: Any) -> Part:  # noqa: ANN401 - a mapping of parts
    """Return the first part that holds anything."""
    return next((part for part in Part if counts[part]), Part.TO_SIGN)
