"""「这个码有问题」: whoever stands before a code says what is wrong with it.  No name is asked."""

from http import HTTPStatus
from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.db import db
from kernel.errors import TooMany
from kernel.forms import text
from kernel.web import count_miss, count_sent, show_in
from kernel.work import transaction
from qr import queries, rules, service
from qr.errors import NoSuchCode
from qr.forms import WrongForm
from qr.queries import Scanned
from qr.views.blueprint import pages

TOO_MANY: Final = "从这里说的太多了，请过一会儿再说；急事请打电话。"


@pages.route("/s/<token>/w", methods=["GET", "POST"])
@pages.route("/S/<token>/w", methods=["GET", "POST"])
@public
def wrong(token: str) -> ResponseReturnValue:
    """Ask what is wrong with a code, or take it down; the code goes on to work as before."""
    scanned = _known(token)
    if "ok" in request.args:
        return render_template("qr/wrong_done.html", page=scanned)
    form, status = WrongForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            count_sent("wrong-code", TOO_MANY)
            with transaction() as work:
                service.say_wrong(
                    work, scanned.code_id or 0, wrong=form.chosen(), seen=text(form.seen)
                )
        except TooMany as refusal:
            status = show_in(form, refusal)
        else:
            done = url_for("qr.wrong", token=scanned.token, ok=1)
            return redirect(done, code=HTTPStatus.SEE_OTHER)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template(
        "qr/wrong.html", page=scanned, form=form, names=rules.WRONG_NAMES
    ), status


def _known(token: str) -> Scanned:
    """Return what was scanned.

    Raises:
        NoSuchCode: it is none of ours that hangs somewhere; looking for one is counted.
        TooMany: there was too much of that.
    """
    scanned = queries.resolve(db.session(), token)
    if scanned.unknown:
        count_miss("token")
    if scanned.kind is None or not rules.is_hung(scanned.kind):
        raise NoSuchCode("没有认出这张码。请再扫一次，或者打服务电话。")
    return scanned
