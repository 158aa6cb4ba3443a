"""What staff do about promises: stop the clock, ask, want more time, say yes or no to others."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.forms import CaseForm, TapForm
from grid.forms.promises import ApproveForm, AskForm, ExtendForm, JudgeForm, PauseForm
from grid.queries.pages import case_named
from grid.rules import PauseReason
from grid.views.blueprint import pages
from grid.views.case import refuse, show
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import Work, transaction

Deed = Callable[[Work, int], None]


@pages.post("/case/<number>/pause")
@require(Permission.CASE_PAUSE)
def pause(number: str) -> ResponseReturnValue:
    """停表: once, with a reason the resident reads."""
    form = PauseForm()

    def deed(work: Work, case_id: int) -> None:
        reason = PauseReason(form.reason.data)
        service.pause(work, case_id, by=current_actor(), reason=reason, words=form.said)

    return _do(number, form, deed, _("停表了，居民看得到为什么。到时会自己接着走。"))


@pages.post("/case/<number>/resume")
@require(Permission.CASE_PAUSE)
def resume(number: str) -> ResponseReturnValue:
    """Let the clock go on."""

    def deed(work: Work, case_id: int) -> None:
        service.resume(work, case_id, by=current_actor())

    return _do(number, TapForm(), deed, _("接着走表了。"))


@pages.post("/case/<number>/ask")
@require(Permission.CASE_HANDLE)
def ask(number: str) -> ResponseReturnValue:
    """Ask whoever reported it for more, on the receipt."""
    form = AskForm()

    def deed(work: Work, case_id: int) -> None:
        service.ask(work, case_id, by=current_actor(), words=form.said)

    return _do(number, form, deed, _("问出去了，居民在回执上回答；留了电话的会收到短信。"))


@pages.post("/case/<number>/extend")
@require(Permission.CASE_EXTEND)
def extend(number: str) -> ResponseReturnValue:
    """Ask for more time."""
    form = ExtendForm()

    def deed(work: Work, case_id: int) -> None:
        service.ask_extension(work, case_id, by=current_actor(), reason=form.said)

    return _do(number, form, deed, _("申请了，等上面批。没批以前时限不变。"))


@pages.post("/case/<number>/approve")
@require(Permission.CASE_EXTEND_APPROVE)
def approve(number: str) -> ResponseReturnValue:
    """Give more time, or not."""
    form = ApproveForm()

    def deed(work: Work, case_id: int) -> None:
        service.decide_extension(
            work,
            case_id,
            by=current_actor(),
            granted=form.granted.data == "yes",
            sentence=text(form.sentence),
        )

    return _do(number, form, deed, _("定好了，申请的人会收到消息。"))


@pages.post("/case/<number>/judge")
@require(Permission.CASE_OBJECT_DECIDE)
def judge(number: str) -> ResponseReturnValue:
    """Uphold an objection or dismiss it."""
    form = JudgeForm()

    def deed(work: Work, case_id: int) -> None:
        service.decide_objection(
            work,
            case_id,
            by=current_actor(),
            upheld=form.upheld.data == "yes",
            sentence=form.said,
            turn=form.seen_turn,
        )

    return _do(number, form, deed, _("定好了，居民会收到答复。"))


def _do(number: str, form: CaseForm, deed: Deed, done: str) -> ResponseReturnValue:
    """Do one thing to a case and show it again; whatever goes wrong, what was typed stays."""
    case_id = case_named(db.session(), number)
    if not form.validate():
        return show(case_id, filled=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction() as work:
            deed(work, case_id)
    except Refusal as refusal:
        return refuse(case_id, form, refusal)
    flash(done)
    return redirect(url_for("grid.case", number=number), code=303)
