"""The reviewers' desk: what waits, one claim with all that helps to judge it, many at once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed
from kernel.forms import text
from kernel.grants import Role
from kernel.media import respond
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from people.queries import reaches
from points import queries, service
from points.errors import Unsaid
from points.forms import ReviewForm, whole
from points.models import Claim
from points.rules.auditing import AuditWish
from points.rules.claims import Decision
from points.rules.undoing import CLAIM, UndoState
from points.service import MOST_AT_ONCE
from points.views.auditing import audit_page, audited_page
from points.views.blueprint import pages, today

PARTS = ("mine", "all", "done")
# What else there is about coins, below the list: what it is called, where it leads, and for whom.
OTHERS: Final = (
    ("替人申报", "points.claim_for", Permission.CLAIM_FILE_FOR),
    ("月结", "points.months", Permission.CLAIM_READ),
    ("分户、并户的币", "points.adjustments", Permission.LEDGER_READ),
    ("扣币", "points.deductions", Permission.CLAIM_READ),
    ("申诉", "points.appeals", Permission.CLAIM_APPEAL_DECIDE),
    ("抽查", "points.samples", Permission.CLAIM_SAMPLE),
    ("异常提示", "points.coin_warnings", Permission.CLAIM_WARNING_READ),
    ("审计台", "points.auditing", Permission.LEDGER_REVERSAL_READ),
    ("规则", "points.ruling", Permission.RULE_SWITCH),
    ("村里的额度", "points.funds", Permission.LEDGER_QUOTA),
    ("从前的余额", "points.openings", Permission.LEDGER_QUOTA),
)


@pages.get("/staff/claims")
@require(Permission.CLAIM_READ)
def claims() -> str:
    """Show what waits for whoever looks, for anybody, or is settled."""
    part = request.args.get("part", "mine")
    part = part if part in PARTS else "mine"
    page = whole(request.args.get("page", "1"), 1)
    by = current_actor()
    if by.wears(Role.AUDITOR):  # reads at a desk of their own, masked and noted
        return audit_page(AuditWish())
    signs = part == "mine" and by.may(Permission.LEDGER_REVERSE)
    lines, more = queries.claims_listed(db.session(), by=by, today=today(), part=part, page=page)
    return render_template(
        "points/claims.html",
        lines=lines,
        rolls=queries.rolls_waiting(db.session(), by=by, today=today()) if part == "mine" else (),
        part=part,
        undos=queries.undos_waiting(db.session(), CLAIM, by=by) if signs else (),
        others=[
            (_(label), url_for(page)) for label, page, permission in OTHERS if by.may(permission)
        ],
        more=url_for("points.claims", part=part, page=page + 1) if more else "",
    )


@pages.get("/staff/claims/<int:claim_id>")
@require(Permission.CLAIM_READ)
def claim(claim_id: int) -> str:
    """Show one claim; to an auditor as their own desk does, and noted."""
    return audited_page(claim_id) if current_actor().wears(Role.AUDITOR) else claim_page(claim_id)


@pages.post("/staff/claims/<int:claim_id>/review")
@require(Permission.CLAIM_READ)
def review(claim_id: int) -> ResponseReturnValue:
    """Pass it, refuse it, or send it back for more; what was typed is never lost."""
    form = ReviewForm()
    decision, reason = text(form.decision), text(form.reason)
    if decision not in set(Decision):
        return claim_page(claim_id, error=_("请选通过、退回还是不通过。"), reason=reason), _WRONG
    try:
        with transaction() as work:
            service.review(
                work,
                claim_id,
                decision=Decision(decision),
                reason=reason,
                turn=form.seen,
                by=current_actor(),
            )
    except Unsaid as refusal:
        return claim_page(claim_id, error=full_stop(sentence_of(refusal)), reason=reason), _WRONG
    except (Conflict, NotAllowed) as refusal:
        said = full_stop(sentence_of(refusal))
        return claim_page(claim_id, error=said, reason=reason), shown_as(refusal)
    flash(_("记下了。"))
    return redirect(url_for("points.claims"), HTTPStatus.SEE_OTHER)


@pages.post("/staff/claims/approve")
@require(Permission.CLAIM_READ)
def approve() -> ResponseReturnValue:
    """Show what would be passed together; pass it once that was confirmed."""
    chosen = [pair for one in request.form.getlist("claim") if (pair := _pair(one))]
    chosen = chosen[:MOST_AT_ONCE]
    ids = [claim_id for claim_id, _turn in chosen]
    if "yes" not in request.form:
        lines = queries.claims_chosen(db.session(), ids, by=current_actor(), today=today())
        return render_template(
            "points/approve.html",
            lines=[one for one in lines if one.line.bulk],
            alone=[one.line for one in lines if not one.line.bulk],
        )
    try:
        with transaction() as work:
            done = service.approve_many(work, chosen, by=current_actor())
    except (Conflict, NotAllowed) as refusal:
        flash(full_stop(sentence_of(refusal)) + _("一份也没有通过。"), "warn")
    else:
        flash(_("通过了 %(n)s 份。", n=done))
    return redirect(url_for("points.claims"), HTTPStatus.SEE_OTHER)


@pages.get("/staff/claims/<int:claim_id>/media/<int:attachment_id>")
@require(Permission.CLAIM_EVIDENCE_READ)
def picture(claim_id: int, attachment_id: int) -> Response:
    """Hand out one picture."""
    found = queries.claim_file(db.session(), claim_id, attachment_id, by=current_actor())
    return respond(found, thumb="thumb" in request.args)


_WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def claim_page(claim_id: int, **more: object) -> str:
    """Return the page of one claim for its reviewers."""
    found = queries.claim_detail(db.session(), claim_id, by=current_actor(), today=today())
    table = queries.rules_of(db.session(), found.claim.rule_version)
    photos = [
        {
            "url": _picture(claim_id, one.id),
            "thumb": _picture(claim_id, one.id, thumb=1),
            "alt": _("照片"),
        }
        for one in found.pictures
        if one.is_ready
    ]
    return render_template(
        "points/claim.html",
        found=found,
        one=found.claim,
        late=found.claim.due_by is not None and found.claim.due_by < today(),
        caps=table.caps,
        photos=photos,
        undo=_undo(found.claim),
        **more,
    )


def _undo(claim: Claim) -> Mapping[str, object] | None:
    """Return how its coins are taken back, and what whoever reads may do; None if never paid."""
    if claim.posting_id is None:
        return None
    by = current_actor()
    seen = queries.claim_undoing(db.session(), claim.id, by=by)
    may = reaches(by, Permission.LEDGER_REVERSE, claim.area_code)
    waits = next((u.one for u in seen.undos if u.one.state is UndoState.PROPOSED), None)
    mine = waits is not None and waits.proposed_by == by.id
    return {
        "undos": seen.undos,
        "waits": waits,
        "mine": mine,
        "may_sign": may and waits is not None and not mine,
        "may_propose": may and waits is None and not claim.returned,
        "missing": max(0, claim.granted - seen.free) if may and waits is not None else 0,
    }


def _picture(claim_id: int, attachment_id: int, thumb: int | None = None) -> str:
    return url_for("points.picture", claim_id=claim_id, attachment_id=attachment_id, thumb=thumb)


def _pair(typed: str) -> tuple[int, int] | None:
    """Return a claim's number and the turn its page showed."""
    number, _dot, turn = typed.partition(".")
    claim_id = whole(number, 0)
    return (claim_id, whole(turn, -1)) if claim_id else None
