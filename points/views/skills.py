"""What volunteers can do: they say it on a page of their own, the village's staff find them."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require, signed_in
from kernel.db import db
from kernel.forms import cleaned
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, limiter, sentence_of, shown_as
from kernel.work import transaction
from points import queries, service
from points.errors import Unsaid
from points.forms import whole
from points.rules.skills import Skill
from points.views.blueprint import pages

OFTEN = "20 per minute"


@pages.route("/me/volunteer/skills", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def skills() -> ResponseReturnValue:
    """Show and change what one can do."""
    by, error, status = current_actor(), "", HTTPStatus.OK
    if request.method == "POST":
        chosen = {one for one in Skill if one.value in request.form.getlist("skill")}
        words = cleaned(request.form.get("words", ""))
        try:
            with transaction() as work:
                service.say_skills(work, chosen, words=words, by=by)
        except Unsaid as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("记下了，村里有事会来问您。") if chosen else _("都去掉了。"))
            return redirect(url_for("points.skills"), HTTPStatus.SEE_OTHER)
    else:
        kept = queries.own_skills(db.session(), by.id)
        chosen = {one.skill for one in kept}
        words = next((one.words for one in kept if one.words), "")
    page = render_template(
        "points/skills.html", skills=Skill, chosen=chosen, words=words, error=error
    )
    return page, status


@pages.get("/staff/volunteer/skills")
@require(Permission.ACTIVITY_PUBLISH)
def volunteers() -> str:
    """Show who can do what in one's village."""
    typed = request.args.get("skill", "")
    skill = Skill(typed) if typed in set(Skill) else None
    page = whole(request.args.get("page", "1"), 1)
    by = current_actor()
    found, more = queries.volunteers_with(db.session(), skill, by=by, page=page)
    return render_template(
        "points/volunteers.html",
        found=found,
        skills=Skill,
        skill=skill,
        may_open=by.may(Permission.HOUSEHOLD_READ),
        more=url_for("points.volunteers", page=page + 1, skill=skill) if more else "",
    )
