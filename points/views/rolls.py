"""The reviewers' page of a list: one decision, and its exceptions."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import qr.rules
from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from points import queries, service
from points.errors import Unsaid
from points.forms import JudgeForm
from points.views.blueprint import pages, today


@pages.get("/staff/claims/lists/<int:activity_id>")
@require(Permission.CLAIM_READ)
def roll(activity_id: int) -> str:
    """Show a list with all that helps to judge it."""
    return _page(activity_id, JudgeForm(formdata=None))


@pages.post("/staff/claims/lists/<int:activity_id>/review")
@require(Permission.CLAIM_READ)
def review_roll(activity_id: int) -> ResponseReturnValue:
    """Decide a list but for its exceptions; what was typed is never lost."""
    form = JudgeForm()
    decision = form.chosen
    if decision is None:
        return _page(activity_id, form, _("请选通过、退回还是不通过。")), WRONG
    try:
        with transaction() as work:
            done, left = service.review_roll(
                work,
                activity_id,
                decision=decision,
                reason=text(form.reason),
                turns=form.seen,
                refused=form.refused(request.form),
                by=current_actor(),
            )
    except Unsaid as refusal:
        return _page(activity_id, form, full_stop(sentence_of(refusal))), WRONG
    except (Conflict, NotAllowed) as refusal:
        return _page(activity_id, form, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("审了 %(n)s 人。", n=done))
    if left:
        flash(_("有 %(n)s 人和您、您家或您的近亲属有关，要换别人审。", n=left), "warn")
    return redirect(url_for("points.claims"), HTTPStatus.SEE_OTHER)


WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def _page(activity_id: int, form: JudgeForm, error: str = "") -> str:
    found = queries.roll_detail(db.session(), activity_id, by=current_actor())
    due = [one.claim.due_by for one in found.lines if one.mine and one.claim.due_by]
    return render_template(
        "points/roll.html",
        found=found,
        one=found.activity,
        hows=qr.rules.HOW_NAMES,
        refused=form.refused(request.form),
        form=form,
        due=min(due, default=None),
        late=bool(due) and min(due) < today(),
        error=error,
    )
