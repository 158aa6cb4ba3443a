"""The log of who did what, for those who watch over it."""

from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from kernel import audit as log
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from people import queries, rules
from people.forms import AuditExportForm, AuditForm
from people.rules.actions import Named, codes_in, subjects_in
from people.views.blueprint import pages

EXPORT = "export"  # before the names of the second form's fields


@pages.get("/staff/audit")
@require(Permission.AUDIT_LOG_READ)
def audit() -> ResponseReturnValue:
    """Show fifty lines of the log, the newest first."""
    form = AuditForm(request.args)
    valid = form.validate()
    wanted = queries.AuditFilter(
        action=text(form.action),
        area=text(form.area),
        first=form.first.data,
        last=form.last.data,
        before=request.args.get("before", type=row_number),
    )
    page = queries.AuditPage((), {}, None)
    if valid:
        try:
            page = queries.audit_page(db.session(), wanted, by=current_actor())
        except Refusal as refusal:
            show_in(form, refusal)
    # Nothing but our own fields: url_for would take _scheme and the like from a stranger's link.
    kept: dict[str, Any] = {name: request.args[name] for name in request.args if name in form}
    more = url_for("people.audit", **kept, before=page.before) if page.before else ""
    named = [one for line in page.lines for one in (line.area, *codes_in(line.detail))]
    codes = [one for one in named if rules.is_code(one)]
    things = {one for line in page.lines for one in (line.subject, *subjects_in(line.detail))}
    places = queries.paths_of(db.session(), codes, top=rules.Level.TOWN)
    return render_template(
        "people/audit.html",
        form=form,
        export=AuditExportForm(None, prefix=EXPORT, data=form.data),
        page=page,
        more=more,
        places=places,
        named=Named(
            staff=page.staff,
            places=places,
            say=gettext,
            things=log.names_of(db.session(), things),
            departments=current_app.extensions["department_names"],
        ),
    )
