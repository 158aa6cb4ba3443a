"""Spots from a table, and the register as one."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import csv_file, current_actor, limiter, show_in
from kernel.work import parts, transaction
from people import queries as people
from people.errors import BadFile
from people.rules import MOST_BYTES, heading_of, read_sheet
from qr import queries, service
from qr.forms import ExportForm, SpotsForm
from qr.rules import register_table
from qr.rules.spot_table import SPOT_COLUMNS
from qr.views.blueprint import pages
from qr.views.register import LEVELS

OFTEN: Final = "20 per minute"


@pages.route("/staff/codes/import", methods=["GET", "POST"])
@require(Permission.QR_ORDER)
@limiter.limit(OFTEN, methods=["POST"])
def import_spots() -> ResponseReturnValue:
    """Take a table of spots: look first, then write."""
    form, status, result = SpotsForm(), HTTPStatus.OK, None
    if form.validate_on_submit():
        try:
            with form.file.data.stream as file:
                rows = read_sheet(file.read(MOST_BYTES + 1), SPOT_COLUMNS)
        except BadFile as refusal:
            status = show_in(form, refusal)
        else:
            with transaction() as work:
                result = service.import_spots(
                    work,
                    rows,
                    categories=categories(),
                    by=current_actor(),
                    dry_run=request.form.get("do") != "write",
                )
            if result.problems:
                status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        "qr/import.html",
        form=form,
        columns=SPOT_COLUMNS,
        result=result,
        blank="qr.spot_template",
    )
    return page, status


@pages.get("/staff/codes/import/template.csv")
@require(Permission.QR_ORDER)
def spot_template() -> Response:
    """Hand out an empty table of spots."""
    heads = [heading_of(column, SPOT_COLUMNS) for column in SPOT_COLUMNS]
    return csv_file("spots.csv", heads, [])


@pages.route("/staff/codes/export", methods=["GET", "POST"])
@require(Permission.QR_READ)
@limiter.limit(OFTEN, methods=["POST"])
def export_codes() -> ResponseReturnValue:
    """Hand out the register of an area as CSV, piece by piece; the log says who took it."""
    form, by, status = ExportForm(), current_actor(), HTTPStatus.OK
    if form.validate_on_submit():
        area = text(form.area)
        if people.find_area(db.session(), area) and people.reaches(by, Permission.QR_READ, area):
            with transaction() as work:
                service.note_exported(work, area, by=by)
            return _table(area)
        form.area.errors = [_("没有这个区域，或者它不归您管。")]
        status = HTTPStatus.NOT_FOUND
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    places = people.places_for(db.session(), Permission.QR_READ, by=by, levels=LEVELS)
    return render_template("qr/export.html", form=form, places=places), status


def _table(area: str) -> Response:
    settings = parts().settings
    rows = register_table.lines(
        queries.register_rows(db.session(), area, by=current_actor()),
        public_url=settings.public_url,
        upper=settings.print_upper,
    )
    return csv_file(f"codes-{area}.csv", register_table.HEADS, rows)


def categories() -> Mapping[str, str]:
    """Return what may be reported, as the whole house has it: code by name and by itself."""
    known: Mapping[str, str] = current_app.extensions["report_categories"]
    return known
