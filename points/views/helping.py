"""替人申报: staff write down what somebody did who cannot."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction
from people.queries import area_ranges
from points import queries, service
from points.forms import ClaimForForm
from points.rules.helping import Consent
from points.rules.table import Earner
from points.service.filing import BY_FORM
from points.views.blueprint import pages, today
from points.views.own import choices_of, written


@pages.route("/staff/claims/new", methods=["GET", "POST"])
@require(Permission.CLAIM_FILE_FOR)
def claim_for() -> ResponseReturnValue:
    """File a claim for somebody; who helped and how they agreed is kept."""
    form, error, status = ClaimForForm(), "", HTTPStatus.OK
    if request.method == "GET":
        form.day.data, form.key.data = today().isoformat(), parts().chance.token()
    else:
        try:
            with transaction() as work:
                service.claim_for(
                    work,
                    written(form),
                    form.attached(),
                    number=text(form.number),
                    name=text(form.name),
                    consent=form.agreed,
                    by=current_actor(),
                )
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("记下了，先由村里看，再由镇里看。您帮着报的，您自己不能审。"))
            return redirect(url_for("points.claim_for"), HTTPStatus.SEE_OTHER)
    there = [start for start, _end in area_ranges(current_actor(), Permission.CLAIM_FILE_FOR)]
    page = render_template(
        "points/claim_for.html",
        form=form,
        rules=choices_of(
            one
            for one in queries.rules_for(db.session(), today(), there)
            if one.source in BY_FORM and one.earner is Earner.ANYBODY
        ),
        consents=[(one.value, _(one.label)) for one in Consent],
        error=error,
        today=today().isoformat(),
    )
    return page, status
