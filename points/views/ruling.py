"""改规则: the district writes a version, somebody else agrees; a town narrows what it allows."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from points import queries, service
from points.errors import Unsaid
from points.forms import DecideForm, NarrowForm, RulesForm
from points.rules.drafts import BUILT, CAPS, differences
from points.rules.table import RuleTable
from points.views.blueprint import pages, today

# What a difference is in, as people read it.
WHAT: Final = {
    "name": "名称",
    "active": "启用",
    "coins": "绿币",
    "levels": "审核",
    "notice": "给几天改",
    "day": "每天最多几次",
    "month": "每月最多几次",
    "quarter": "每季度最多几次",
    "year": "每年最多几次",
}
SAYS: Final = {
    "on": "启用",
    "off": "停用",
    "village,town": "村里、镇里",
    "town": "镇里",
    "village,town,district": "村里、镇里、区里",
}


@pages.get("/staff/rules")
@require(Permission.RULE_SWITCH)
def ruling() -> str:
    """Show the rules in force, what waits for a second person, and what towns have narrowed."""
    return _page()


@pages.route("/staff/rules/new", methods=["GET", "POST"])
@require(Permission.RULE_EDIT)
def rules_new() -> ResponseReturnValue:
    """Write a new version, from the last one there is."""
    form, error, status = RulesForm(), "", HTTPStatus.OK
    versions = queries.versions_set(db.session())
    table = versions[0].table() if versions else queries.rules_in_force(db.session(), today())
    sent = request.form
    if form.is_submitted():
        try:
            with transaction() as work:
                if form.on is None:
                    raise Unsaid("请选从哪一天起")
                service.draft_rules(
                    work,
                    form.wishes(sent, table),
                    form.caps(sent),
                    valid_from=form.on,
                    why=text(form.why),
                    by=current_actor(),
                )
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("写好了，等区里另一个人看过才算。"))
            return redirect(url_for("points.ruling"), HTTPStatus.SEE_OTHER)
    waits = {row["code"] for row in table.tree["negative"] if row.get("source")}
    page = render_template(
        "points/rules_new.html",
        form=form,
        sent=sent,
        table=table,
        positive=[one for one in table.positive if one.source in BUILT],
        negative=[one for one in table.negative if one.code not in waits],
        caps=CAPS,
        tomorrow=(today() + timedelta(days=1)).isoformat(),
        error=error,
    )
    return page, status


@pages.post("/staff/rules/drafts/<int:draft_id>")
@require(Permission.RULE_EDIT)
def rules_decide(draft_id: int) -> ResponseReturnValue:
    """Agree to a draft, or refuse it."""
    form = DecideForm()
    agree = text(form.agree) == "yes"
    try:
        with transaction() as work:
            service.decide_draft(
                work, draft_id, agree=agree, reason=text(form.reason), by=current_actor()
            )
    except Refusal as refusal:
        said = full_stop(sentence_of(refusal))
        return _page(error=said, reason=text(form.reason)), shown_as(refusal)
    flash(_("定好了，到那天起按新规则。") if agree else _("没有同意，规则不变。"))
    return redirect(url_for("points.ruling"), HTTPStatus.SEE_OTHER)


@pages.route("/staff/rules/<code>/narrow", methods=["GET", "POST"])
@require(Permission.RULE_SWITCH)
def rules_narrow(code: str) -> ResponseReturnValue:
    """Narrow a rule in a town, or let it be as the district's again."""
    by, form, error, status = current_actor(), NarrowForm(), "", HTTPStatus.OK
    towns = queries.towns_ruled(db.session(), by=by)
    rule = queries.rules_in_force(db.session(), today()).rule(code[:3])
    if form.is_submitted():
        try:
            with transaction() as work:
                service.narrow_rule(work, text(form.town)[:9], rule.code, form.narrowing(), by=by)
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("记下了，从明天起。已经报的按原来的算。"))
            return redirect(url_for("points.ruling"), HTTPStatus.SEE_OTHER)
    page = render_template(
        "points/rules_narrow.html", form=form, rule=rule, towns=towns, error=error
    )
    return page, status


def _page(error: str = "", reason: str = "") -> str:
    by, session = current_actor(), db.session()
    table = queries.rules_in_force(session, today())
    draft = queries.draft_waiting(session)
    changes = [] if draft is None else list(differences(_base(draft.base), draft.table()))
    later = today() + timedelta(days=1)
    return render_template(
        "points/ruling.html",
        table=table,
        draft=draft,
        changes=changes,
        what=WHAT,
        says=SAYS,
        versions=queries.versions_set(session),
        town_rules=queries.town_rules(session, table, later),
        may_edit=by.may(Permission.RULE_EDIT),
        mine=draft is not None and draft.made_by == by.id,
        error=error,
        reason=reason,
    )


def _base(version: int) -> RuleTable:
    return queries.rules_of(db.session(), version)
