"""Handing over: somebody falls ill or leaves, and their open cases go to another in one step."""

from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.forms import number
from grid.forms.duty import HandOverForm
from grid.queries.wording import unit_of
from grid.service import HandedOver
from grid.views.blueprint import now, pages
from grid.views.show import card_view
from kernel.access import require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction

MOST_CHOSEN: Final = 200


@pages.get("/handover")
@require(Permission.CASE_REASSIGN)
def hand_over() -> ResponseReturnValue:
    """List who has open cases; with somebody's number, lead on to theirs."""
    person = number(request.args.get("person_id", ""))
    if person is not None:
        return redirect(url_for("grid.hand_over_person", person_id=person), code=303)
    by = current_actor()
    return render_template(
        "grid/handover.html",
        owners=queries.owners(db.session(), by=by),
        # A village's own right ends at its own desk; who stands in for a leader wears their hat.
        own_only=by.wears(Role.VILLAGE_ADMIN) and not by.wears(Role.GRID_LEADER),
    )


@pages.get("/handover/<int:person_id>")
@require(Permission.CASE_REASSIGN)
def hand_over_person(person_id: int) -> ResponseReturnValue:
    """Show somebody's open cases, and who could take them."""
    try:
        return _page(person_id, HandOverForm(formdata=None))
    except NotFound:
        flash(_("他手上没有归您改派的事。"))
        return redirect(url_for("grid.hand_over"), code=303)


@pages.post("/handover/<int:person_id>")
@require(Permission.CASE_REASSIGN)
def give_over(person_id: int) -> ResponseReturnValue:
    """Give the chosen ones, or all, to one person."""
    form = HandOverForm()
    if not form.validate():
        return _page(person_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            done = service.hand_over(
                work,
                person_id,
                _chosen(),
                to=number(text(form.owner)),
                reason=text(form.reason),
                by=current_actor(),
            )
    except Refusal as refusal:
        return _page(person_id, form, full_stop(sentence_of(refusal))), shown_as(refusal)
    _tell(done)
    return redirect(url_for("grid.hand_over_person", person_id=person_id), code=303)


def _page(person_id: int, form: HandOverForm, refused: str = "") -> str:
    by, moment = current_actor(), now()
    held = queries.held_by(db.session(), person_id, by=by, now=moment)
    return render_template(
        "grid/handover_person.html",
        person_id=person_id,
        name=held[0].card.owner_name,
        held=[(one, card_view(one.card, by=by, now=moment)) for one in held],
        people=queries.takers(db.session(), person_id, by=by, now=moment),
        chosen=set(_chosen()) if request.method == "POST" else None,
        form=form,
        refused=refused,
        unit_of=unit_of,
    )


def _chosen() -> list[int]:
    typed = request.form.getlist("case")[:MOST_CHOSEN]
    return [found for one in typed if (found := number(one)) is not None]


def _tell(done: HandedOver) -> None:
    if done.moved:
        flash(_("交接了 %(n)s 件，上报人会看到新的名字。", n=len(done.moved)))
    for case_number, why in dict.fromkeys(done.stayed):
        said = _("%(number)s 没有交：%(why)s", number=case_number, why=_(why))
        flash(said if case_number else _(why), "msg")
