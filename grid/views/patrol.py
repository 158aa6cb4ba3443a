"""What a worker sees on the way.  It earns nothing, and somebody else handles it (G3)."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.forms import PatrolForm, choice
from grid.queries.pages import Place, places
from grid.service import Sighting
from grid.views.blueprint import pages
from grid.views.files import take_in
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, parts, transaction
from people.queries import paths_of
from people.rules import Level


@pages.route("/patrol", methods=["GET", "POST"])
@require(Permission.CASE_PATROL)
def patrol() -> ResponseReturnValue:
    """File what was seen; the same form sent twice is one case."""
    form, status, refused = PatrolForm(), HTTPStatus.OK, ""
    form.area.choices = _grids()
    if request.method == "GET":
        form.submission_key.data = parts().chance.token()
        if len(form.area.choices) == 1:
            form.area.data = form.area.choices[0].value
    elif not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        try:
            with transaction() as work:
                _file(work, form)
        except Refusal as refusal:
            status, refused = shown_as(refusal), full_stop(sentence_of(refusal))
        else:
            flash(_("报上去了，会派给别人去办。"))
            return redirect(url_for("grid.patrol"), code=303)
    return render_template(
        "grid/patrol.html",
        form=form,
        refused=refused,
    ), status


def _file(work: Work, form: PatrolForm) -> int:
    by, key = current_actor(), text(form.submission_key)[:60] or work.token()
    seen = Sighting(
        key=key,
        area_code=text(form.area),
        words=text(form.words),
        where=text(form.where),
        category=text(form.category) or None,
        danger=text(form.danger) == "yes",
        attachments=take_in(work, form.sent(), owner=f"grid.patrol:{by.id}", key=key),
    )
    return service.take_patrol(work, seen, by=by)


def _grids() -> list[Any]:
    """Return the grids this person walks, by name."""
    found: tuple[Place, ...] = places(
        db.session(), Permission.CASE_PATROL, Level.GRID, by=current_actor()
    )
    paths = paths_of(db.session(), [one.code for one in found])
    return [choice(one.code, paths.get(one.code, one.name)) for one in found]
