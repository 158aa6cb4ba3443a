"""我家的绿币: what a household has and why, what one claimed, and claiming by form."""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import signed_in
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.grants import Role
from kernel.web import current_actor, full_stop, limiter, sentence_of, shown_as
from kernel.work import parts, transaction
from points import queries, service
from points.errors import NoSuchClaim, Unsaid
from points.forms import ClaimForm, whole
from points.rules import PostingKind
from points.rules.claims import ClaimState
from points.rules.table import Earner, Rule
from points.service import Written
from points.service.filing import BY_FORM
from points.views.blueprint import pages, today

OFTEN = "20 per minute"
FIRST_YEAR: Final = 2020
SOON: Final = 60  # days in which coins that run out are said first
APPEALABLE: Final = timedelta(days=30)
OVER: Final = frozenset({ClaimState.PAID, ClaimState.CAPPED, ClaimState.WITHDRAWN})
MAY_WITHDRAW = frozenset({ClaimState.SUBMITTED, ClaimState.VILLAGE_OK, ClaimState.SENT_BACK})

# What a line says that no rule stands behind.
KINDS: Final = {
    PostingKind.OPENING: "从前的余额转入",
    PostingKind.ADJUST: "分户、并户或搬家转账",
    PostingKind.REDEMPTION: "换了礼品",
    PostingKind.CAPTURE: "换了礼品",
    PostingKind.HOLD: "预留",
    PostingKind.RELEASE: "预留退回",
    PostingKind.EXPIRY: "到期",
    PostingKind.REVERSAL: "更正",
    PostingKind.DEDUCT: "扣币",
    PostingKind.AWARD_REVIEWED: "得币",
    PostingKind.AWARD_SYSTEM: "得币",
}


@pages.get("/me/coins")
@signed_in
def own() -> str:
    """Show one's household's coins, and one's own claims."""
    by = current_actor()
    return render_template(
        "points/own.html",
        book=queries.own_book(db.session(), by.id, today=today()),
        claims=queries.own_claims(db.session(), by.id),
        may_withdraw=MAY_WITHDRAW,
        over=OVER,
        kinds=KINDS,
        soon=SOON,
        naming=queries.own_naming(db.session(), by.id),
        notice=queries.has_notice(db.session(), by.id, since=parts().clock.now() - APPEALABLE),
    )


@pages.get("/me/coins/book")
@signed_in
def passbook() -> str:
    """Show one's household's book of a year for paper (存折)."""
    book = queries.own_passbook(db.session(), current_actor().id, year=year_asked(), today=today())
    if book is None:
        raise NoSuchClaim("绿币记在家里，请先登记您的家。")
    return render_template("points/passbook.html", book=book, kinds=KINDS, today=today())


@pages.route("/me/claims/new", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def new() -> ResponseReturnValue:
    """Claim coins for something that no machine has seen."""
    form, error, status = ClaimForm(), "", HTTPStatus.OK
    if request.method == "GET":
        form.day.data, form.key.data = today().isoformat(), parts().chance.token()
    else:
        try:
            with transaction() as work:
                service.claim_written(work, written(form), form.attached(), by=current_actor())
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("申报收到了，先由村里看，再由镇里看。"))
            return redirect(url_for("points.own"), HTTPStatus.SEE_OTHER)
    by = current_actor()
    area = queries.own_area(db.session(), by.id)
    page = render_template(
        "points/new.html",
        form=form,
        has_home=area is not None,
        rules=choices_of(
            one
            for one in queries.rules_for(db.session(), today(), [area] if area else [])
            if one.source in BY_FORM and (one.earner is Earner.ANYBODY or by.wears(Role.MEDIATOR))
        ),
        error=error,
        today=today().isoformat(),
    )
    return page, status


@pages.post("/me/claims/<int:claim_id>/withdraw")
@signed_in
def take_back(claim_id: int) -> ResponseReturnValue:
    """Take one's own claim back."""
    with transaction() as work:
        service.withdraw(work, claim_id, by=current_actor())
    flash(_("申报撤回了。"))
    return redirect(url_for("points.own"), HTTPStatus.SEE_OTHER)


@pages.route("/me/claims/<int:claim_id>", methods=["GET", "POST"])
@signed_in
def again(claim_id: int) -> ResponseReturnValue:
    """Send a claim in again after it was sent back, with what was missing."""
    form, error, status = ClaimForm(), "", HTTPStatus.OK
    found = queries.own_claim(db.session(), claim_id, current_actor().id)
    if found is None:
        raise NoSuchClaim("没有这份申报，或者它不是您的。")
    if request.method == "GET":
        form.words.data = found.words
    else:
        try:
            with transaction() as work:
                service.resubmit(work, claim_id, words=text(form.words), by=current_actor())
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("补充好了，又在等审核。"))
            return redirect(url_for("points.own"), HTTPStatus.SEE_OTHER)
    reviews = queries.reviews_of(db.session(), claim_id)
    page = render_template(
        "points/again.html", form=form, error=error, reviews=reviews, claim_id=claim_id
    )
    return page, status


def year_asked() -> int:
    """Return the year a passbook is asked for; this one for what is none."""
    year = whole(request.args.get("year", ""), today().year)
    return year if FIRST_YEAR <= year <= today().year else today().year


def choices_of(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """Return the code of each rule and what a form calls it: its name and its coins."""
    return [
        (one.code, _("%(name)s（%(coins)s 币）", name=_(one.name), coins=one.coins))
        for one in rules
    ]


def written(form: ClaimForm) -> Written:
    """Return what a form says.

    Raises:
        Unsaid: no rule or no day was chosen.
    """
    day = form.on
    if not text(form.rule):
        raise Unsaid("请选做了什么")
    if day is None:
        raise Unsaid("请选是哪一天")
    return Written(
        key=text(form.key)[:64], rule_code=text(form.rule)[:3], words=text(form.words), day=day
    )
