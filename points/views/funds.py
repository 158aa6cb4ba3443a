"""What each village may still award, and its money: read, and added to, by the town."""

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
from points.forms import BudgetForm, QuotaForm
from points.views.blueprint import pages, today


@pages.route("/staff/claims/funds", methods=["GET", "POST"])
@require(Permission.LEDGER_QUOTA)
def funds() -> ResponseReturnValue:
    """Show the villages' funds, and give one of them more."""
    form = QuotaForm()
    if not form.is_submitted():
        return _page()
    village, key = text(form.village)[:12], text(form.key)
    try:
        with transaction() as work:
            service.give_quota(work, village, coins=form.number, key=key, by=current_actor())
    except Refusal as refusal:
        return _page(form=form, error=_said(refusal)), shown_as(refusal)
    flash(_("拨好了。"))
    return redirect(url_for("points.funds"), HTTPStatus.SEE_OTHER)


@pages.post("/staff/claims/funds/plan")
@require(Permission.LEDGER_QUOTA)
def plan() -> ResponseReturnValue:
    """Say what a village gets each month, and how much money there is for its gifts."""
    form = BudgetForm()
    monthly, yuan = form.numbers
    try:
        with transaction() as work:
            service.set_budget(
                work, text(form.village)[:12], monthly=monthly, yuan=yuan, by=current_actor()
            )
    except Refusal as refusal:
        return _page(plan=form, plan_error=_said(refusal)), shown_as(refusal)
    flash(_("定好了。"))
    return redirect(url_for("points.funds"), HTTPStatus.SEE_OTHER)


def _said(refusal: Refusal) -> str:
    return full_stop(sentence_of(refusal))


def _page(
    form: QuotaForm | None = None,
    plan: BudgetForm | None = None,
    error: str = "",
    plan_error: str = "",
) -> str:
    table = queries.rules_in_force(db.session(), today())
    return render_template(
        "points/funds.html",
        funds=queries.funds(db.session(), by=current_actor(), today=today()),
        rule=table.budget,
        form=form or QuotaForm(formdata=None),
        plan=plan or BudgetForm(formdata=None),
        key=parts().chance.token(),
        error=error,
        plan_error=plan_error,
    )
