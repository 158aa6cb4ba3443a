"""Whether somebody is named in public: their own choice, on their page or at the counter."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require, signed_in
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, limiter, sentence_of
from kernel.work import transaction
from points import service
from points.errors import CannotClaim
from points.views.blueprint import pages

OFTEN = "20 per minute"


@pages.post("/me/coins/naming")
@signed_in
@limiter.limit(OFTEN)
def naming() -> ResponseReturnValue:
    """Agree to be named, or take it back; anything but a clear yes takes it back."""
    agrees, by = request.form.get("agrees") == "yes", current_actor()
    try:
        with transaction() as work:
            if agrees:
                service.agree_to_naming(work, by=by)
            else:
                service.end_naming(work, by=by)
    except CannotClaim as refusal:
        flash(full_stop(sentence_of(refusal)), "warn")
    else:
        flash(_("记下了，以后公示的月份写您的全名。") if agrees else _("收回了，马上打星。"))
    return redirect(url_for("points.own") + "#naming", HTTPStatus.SEE_OTHER)


@pages.post("/staff/households/<int:household_id>/naming")
@require(Permission.HOUSEHOLD_EDIT)
def household_naming(household_id: int) -> ResponseReturnValue:
    """Write down what the head of a household said at the counter."""
    agrees = request.form.get("agrees") == "yes"
    try:
        with transaction() as work:
            service.record_naming(work, household_id, agrees=agrees, by=current_actor())
    except CannotClaim as refusal:
        flash(full_stop(sentence_of(refusal)), "warn")
    else:
        flash(_("记下了。"))
    there = url_for("points.household_book", household_id=household_id)
    return redirect(there, HTTPStatus.SEE_OTHER)
