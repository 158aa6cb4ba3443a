"""Claiming the coins of a closed report with its receipt: who somebody is says their phone."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import rules
from citizen.queries import Receipt
from citizen.views import access
from citizen.views.blueprint import pages
from kernel.access import public
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Conflict
from kernel.web import current_actor_or_none, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction
from people import queries as people
from points import queries as coins
from points import service


@pages.route("/r/<number>/coins", methods=["GET", "POST"])
@public
def claim_coins(number: str) -> ResponseReturnValue:
    """Ask whoever has the receipt who they are, and file its claim for their household."""
    report = access.find_own(number)
    case_id, by, now = report.case_id, current_actor_or_none(), parts().clock.now()
    today, error, status = now.astimezone(SHANGHAI).date(), "", HTTPStatus.OK
    offered = case_id is not None and coins.is_offered(db.session(), case_id, today=today)
    home = None if by is None else people.home_of(db.session(), by.id, now=now)
    if request.method == "POST" and case_id is not None and by is not None and home is not None:
        try:
            with transaction() as work:
                household_id = home.household.id
                service.claim_by_receipt(work, case_id, person_id=by.id, household_id=household_id)
        except Conflict as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("认领好了，由镇里审核。"))
            return redirect(url_for("points.own"), HTTPStatus.SEE_OTHER)
    page = render_template(
        "citizen/coins.html",
        number=rules.printed(report.number),
        offered=offered,
        by=by,
        home=home,
        error=error,
        secret=access.carried().get("k", ""),
    )
    return page, status


def coins_url(found: Receipt) -> str:
    """Return where its coins are claimed; "" where there are none, or no more."""
    case_id, progress = found.report.case_id, found.progress
    if case_id is None or progress is None or progress.closed_at is None:
        return ""
    today = parts().clock.now().astimezone(SHANGHAI).date()
    if not coins.is_offered(db.session(), case_id, today=today):
        return ""
    return url_for(
        "citizen.claim_coins", number=rules.printed(found.report.number), **access.carried()
    )
