"""公开查询: a village's month for everybody, and a button for whoever does not agree."""

from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.crockford import grouped
from kernel.db import db
from kernel.errors import Conflict
from kernel.forms import text
from kernel.web import full_stop, limiter, sentence_of, shown_as
from kernel.work import parts, transaction
from people.rules import DIGITS, Level
from points import queries, service
from points.errors import NoSuchMonth, Unsaid
from points.forms import ObjectionForm, whole
from points.rules.months import first_day, named
from points.views.blueprint import pages, today

OFTEN = "20 per minute"
GROUPS = (4, 4, 4)  # as the number of a receipt is printed
NONE = "这个村没有公示过这个月。"


@pages.get("/coins/public")
@public
def public_villages() -> str:
    """Show which villages have published a month."""
    return render_template("points/public.html", villages=queries.public_villages(db.session()))


@pages.route("/coins/public/<village>", methods=["GET", "POST"])
@public
@limiter.limit(OFTEN, methods=["POST"])
def public_month(village: str) -> ResponseReturnValue:
    """Show what a village has published of a month; take an objection to it."""
    period = _period(request.args.get("month", ""))
    if request.method == "GET":
        return _page(village, period)
    form = ObjectionForm()
    try:
        with transaction() as work:
            found = service.object_to(
                work, _code(village), period, words=text(form.words), key=text(form.key)
            )
            number = found.number
    except (Unsaid, Conflict) as refusal:
        said = full_stop(sentence_of(refusal))
        return _page(village, period, form=form, error=said), shown_as(refusal)
    return redirect(url_for("points.objection", number=number), HTTPStatus.SEE_OTHER)


@pages.get("/coins/objections/<number>")
@public
@limiter.limit(OFTEN)
def objection(number: str) -> Response:
    """Show whether an objection was answered, and how; what was written stays with the town."""
    found = queries.objection_at(db.session(), number)
    if found is None:
        raise NoSuchMonth("没有这条异议，请看看号码有没有写错。")
    said, close = found
    return _quiet(
        render_template(
            "points/objection.html", said=said, close=close, printed=grouped(said.number, GROUPS)
        )
    )


def _page(
    village: str, period: str, form: ObjectionForm | None = None, error: str = ""
) -> Response:
    page = whole(request.args.get("page", "1"), 1)
    found = queries.public_month(db.session(), _code(village), period, today=today(), page=page)
    if found is None:
        raise NoSuchMonth(NONE)
    return _quiet(
        render_template(
            "points/public_month.html",
            found=found,
            form=form or ObjectionForm(formdata=None),
            key=parts().chance.token(),
            error=error,
            page=page,
        )
    )


def _code(village: str) -> str:
    """Return what could be the code of a village; a database need not be asked about the rest."""
    fits = village.isascii() and village.isdecimal() and len(village) == DIGITS[Level.VILLAGE]
    if not fits:
        raise NoSuchMonth(NONE)
    return village


def _period(typed: str) -> str:
    """Return a month's name, "" for the newest; what could be none is not looked for."""
    try:
        return typed and named(first_day(typed))
    except ValueError as error:
        raise NoSuchMonth(NONE) from error


def _quiet(page: str) -> Response:
    """Return a page that no search engine keeps."""
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer
