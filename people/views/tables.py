"""Importing tables of areas and staff: look first, then write."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from kernel.access import Actor, require
from kernel.permissions import Permission
from kernel.web import csv_file, current_actor, limiter, show_in
from kernel.work import Work, transaction
from people import rules, service
from people.errors import BadFile
from people.forms import ImportForm
from people.service import ImportResult
from people.views.blueprint import pages

Import = Callable[[Work, Sequence[rules.Row], Actor, bool], ImportResult]
OFTEN = "20 per minute"


@pages.route("/staff/areas/import", methods=["GET", "POST"])
@require(Permission.SYSTEM_AREA_EDIT)
@limiter.limit(OFTEN, methods=["POST"])
def import_areas() -> ResponseReturnValue:
    """Take a table of areas."""

    def run(work: Work, rows: Sequence[rules.Row], by: Actor, dry_run: bool) -> ImportResult:  # noqa: FBT001 - called once, below
        return service.import_areas(work, rows, by=by, dry_run=dry_run)

    blank = "people.area_template"
    return _import("people/import_areas.html", rules.AREA_COLUMNS, run, blank)


@pages.route("/staff/people/import", methods=["GET", "POST"])
@require(Permission.SYSTEM_STAFF_EDIT)
@limiter.limit(OFTEN, methods=["POST"])
def import_staff() -> ResponseReturnValue:
    """Take a table of staff; the one-time passwords are shown on the answer and never again."""

    def run(work: Work, rows: Sequence[rules.Row], by: Actor, dry_run: bool) -> ImportResult:  # noqa: FBT001 - called once, below
        return service.import_staff(work, rows, by=by, dry_run=dry_run)

    blank = "people.staff_template"
    return _import("people/import_staff.html", rules.STAFF_COLUMNS, run, blank)


@pages.get("/staff/areas/import/template.csv")
@require(Permission.SYSTEM_AREA_EDIT)
def area_template() -> Response:
    """Hand out an empty table of areas."""
    return template_of("areas", rules.AREA_COLUMNS)


@pages.get("/staff/people/import/template.csv")
@require(Permission.SYSTEM_STAFF_EDIT)
def staff_template() -> Response:
    """Hand out an empty table of staff."""
    return template_of("staff", rules.STAFF_COLUMNS)


def template_of(name: str, columns: Mapping[str, Sequence[str]]) -> Response:
    """Return a table that has nothing but its heading, as a file."""
    heads = [rules.heading_of(column, columns) for column in columns]
    return csv_file(f"{name}.csv", heads, [])


def _import(
    template: str, columns: Mapping[str, Sequence[str]], run: Import, blank: str
) -> ResponseReturnValue:
    form, status, result = ImportForm(), HTTPStatus.OK, None
    if form.validate_on_submit():
        try:
            with form.file.data.stream as file:
                rows = rules.read_sheet(file.read(rules.MOST_BYTES + 1), columns)
        except BadFile as refusal:
            status = show_in(form, refusal)
        else:
            with transaction() as work:
                result = run(work, rows, current_actor(), request.form.get("do") != "write")
            if result.problems:
                status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(template, form=form, columns=columns, result=result, blank=blank)
    return page, status
