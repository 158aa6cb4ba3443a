"""抽查 and 异常提示: passed claims looked at again by the town, and warnings."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from points import queries, service
from points.errors import NoSuchClaim, Unsaid
from points.forms import DecideForm, yes_or_no
from points.rules.claims import GONE
from points.views.blueprint import pages, today


@pages.get("/staff/samples")
@require(Permission.CLAIM_SAMPLE)
def samples() -> str:
    """Show the passed claims that were drawn."""
    return _samples()


@pages.post("/staff/samples/<int:claim_id>")
@require(Permission.CLAIM_SAMPLE)
def sample_look(claim_id: int) -> ResponseReturnValue:
    """Note what a look found."""
    form = DecideForm()
    typed = {claim_id: text(form.reason)}
    sound = yes_or_no(form.agree)
    if sound is None:
        shown = queries.samples_listed(db.session(), by=current_actor())
        if claim_id not in {one.claim.id for one in shown}:
            raise NoSuchClaim(GONE)
        return _samples(_("请选没问题还是有问题。"), typed), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            service.look_again(
                work,
                claim_id,
                sound=sound,
                words=text(form.reason),
                by=current_actor(),
            )
    except (Conflict, NotAllowed, Unsaid) as refusal:
        return _samples(full_stop(sentence_of(refusal)), typed), shown_as(refusal)
    flash(_("记下了。"))
    return redirect(url_for("points.samples"), HTTPStatus.SEE_OTHER)


@pages.get("/staff/warnings")
@require(Permission.CLAIM_WARNING_READ)
def coin_warnings() -> str:
    """Show what somebody else should look at this month."""
    found = queries.warnings(db.session(), by=current_actor(), day=today())
    return render_template("points/warnings.html", found=found)


def _samples(error: str = "", typed: dict[int, str] | None = None) -> str:
    lines = queries.samples_listed(db.session(), by=current_actor())
    return render_template("points/samples.html", lines=lines, typed=typed or {}, error=error)
