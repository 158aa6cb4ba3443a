"""Sending a large table of households: it is looked through in the background."""

from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.permissions import Permission
from kernel.web import current_actor, limiter, show_in
from kernel.work import transaction
from people import queries, rules, service
from people.forms import ImportForm
from people.rules import ImportState
from people.views.blueprint import pages
from people.views.tables import template_of

WAITS = frozenset({ImportState.CHECKING, ImportState.WRITING})


@pages.route("/staff/households/import", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_IMPORT)
@limiter.limit("20 per minute", methods=["POST"])
def import_households() -> ResponseReturnValue:
    """Take a table in; what came of it stands on a page of its own."""
    form, status = ImportForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with form.file.data.stream as file:
                content = file.read(rules.LARGE.bytes + 1)
            with transaction() as work:
                number = service.send_households(work, content, by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            return redirect(url_for("people.household_import", import_id=number), code=303)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        "people/household_import.html", form=form, columns=rules.HOUSEHOLD_COLUMNS
    )
    return page, status


@pages.get("/staff/households/import/template.csv")
@require(Permission.HOUSEHOLD_IMPORT)
def household_template() -> Response:
    """Hand out an empty table of households."""
    return template_of("households", rules.HOUSEHOLD_COLUMNS)


@pages.route("/staff/households/import/<int:import_id>", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_IMPORT)
def household_import(import_id: int) -> ResponseReturnValue:
    """Show what came of a table; have it written once it was found good."""
    by = current_actor()
    if request.method == "POST":
        with transaction() as work:
            service.confirm_import(work, import_id, by=by)
        return redirect(url_for("people.household_import", import_id=import_id), code=303)
    found = queries.household_import(db.session(), import_id, by=by)
    return render_template(
        "people/household_imported.html",
        found=found,
        waits=found.state in WAITS,
        state=found.state.value,
    )
