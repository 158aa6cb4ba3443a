"""The log as a file, for whoever has to look through all of it."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import audit
from kernel.access import Actor, require
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.permissions import Permission
from kernel.web import csv_file, current_actor, show_in
from kernel.work import transaction
from people import queries
from people.forms import AuditExportForm, AuditForm
from people.rules.actions import ACTIONS
from people.views.audit import EXPORT
from people.views.blueprint import pages


@pages.post("/staff/audit/export")
@require(Permission.AUDIT_LOG_READ)
def export_audit() -> ResponseReturnValue:
    """Hand out the lines of some days as CSV, piece by piece; the log says who took which."""
    form, by = AuditExportForm(prefix=EXPORT), current_actor()
    try:
        if form.validate():
            wanted = form.wanted()
            with transaction() as work:
                said = f"{wanted.first} {wanted.last} {wanted.action}".strip()
                audit.note(
                    work,
                    by=by,
                    action="audit.export",
                    subject="audit",
                    area=wanted.area,
                    detail=said,
                )
            return _file(wanted, by)
    except Refusal as refusal:
        show_in(form, refusal)
    page = render_template(
        "people/audit.html",
        form=AuditForm(),
        export=form,
        page=queries.AuditPage((), {}, None),
        more="",
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _file(wanted: queries.AuditFilter, by: Actor) -> Response:
    heads = [
        _("编号"),
        _("时间"),
        _("谁"),
        _("做了什么"),
        _("对什么"),
        _("区域"),
        _("说明"),
        _("代码"),
    ]
    return csv_file(f"audit-{wanted.first}-{wanted.last}.csv", heads, _rows(wanted, by))


def _rows(wanted: queries.AuditFilter, by: Actor) -> Iterator[tuple[object, ...]]:
    for row in queries.audit_rows(db.session(), wanted, by=by):
        line = row.line
        who = row.login or ("" if line.actor_id is None else f"#{line.actor_id}")
        at = line.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        done = _(ACTIONS.get(line.action, line.action))
        yield line.id, at, who, done, line.subject, line.area, line.detail, line.action
