"""What each village may still award: read, and added to, by the town."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction
from points import queries, service
from points.forms import QuotaForm
from points.views.blueprint import pages


@pages.route("/staff/claims/funds", methods=["GET", "POST"])
@require(Permission.LEDGER_QUOTA)
def funds() -> ResponseReturnValue:
    """Show the villages' funds, and give one of them more."""
    form, error, status = QuotaForm(), "", HTTPStatus.OK
    if form.is_submitted():
        try:
            with transaction() as work:
                service.give_quota(
                    work,
                    text(form.village)[:12],
                    coins=form.number,
                    key=text(form.key),
                    by=current_actor(),
                )
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("拨好了。"))
            return redirect(url_for("points.funds"), HTTPStatus.SEE_OTHER)
    found = queries.funds(db.session(), by=current_actor())
    key = parts().chance.token()
    page = render_template("points/funds.html", funds=found, form=form, key=key, error=error)
    return page, status
