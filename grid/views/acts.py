"""What staff do at a case: one address per verb, each a POST that leads back to a page."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.forms import (
    CallForm,
    CaseForm,
    ClassifyForm,
    EscalateForm,
    NoteForm,
    RejectForm,
    ResultForm,
    ReturnForm,
    SendBackForm,
    SpotCheckForm,
    TapForm,
    VerifyForm,
    VoiceForm,
)
from grid.queries.pages import case_named
from grid.rules import CATALOGUE, Danger, Finding, Move, State, Urgency, urgency_of
from grid.service import Values
from grid.views.blueprint import pages
from grid.views.case import refuse, show
from grid.views.files import take_in
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.media import Kind
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import Work, transaction

Deed = Callable[[Work, int], None]


@pages.post("/case/<number>/accept")
@require(Permission.CASE_ACCEPT)
def accept(number: str) -> ResponseReturnValue:
    """接单: the accept clock stops."""
    form = TapForm()
    done = _("接了。先打个电话，或者点“我去了”。")
    return _do(number, form, _moving(Move.ACCEPT, form), done, stay=True)


@pages.post("/case/<number>/on-my-way")
@require(Permission.CASE_HANDLE)
def on_my_way(number: str) -> ResponseReturnValue:
    """我去了: the respond clock stops."""

    def deed(work: Work, case_id: int) -> None:
        service.on_my_way(work, case_id, by=current_actor())

    return _do(number, TapForm(), deed, _("记下了，路上小心。"), stay=True)


@pages.post("/case/<number>/contact")
@require(Permission.CASE_CONTACT_READ)
def contact(number: str) -> ResponseReturnValue:
    """Show the number once, on the answer itself: an address would show it again unlogged."""
    form = TapForm()
    case_id = case_named(db.session(), number)
    try:
        with transaction() as work:
            found = service.read_contact(work, case_id, by=current_actor())
    except Refusal as refusal:
        return refuse(case_id, form, refusal)
    return show(case_id, phone=found.phone or "", caller=found.name or "")


@pages.post("/case/<number>/call")
@require(Permission.CASE_HANDLE)
def log_call(number: str) -> ResponseReturnValue:
    """Note how a call went: the respond clock stops."""
    form = CallForm()

    def deed(work: Work, case_id: int) -> None:
        outcome = _("打通了") if text(form.reached) == "yes" else _("没人接")
        note = "：".join(part for part in (outcome, text(form.note)) if part)
        service.log_call(work, case_id, by=current_actor(), note=note)

    return _do(number, form, deed, _("记下了。"), stay=True)


@pages.post("/case/<number>/note")
@require(Permission.CASE_CONTENT_READ)
def note(number: str) -> ResponseReturnValue:
    """Note something, with pictures or without."""
    form = NoteForm()

    def deed(work: Work, case_id: int) -> None:
        files = _receive(work, form, case_id)
        service.add_note(work, case_id, by=current_actor(), note=text(form.note), attachments=files)

    return _do(number, form, deed, _("记下了。"), stay=True)


@pages.post("/case/<number>/voice")
@require(Permission.CASE_CONTENT_READ)
def voice_line(number: str) -> ResponseReturnValue:
    """Write what a voice note says."""
    form = VoiceForm()

    def deed(work: Work, case_id: int) -> None:
        service.write_voice_line(work, case_id, by=current_actor(), line=text(form.voice_line))

    return _do(number, form, deed, _("写好了，后面的人不用再听一遍。"), stay=True)


@pages.post("/case/<number>/classify")
@require(Permission.CASE_CLASSIFY)
def classify(number: str) -> ResponseReturnValue:
    """Settle category and urgency."""
    form = ClassifyForm()

    def deed(work: Work, case_id: int) -> None:
        code = text(form.category)
        service.classify(
            work, case_id, by=current_actor(), category=code, urgency=_urgency(form, code)
        )

    return _do(number, form, deed, _("改好了，时限只会更紧。"), stay=True)


@pages.post("/case/<number>/result")
@require(Permission.CASE_HANDLE)
def report_result(number: str) -> ResponseReturnValue:
    """Report what came of it; pictures are welcome."""
    form = ResultForm()

    def deed(work: Work, case_id: int) -> None:
        values = Values(
            turn=form.seen_turn,
            result_text=text(form.result_text),
            category=text(form.category),
            proposed_finding=Finding(form.finding.data),
        )
        files = _receive(work, form, case_id)
        service.report_result(
            work,
            case_id,
            by=current_actor(),
            expected=form.seen(State.SUBMITTED),
            values=values,
            attachments=files,
        )

    return _do(number, form, deed, _("结果报上去了，等别人核实。"))


@pages.post("/case/<number>/verify")
@require(Permission.CASE_VERIFY)
def verify(number: str) -> ResponseReturnValue:
    """Confirm the finding: the case closes."""
    form = VerifyForm()

    def deed(work: Work, case_id: int) -> None:
        values = Values(turn=form.seen_turn, finding=Finding(form.finding.data))
        _move(work, case_id, Move.VERIFY, form, values)

    return _do(number, form, deed, _("核实办结了，上报人会收到消息。"), to="grid.to_verify")


@pages.post("/case/<number>/send-back")
@require(Permission.CASE_VERIFY)
def send_back(number: str) -> ResponseReturnValue:
    """Say that it is not settled yet."""
    form = SendBackForm()
    deed = _moving(Move.SEND_BACK, form)
    return _do(number, form, deed, _("退给办理的人了。"), to="grid.to_verify")


@pages.post("/case/<number>/spot-check")
@require(Permission.CASE_VERIFY)
def spot_check(number: str) -> ResponseReturnValue:
    """Note the second look that a case closed by its reporter was drawn for."""
    form = SpotCheckForm()

    def deed(work: Work, case_id: int) -> None:
        service.spot_check(work, case_id, by=current_actor(), note=text(form.note))

    return _do(number, form, deed, _("记下了，谢谢您去看。"), to="grid.to_verify")


@pages.post("/case/<number>/return")
@require(Permission.CASE_RETURN)
def give_back(number: str) -> ResponseReturnValue:
    """Hand a case back, to be given to somebody else."""
    form = ReturnForm()
    return _do(number, form, _moving(Move.RETURN, form), _("退回了，由镇里重新派人。"))


@pages.post("/case/<number>/escalate")
@require(Permission.CASE_ESCALATE)
def escalate(number: str) -> ResponseReturnValue:
    """Pass a case one level up."""
    form = EscalateForm()
    return _do(number, form, _moving(Move.ESCALATE, form), _("报给上一级了。"))


@pages.post("/case/<number>/admit")
@require(Permission.CASE_ADMIT)
def admit(number: str) -> ResponseReturnValue:
    """Take a case in that the program could not."""
    form = TapForm()
    return _do(number, form, _moving(Move.ADMIT, form), _("受理了，请派人。"), stay=True)


@pages.post("/case/<number>/reject")
@require(Permission.CASE_REJECT)
def reject(number: str) -> ResponseReturnValue:
    """Refuse a case, and say whose it is."""
    form = RejectForm()

    def deed(work: Work, case_id: int) -> None:
        values = Values(
            turn=form.seen_turn,
            reason=text(form.reason),
            responsible_channel=text(form.responsible_channel),
        )
        _move(work, case_id, Move.REJECT, form, values)

    return _do(number, form, deed, _("不予受理，原因和该找谁已告诉上报人。"), to="grid.desk")


def _do(
    number: str,
    form: CaseForm,
    deed: Deed,
    done: str,
    *,
    stay: bool = False,
    to: str = "grid.queue",
) -> ResponseReturnValue:
    """Do one thing to a case and lead on; whatever goes wrong, what was typed stays."""
    case_id = case_named(db.session(), number)
    if not form.validate():
        return show(case_id, filled=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction() as work:
            deed(work, case_id)
    except Refusal as refusal:
        return refuse(case_id, form, refusal)
    flash(done)
    target = url_for("grid.case", number=number) if stay else url_for(to)
    return redirect(target, code=303)


def _moving(move: Move, form: CaseForm) -> Deed:
    """Return the plain deed of a move that needs a reason at most."""

    def deed(work: Work, case_id: int) -> None:
        reason = text(form["reason"]) if "reason" in form else ""
        _move(work, case_id, move, form, Values(turn=form.seen_turn, reason=reason))

    return deed


def _move(work: Work, case_id: int, move: Move, form: CaseForm, values: Values) -> None:
    expected = form.seen(State.SUBMITTED)
    service.move(work, case_id, move, by=current_actor(), expected=expected, values=values)


def _urgency(form: ClassifyForm, code: str) -> Urgency | None:
    """Return the urgency the answer about danger leads to; None where there was none."""
    if form.in_danger is None:
        return None
    danger = Danger.YES if form.in_danger else Danger.NO
    return urgency_of(CATALOGUE.category(code), danger)


def _receive(work: Work, form: CaseForm, case_id: int) -> tuple[int, ...]:
    files = [(Kind.PICTURE, content) for content in form.files()]
    return take_in(work, files, owner=f"grid.case:{case_id}", key=text(form.key))
