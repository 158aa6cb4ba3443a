"""What an outside unit opens: one case behind a link, without an account (and nothing else).

Whoever has the link may answer; staff see how many devices opened it.  A guess counts as a miss.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.errors import LinkGone
from grid.forms.departments import SayForm
from grid.queries.outside import LinkPage, link_file, link_page
from grid.rules.outside import LASTS, LinkState, Said, digest
from grid.service import Answer
from grid.views.blueprint import now
from grid.views.files import take_in
from kernel import media
from kernel.access import public
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.web import count_miss, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction

links = Blueprint("unit", __name__, url_prefix="/u")
COOKIE: Final = "unit"
LONGEST_COOKIE: Final = 64
KEPT: Final = LASTS + timedelta(days=1)


@links.get("/<secret>")
@public
def errand(secret: str) -> ResponseReturnValue:
    """Show what the unit is asked to do, or say that the link is over."""
    page = _find(secret)
    if page is None or page.state is not LinkState.OPEN:
        return _gone(page)
    return _remembered(_page(page, secret, _fresh()), page, secret)


@links.post("/<secret>")
@public
def answer(secret: str) -> ResponseReturnValue:
    """Take down what the unit says."""
    page = _find(secret)
    if page is None or page.state is not LinkState.OPEN:
        return _gone(page)
    form = SayForm()
    said = text(form.said)
    if said not in set(Said) or not form.validate():
        return _page(page, secret, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    told = Answer(key=text(form.key)[:60], said=Said(said), words=text(form.words))
    try:
        with transaction() as work:
            case_id, outside_id = service.enter(work, secret)
            owner, key = f"grid.case:{case_id}", f"unit-{outside_id}-{told.key}"
            files = take_in(work, form.sent(), owner=owner, key=key)
            service.say(work, secret, told, attachments=files)
    except LinkGone:
        return _gone(_find(secret))
    except Refusal as refusal:
        return _page(page, secret, form, refusal, shown_as(refusal))
    return redirect(url_for("unit.errand", secret=secret, said=said), HTTPStatus.SEE_OTHER)


@links.get("/<secret>/photo/<int:attachment_id>")
@public
def photo(secret: str, attachment_id: int) -> ResponseReturnValue:
    """Hand out a picture that was ticked for this link."""
    page = _find(secret)
    if page is None or page.state is not LinkState.OPEN:
        return _gone(page)
    found = link_file(db.session(), page, attachment_id)
    response = media.respond(found, thumb="thumb" in request.args)
    response.headers["Cache-Control"] = "no-store"  # it is gone when the link is
    return response


def _find(secret: str) -> LinkPage | None:
    """Return what a link is about; what nobody made counts as a guess."""
    page = link_page(db.session(), digest(secret), now=now())
    if page is None:
        count_miss("outside")
    return page


def _fresh() -> SayForm:
    return SayForm(formdata=None, key=parts().chance.token())


def _page(
    page: LinkPage,
    secret: str,
    form: SayForm,
    refusal: Refusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    asked = request.args.get("said", "")
    wrong = next((str(said[0]) for said in form.errors.values() if said), "")
    shown = render_template(
        "grid/unit.html",
        page=page,
        form=form,
        Said=Said,
        heard=_("记下了，谢谢。") if asked in set(Said) else "",
        wrong=full_stop(sentence_of(refusal)) if refusal else wrong,
        photos=[
            {
                "url": url_for("unit.photo", secret=secret, attachment_id=number),
                "thumb": url_for("unit.photo", secret=secret, attachment_id=number, thumb=1),
                "alt": _("照片 %(n)s", n=index),
            }
            for index, number in enumerate(page.photos, 1)
        ],
    )
    return unlisted(make_response(shown, status))


def _gone(page: LinkPage | None) -> Response:
    """Say kindly that there is nothing here, and whom to ring."""
    status = HTTPStatus.NOT_FOUND if page is None else HTTPStatus.GONE
    return unlisted(make_response(render_template("grid/unit_gone.html", page=page), status))


def unlisted(response: Response) -> Response:
    """Keep the address out of search engines and of what other sites are told."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _remembered(response: Response, page: LinkPage, secret: str) -> Response:
    """Count the device once; it is known by a cookie for this one link."""
    device = request.cookies.get(COOKIE, "")[:LONGEST_COOKIE]
    fresh = not device
    device = device or parts().chance.token()
    with transaction() as work:
        service.opened(work, page.outside_id, device=device)
    if fresh:
        response.set_cookie(
            COOKIE,
            device,
            max_age=int(KEPT.total_seconds()),
            path=url_for("unit.errand", secret=secret),
            httponly=True,
            samesite="Lax",
            secure=parts().settings.is_https,
        )
    return response
