"""A household's card (户码): given out, printed, blocked when it is lost, and given out anew."""

from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.permissions import Permission
from kernel.web import current_actor, show_in
from kernel.work import Work, parts, transaction
from people import queries as people
from people.rules import Level, mask_name
from qr import queries, rules, service
from qr.forms import CardForm
from qr.rules import CodeState, artwork
from qr.service import Issued
from qr.views.blueprint import pages

CARD: Final = "/staff/households/<int:household_id>/card"
STATES: Final = {CodeState.REPLACED: "换过了", CodeState.REVOKED: "停用了"}


@pages.get(CARD)
@require(Permission.QR_READ)
def card(household_id: int) -> ResponseReturnValue:
    """Show what card a household has, and what can be done with it."""
    return _page(household_id)


@pages.post(f"{CARD}/issue")
@require(Permission.QR_ORDER)
def issue_card(household_id: int) -> ResponseReturnValue:
    """Give out a card and show it for printing: afterwards nobody can see it again."""
    try:
        with transaction() as work:
            return _printable(work, service.issue_card(work, household_id, by=current_actor()))
    except Refusal as refusal:
        return _page(household_id, refusal)


@pages.post(f"{CARD}/reissue")
@require(Permission.QR_REPLACE)
def reissue_card(household_id: int) -> ResponseReturnValue:
    """Give out another card; the old one is dead at once."""
    form = CardForm()
    if not form.validate():
        return _page(household_id, form=form)
    try:
        with transaction() as work:
            reason, by = form.why(), current_actor()
            issued = service.reissue_card(work, household_id, reason=reason, by=by)
            return _printable(work, issued)
    except Refusal as refusal:
        return _page(household_id, refusal, form=form)


@pages.post(f"{CARD}/block")
@require(Permission.HOUSEHOLD_CARD_BLOCK)
def block_card(household_id: int) -> ResponseReturnValue:
    """End a card that was lost."""
    form = CardForm()
    if not form.validate():
        return _page(household_id, form=form)
    try:
        with transaction() as work:
            service.block_card(work, household_id, reason=form.why(), by=current_actor())
    except Refusal as refusal:
        return _page(household_id, refusal, form=form)
    flash(_("挂失了，旧卡当场作废。要用可以再发一张。"))
    return redirect(url_for("qr.card", household_id=household_id), code=HTTPStatus.SEE_OTHER)


def _page(
    household_id: int, refusal: Refusal | None = None, *, form: CardForm | None = None
) -> ResponseReturnValue:
    by = current_actor()
    found = people.household_detail(db.session(), household_id, by=by)
    home, status = found.household, HTTPStatus.OK
    form = form or CardForm(formdata=None)
    if refusal is not None:
        status = show_in(form, refusal)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    cards = queries.cards_of(db.session(), household_id, by=by)
    page = render_template(
        "qr/card.html",
        home=home,
        form=form,
        card=next((one for one in cards if one.state not in rules.ENDED), None),
        old=[one for one in cards if one.state in rules.ENDED],
        states=STATES,
        may={
            name: home.closed_at is None and people.reaches(by, permission, home.area_code)
            for name, permission in (
                ("issue", Permission.QR_ORDER),
                ("reissue", Permission.QR_REPLACE),
                ("block", Permission.HOUSEHOLD_CARD_BLOCK),
            )
        },
    )
    return page, status


def _printable(work: Work, issued: Issued) -> ResponseReturnValue:
    """Return the card as it is printed: whoever finds it learns no more than a surname."""
    by, code, settings = current_actor(), issued.code, parts().settings
    url = settings.public_url
    link = rules.scan_url(url, issued.token, upper=settings.print_upper)
    look = artwork.look_to_print(link, None)
    if rules.is_final(url):
        service.note_printed(work, code.id, look, by=by)
    found = people.household_detail(work.session, code.household_id or 0, by=by)
    head = next((one.name for one in found.members if one.is_head), "")
    desks = [one for one in people.wardens(work.session, code.area_code) if one.role is None]
    drawn = artwork.svg(link, look)
    page = render_template(
        "qr/card_print.html",
        home=found.household,
        code=code,
        token=rules.printed(issued.token),
        name=found.household.name or mask_name(head),
        path=people.path_of(work.session, code.area_code, top=Level.TOWN),
        desk=desks[0] if desks else None,
        picture=Markup(drawn[drawn.index("<svg ") :]),  # noqa: S704 - drawn by us
        sample=not rules.is_final(url),
    )
    return page, {"Cache-Control": "no-store"}
