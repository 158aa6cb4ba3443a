"""The town's desk at night: what it was called to, and what it says."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.queries.pages import case_named
from grid.views.blueprint import now, pages
from grid.views.show import card_view
from kernel.access import require
from kernel.db import db
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import transaction


@pages.get("/night")
@require(Permission.CASE_ASSIGN)
def night() -> str:
    """Show the urgent cases of which nobody has said that they go."""
    by, moment = current_actor(), now()
    calls = queries.called_tonight(db.session(), by=by, now=moment)
    return render_template(
        "grid/night.html",
        calls=[(call, card_view(call.card, by=by, now=moment)) for call in calls],
    )


@pages.post("/case/<number>/desk-knows")
@require(Permission.CASE_ASSIGN)
def desk_knows(number: str) -> ResponseReturnValue:
    """我知道了: the desk's phone rests."""
    case_id = case_named(db.session(), number)
    with transaction() as work:
        service.desk_knows(work, case_id, by=current_actor())
    flash(_("记下了，值班室的电话不再响。承办人的电话会一直响到有人说“我去了”。"))
    return redirect(url_for("grid.night"), code=303)


@pages.post("/case/<number>/desk-goes")
@require(Permission.CASE_ASSIGN)
def desk_goes(number: str) -> ResponseReturnValue:
    """我去了: the case is the desk's, and every phone rests."""
    case_id = case_named(db.session(), number)
    with transaction() as work:
        service.desk_goes(work, case_id, by=current_actor())
    flash(_("这件事归您办了，上报人看得到您的名字。路上小心。"))
    return redirect(url_for("grid.case", number=number), code=303)
