"""What the accused open without an account: one claim behind a link, and room for their side."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grid.errors import LinkGone
from grid.forms.accused import ClaimForm
from grid.queries.accused import ClaimPage, claim_page
from grid.rules.outside import LinkState, digest
from grid.service import accused_link
from grid.views.blueprint import now
from grid.views.unit import unlisted
from kernel.access import public
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.web import count_miss, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction

claims = Blueprint("claim", __name__, url_prefix="/h")


@claims.get("/<link>")
@public
def claim(link: str) -> ResponseReturnValue:
    """Show what was said about them, or that the link is over."""
    page = _find(link)
    if page is None or page.state is not LinkState.OPEN:
        return _gone(page)
    return _page(page, ClaimForm(formdata=None, key=parts().chance.token()))


@claims.post("/<link>")
@public
def say(link: str) -> ResponseReturnValue:
    """Take down what they say to it."""
    page, form = _find(link), ClaimForm()
    if page is None or page.state is not LinkState.OPEN:
        return _gone(page)
    if not form.validate():
        return _page(page, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction() as work:
            accused_link.say_as_accused(work, link, key=text(form.key), words=text(form.words))
    except LinkGone:
        return _gone(_find(link))
    except Refusal as refusal:
        return _page(page, form, shown_as(refusal), full_stop(sentence_of(refusal)))
    return redirect(url_for("claim.claim", link=link, heard=1), HTTPStatus.SEE_OTHER)


def _find(link: str) -> ClaimPage | None:
    """Return what a link is about; what nobody made counts as a guess."""
    page = claim_page(db.session(), digest(link), now=now())
    if page is None:
        count_miss("outside")
    return page


def _page(
    page: ClaimPage, form: ClaimForm, status: HTTPStatus = HTTPStatus.OK, wrong: str = ""
) -> Response:
    wrong = wrong or next((str(said[0]) for said in form.errors.values() if said), "")
    shown = render_template(
        "grid/claim.html", page=page, form=form, wrong=wrong, heard="heard" in request.args
    )
    return unlisted(make_response(shown, status))


def _gone(page: ClaimPage | None) -> Response:
    """Say kindly that there is nothing to read any more; of what was not so, that it was not."""
    status = HTTPStatus.NOT_FOUND if page is None else HTTPStatus.GONE
    return unlisted(make_response(render_template("grid/claim_gone.html", page=page), status))
