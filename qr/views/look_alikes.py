"""A sticker that looks like ours and is not: said by whoever saw it, settled by staff."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import media
from kernel.access import public, require
from kernel.db import db
from kernel.errors import TooMany
from kernel.forms import text
from kernel.media import MediaRefused
from kernel.permissions import Permission
from kernel.web import count_sent, current_actor, sentence_of, show_in
from kernel.work import transaction
from people import queries as people
from qr import queries, service
from qr.forms import LookAlikeForm
from qr.views.blueprint import pages
from qr.views.wrong import TOO_MANY


@pages.route("/look-alike", methods=["GET", "POST"])
@public
def look_alike() -> ResponseReturnValue:
    """Ask where a sticker hangs that is none of ours, or take it down.  No name is asked."""
    if "ok" in request.args:
        return render_template("qr/wrong_done.html", page=None)
    form, status = LookAlikeForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            count_sent("wrong-code", TOO_MANY)
            _take(form)
        except TooMany as refusal:
            status = show_in(form, refusal)
        except MediaRefused as refusal:
            form.blame(sentence_of(refusal))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            return redirect(url_for("qr.look_alike", ok=1), code=HTTPStatus.SEE_OTHER)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    villages = people.villages(db.session())
    return render_template("qr/look_alike.html", form=form, villages=villages), status


@pages.post("/staff/codes/look-alikes/<int:sticker_id>/gone")
@require(Permission.QR_REVOKE)
def take_off(sticker_id: int) -> ResponseReturnValue:
    """Write down that a sticker is gone; it stands in the list no longer."""
    with transaction() as work:
        service.take_off(work, sticker_id, by=current_actor())
    flash(_("记下了：办好了。"))
    return redirect(url_for("qr.troubles"), code=HTTPStatus.SEE_OTHER)


@pages.get("/staff/codes/look-alikes/<int:sticker_id>/photo/<int:attachment_id>")
@require(Permission.QR_READ)
def sticker_photo(sticker_id: int, attachment_id: int) -> ResponseReturnValue:
    """Show a picture that whoever saw a sticker took."""
    found = queries.sticker_photo(db.session(), sticker_id, attachment_id, by=current_actor())
    return media.respond(found, thumb="thumb" in request.args)


def _take(form: LookAlikeForm) -> None:
    picture = form.picture()
    with transaction() as work:
        service.say_look_alike(
            work,
            people.desk_for(work.session, text(form.village)),
            where=" ".join(text(form.where).split()),
            seen=text(form.seen),
            photo=picture.stream if picture else None,
        )
