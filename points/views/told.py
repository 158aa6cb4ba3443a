"""What a household is told about coins that are to be taken; its own side, and appeals."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import public, signed_in
from kernel.db import db
from kernel.errors import Conflict
from kernel.forms import text
from kernel.web import current_actor, full_stop, limiter, sentence_of, shown_as
from kernel.work import Work, transaction
from points import queries, service
from points.errors import NoSuchClaim, Unsaid
from points.forms import ReasonForm
from points.rules.claims import ClaimState
from points.rules.deductions import SAYABLE, TAKEN, AppealState
from points.views.blueprint import pages, today

OFTEN = "20 per minute"


@pages.get("/me/deductions")
@signed_in
def own_deductions() -> str:
    """Show what is against one's household, and one's appeals."""
    return _page()


@pages.post("/me/deductions/<int:deduction_id>/say")
@signed_in
@limiter.limit(OFTEN)
def deduction_say(deduction_id: int) -> ResponseReturnValue:
    """Say one's own side of it."""
    words = text(ReasonForm().reason)
    return _do(
        lambda work: service.say_own(work, deduction_id, words=words, by=current_actor()),
        _("您说的记下了，定的人会看到。"),
        {deduction_id: words},
    )


@pages.post("/me/deductions/<int:deduction_id>/appeal")
@signed_in
@limiter.limit(OFTEN)
def deduction_appeal(deduction_id: int) -> ResponseReturnValue:
    """Appeal against it."""
    words = text(ReasonForm().reason)
    return _do(
        lambda work: service.appeal_deduction(work, deduction_id, words=words, by=current_actor()),
        _("申诉收到了，上一级 5 个工作日以内定。"),
        {deduction_id: words},
    )


@pages.route("/me/claims/<int:claim_id>/appeal", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def claim_appeal(claim_id: int) -> ResponseReturnValue:
    """Appeal against a no to one's own claim."""
    form, error, status = ReasonForm(), "", HTTPStatus.OK
    found = queries.own_claim(db.session(), claim_id, current_actor().id)
    if found is None:
        raise NoSuchClaim("没有这份申报，或者它不是您的。")
    if form.is_submitted():
        try:
            with transaction() as work:
                words = text(form.reason)
                service.appeal_claim(work, claim_id, words=words, by=current_actor())
        except (Conflict, Unsaid) as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("申诉收到了，上一级 5 个工作日以内定。"))
            return redirect(url_for("points.own_deductions"), HTTPStatus.SEE_OTHER)
    reviews = queries.reviews_of(db.session(), claim_id)
    page = render_template("points/appeal.html", form=form, reviews=reviews, error=error)
    return page, status


@pages.get("/coins/corrections")
@public
def corrections() -> str:
    """Show what was taken wrongly and given back."""
    return render_template(
        "points/corrections.html",
        lines=queries.corrections(db.session()),
        returned=queries.returns_published(db.session()),
    )


def _do(does: Callable[[Work], object], done: str, typed: dict[int, str]) -> ResponseReturnValue:
    try:
        with transaction() as work:
            does(work)
    except (Conflict, Unsaid) as refusal:
        return _page(full_stop(sentence_of(refusal)), typed), shown_as(refusal)
    flash(done)
    return redirect(url_for("points.own_deductions"), HTTPStatus.SEE_OTHER)


def _page(error: str = "", typed: dict[int, str] | None = None) -> str:
    by = current_actor()
    appeals = queries.own_refusals(db.session(), by.id)
    appealed = {one.appeal.claim_id for one in appeals}
    return render_template(
        "points/own_deductions.html",
        lines=queries.own_deductions(db.session(), by.id),
        appeals=appeals,
        refused=[
            one
            for one in queries.own_claims(db.session(), by.id)
            if one.claim.state is ClaimState.REFUSED and one.claim.id not in appealed
        ],
        may_say=SAYABLE,
        taken=TAKEN,
        waiting=AppealState.WAITING,
        today=today(),
        typed=typed or {},
        error=error,
    )
