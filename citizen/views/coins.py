"""Claiming the coins of a closed report with its receipt: who somebody is says their phone."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import queries, rules
from citizen.errors import NoSuchReceipt
from citizen.models import Report
from citizen.queries import Receipt
from citizen.service import joining
from citizen.views import access
from citizen.views.blueprint import pages
from kernel.access import public, require
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Conflict, NotFound
from kernel.forms import cleaned
from kernel.permissions import Permission
from kernel.web import (
    count_miss,
    current_actor,
    current_actor_or_none,
    full_stop,
    sentence_of,
    shown_as,
)
from kernel.work import parts, transaction
from people import queries as people
from points import queries as coins
from points import service as points

LONGEST_CARD = 120  # a link of a card may be pasted


@pages.route("/r/<number>/coins", methods=["GET", "POST"])
@public
def claim_coins(number: str) -> ResponseReturnValue:
    """Ask whoever has the receipt who they are, and file its claim for their household.

    Who they are says their phone; or, without an account, their household's card.
    """
    report = access.find_own(number)
    by, error, status = current_actor_or_none(), "", HTTPStatus.OK
    home = None if by is None else people.home_of(db.session(), by.id, now=parts().clock.now())
    card = cleaned(request.form.get("card", ""))[:LONGEST_CARD]
    if request.method == "POST" and report.case_id is not None and (home is not None or card):
        try:
            with transaction() as work:
                if by is None or home is None:
                    joining.claim_with_card(work, report.case_id, card=card)
                else:
                    own = home.household.id
                    points.claim_by_receipt(work, report.case_id, person_id=by.id, household_id=own)
        except NotFound as refusal:
            count_miss("household")
            error, status = full_stop(sentence_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
        except Conflict as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("认领好了，由镇里审核。"))
            if home is not None:
                return redirect(url_for("points.own"), HTTPStatus.SEE_OTHER)
            more = access.carried()
            return redirect(url_for("citizen.receipt", number=number, **more), HTTPStatus.SEE_OTHER)
    page = render_template(
        "citizen/coins.html",
        number=rules.printed(report.number),
        offered=_is_offered(report),
        by=by,
        home=home,
        card=card,
        error=error,
        secret=access.carried().get("k", ""),
    )
    return page, status


@pages.route("/staff/counter/<number>/coins", methods=["GET", "POST"])
@require(Permission.CASE_REPORT_FOR)
def counter_coins(number: str) -> ResponseReturnValue:
    """Claim for somebody at the counter who shows the receipt's number and their card."""
    report, by, error, status = find_for(number), current_actor(), "", HTTPStatus.OK
    card = cleaned(request.form.get("card", ""))[:LONGEST_CARD]
    if request.method == "POST" and report.case_id is not None:
        try:
            with transaction() as work:
                joining.claim_with_card(work, report.case_id, card=card, by=by)
        except NotFound as refusal:
            count_miss("household")
            error, status = full_stop(sentence_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
        except Conflict as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("认领好了，由镇里审核。"))
            return redirect(url_for("citizen.counter_receipt", number=number), HTTPStatus.SEE_OTHER)
    page = render_template(
        "citizen/counter_coins.html",
        number=rules.printed(report.number),
        offered=_is_offered(report),
        card=card,
        error=error,
    )
    return page, status


def find_for(number: str) -> Report:
    """Return the report a number stands for, as a helper may open it.

    Raises:
        NoSuchReceipt: there is none, or it is against this helper.
    """
    report = access.find(number)
    if queries.is_kept_from(db.session(), report, by=current_actor()):
        raise NoSuchReceipt("没有找到这张回执，请看看回执号有没有抄错。")
    return report


def _is_offered(report: Report) -> bool:
    today = parts().clock.now().astimezone(SHANGHAI).date()
    case_id = report.case_id
    return case_id is not None and coins.is_offered(db.session(), case_id, today=today)


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
