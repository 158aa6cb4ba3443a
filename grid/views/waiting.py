"""What waits for somebody above: calls to make, extensions, hand-overs and objections."""

from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.forms.promises import SupervisorCallForm
from grid.queries.departments import handovers_to_decide
from grid.queries.upwards import calls_due, due_call, extensions_asked, objections_made
from grid.rules import CallOutcome
from grid.service import Contact
from grid.views.blueprint import now, pages
from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction


@pages.get("/waiting")
@require(Permission.CASE_READ)
def waiting() -> str:
    """Show all that waits for me as somebody above."""
    by, session = current_actor(), db.session()
    return render_template(
        "grid/waiting.html",
        calls=calls_due(session, by=by, now=now()),
        asked=extensions_asked(session, by=by),
        objected=objections_made(session, by=by),
        handovers=handovers_to_decide(session, by=by),
        now=now(),
    )


@pages.get("/call/<int:call_id>")
@require(Permission.CASE_READ)
def supervisor_call(call_id: int) -> Response:
    """Show one call that is to be made."""
    return _page(call_id, SupervisorCallForm(formdata=None))


@pages.post("/call/<int:call_id>/contact")
@require(Permission.CASE_READ)
def call_contact(call_id: int) -> ResponseReturnValue:
    """Show the number once, on the answer itself; the look is written down."""
    with transaction() as work:
        found = service.read_call_contact(work, call_id, by=current_actor())
    return _page(call_id, SupervisorCallForm(formdata=None), contact=found)


@pages.post("/call/<int:call_id>")
@require(Permission.CASE_READ)
def log_supervisor_call(call_id: int) -> ResponseReturnValue:
    """Write down how it went."""
    form = SupervisorCallForm()
    if not form.validate():
        return _page(call_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    outcome = CallOutcome.TALKED if form.reached.data == "yes" else CallOutcome.NO_ANSWER
    try:
        with transaction() as work:
            service.log_supervisor_call(
                work, call_id, by=current_actor(), outcome=outcome, note=text(form.note)
            )
    except Refusal as refusal:
        if not isinstance(refusal, Conflict):
            form.note.errors = [sentence_of(refusal)]
        sentence = full_stop(sentence_of(refusal))
        return _page(call_id, form, refused=sentence, status=shown_as(refusal))
    flash(_("记下了，居民在回执上看得到有人打过电话。"))
    return redirect(url_for("grid.waiting"), code=303)


def _page(
    call_id: int,
    form: SupervisorCallForm,
    *,
    contact: Contact | None = None,
    refused: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    page = render_template(
        "grid/call.html",
        call=due_call(db.session(), call_id, by=current_actor(), now=now()),
        form=form,
        contact=contact,
        refused=refused,
        now=now(),
    )
    return make_response(page, status)
