"""分户、并户的币: the village proposes that coins follow, somebody of the town signs."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, parts, transaction
from people import queries as people
from points import queries, service
from points.errors import Unsaid
from points.forms import AdjustmentForm, DecideForm, yes_or_no
from points.rules.adjustments import AdjustmentState, AdjustmentWhy
from points.rules.helping import Consent
from points.views.blueprint import pages

ONE: Final = "/staff/coins/following/<int:adjustment_id>"
WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
HOW: Final = {one.value: one.label for one in Consent}


@pages.get("/staff/coins/following")
@require(Permission.LEDGER_READ)
def adjustments() -> str:
    """Show ended households that still have coins, and what was proposed."""
    by = current_actor()
    return render_template(
        "points/adjustments.html",
        left=queries.left_behind(db.session(), by=by),
        lines=queries.adjustments_listed(db.session(), by=by),
        may_propose=by.may(Permission.HOUSEHOLD_MERGE),
    )


@pages.route("/staff/coins/following/new", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_MERGE)
def adjustment_new() -> ResponseReturnValue:
    """Propose that coins follow a household."""
    form, error, status = AdjustmentForm(), "", HTTPStatus.OK
    if request.method == "GET":
        form.key.data = parts().chance.token()
        form.giver_number.data = request.args.get("from", "")[:24]
        form.taker_number.data = request.args.get("to", "")[:24]
    else:
        try:
            with transaction() as work:
                made = service.propose_adjustment(work, form.wanted(), by=current_actor()).id
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("提好了，等镇里另一个人签。"))
            there = url_for("points.adjustment", adjustment_id=made)
            return redirect(there, HTTPStatus.SEE_OTHER)
    page = render_template(
        "points/adjustment_new.html",
        form=form,
        whys=[(one.value, _(one.label)) for one in AdjustmentWhy],
        hows=[(value, _(label)) for value, label in HOW.items()],
        error=error,
    )
    return page, status


@pages.get(ONE)
@require(Permission.LEDGER_READ)
def adjustment(adjustment_id: int) -> ResponseReturnValue:
    """Show one, and what may be done now."""
    return _page(adjustment_id)


@pages.post(f"{ONE}/decide")
@require(Permission.LEDGER_REVERSE)
def adjustment_decide(adjustment_id: int) -> ResponseReturnValue:
    """Sign as the second person, or say why not."""
    form = DecideForm()
    agree = yes_or_no(form.agree)
    if agree is None:
        return _page(adjustment_id, _("请选同意还是不同意。"), text(form.reason)), WRONG
    return _do(
        adjustment_id,
        lambda work: service.decide_adjustment(
            work, adjustment_id, agree=agree, reason=text(form.reason), by=current_actor()
        ),
        _("签好了，币转过去了。") if agree else _("没有同意，币没有动。"),
        text(form.reason),
    )


@pages.post(f"{ONE}/withdraw")
@require(Permission.HOUSEHOLD_MERGE)
def adjustment_withdraw(adjustment_id: int) -> ResponseReturnValue:
    """Take back one's own proposal."""
    return _do(
        adjustment_id,
        lambda work: service.withdraw_adjustment(work, adjustment_id, by=current_actor()),
        _("撤回了，币没有动。"),
    )


def _do(
    adjustment_id: int, does: Callable[[Work], object], done: str, typed: str = ""
) -> ResponseReturnValue:
    try:
        with transaction() as work:
            does(work)
    except (Conflict, NotAllowed, Unsaid) as refusal:
        said = full_stop(sentence_of(refusal))
        return _page(adjustment_id, said, typed), shown_as(refusal)
    flash(done)
    there = url_for("points.adjustment", adjustment_id=adjustment_id)
    return redirect(there, HTTPStatus.SEE_OTHER)


def _page(adjustment_id: int, error: str = "", typed: str = "") -> str:
    by = current_actor()
    found = queries.adjustment_detail(db.session(), adjustment_id, by=by)
    one = found.one
    waits = one.state is AdjustmentState.PROPOSED
    signs = people.reaches(by, Permission.LEDGER_REVERSE, one.area_code)
    return render_template(
        "points/adjustment.html",
        found=found,
        one=one,
        how=HOW,
        waits=waits,
        may_decide=waits and signs and by.id != one.proposed_by,
        may_withdraw=waits and by.id == one.proposed_by,
        error=error,
        typed=typed,
    )
