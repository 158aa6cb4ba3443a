"""How far is it?  By the receipt's number, from any code of ours and from any phone."""

from http import HTTPStatus
from typing import Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import queries, rules, service
from citizen.errors import NoSuchReceipt
from citizen.forms import CodeForm
from citizen.models import Report
from citizen.queries import OwnLine
from citizen.views import access
from citizen.views.blueprint import pages
from citizen.views.show import receipt_page
from complaints.queries import is_complaint
from grid.rules import CATALOGUE
from kernel.access import public
from kernel.db import db
from kernel.forms import cleaned, text
from kernel.web import (
    beside_field,
    count_miss,
    current_actor_or_none,
    forget_all,
    forgive_miss,
    keeps_any,
    limiter,
    sentence_of,
)
from kernel.web.show import when
from kernel.work import parts, transaction
from people.errors import BadField, TooManyCodes
from points import queries as coins

CODES: Final = "120 per hour"  # from one address: each costs the district money


@pages.get("/track")
@public
def track() -> ResponseReturnValue:
    """Ask for a number, or show how far it has come."""
    typed = cleaned(request.args.get("number", ""))[:40]
    if not typed:
        return _page("")
    if is_complaint(db.session(), typed):
        return redirect(url_for("complaints.receipt", number=typed), HTTPStatus.SEE_OTHER)
    try:
        report = access.find(typed)
    except NoSuchReceipt:
        if coins.objection_at(db.session(), typed) is not None:
            return redirect(url_for("points.objection", number=typed), HTTPStatus.SEE_OTHER)
        return _no_such(typed)
    if access.is_own(report):
        return redirect(_url(report), HTTPStatus.SEE_OTHER)
    return _page(typed, report=report)


def _no_such(typed: str) -> ResponseReturnValue:
    """Say that there is none, or that no number looks like this; what was typed stays."""
    if rules.is_shaped(typed):
        sentence, status = _("没有这个回执号，请再看一看"), HTTPStatus.NOT_FOUND
    else:
        sentence = _("回执号是 12 位字母和数字，样子像 7K3M-9QTX-42HR，请再看一看有没有抄全")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(typed, errors={"number": [sentence]}), status


@pages.route("/track/forget", methods=["GET", "POST"])
@public
def forget_phone() -> ResponseReturnValue:
    """Let somebody else's phone forget whose receipts it saw, and what it has not sent.

    A link to it, as the choice of a language, forgets nothing.
    """
    if request.method == "GET":
        return redirect(url_for("citizen.track"), HTTPStatus.SEE_OTHER)
    signed_in = current_actor_or_none() is not None
    response = make_response(render_template("citizen/forgotten.html", signed_in=signed_in))
    forget_all(response)
    return response


@pages.post("/track/code")
@public
@limiter.limit(CODES)
def send_code() -> ResponseReturnValue:
    """Send a code to the phone that was left.  Nobody is told whether this was the one."""
    form = CodeForm()
    report, phone = access.find(text(form.number)), text(form.phone)
    try:
        with transaction() as work:
            service.send_code(work, report, phone=phone)
    except (BadField, TooManyCodes) as refusal:
        return _wrong(form, "phone", sentence_of(refusal))
    return _page(text(form.number), report=access.find(text(form.number)), phone=phone, sent=True)


@pages.post("/track/open")
@public
def open_all() -> ResponseReturnValue:
    """Show all of a receipt to whoever has the code that was sent."""
    form = CodeForm()
    report = access.find(text(form.number))
    count_miss("phone-code")
    try:
        with transaction() as work:
            right = service.open_with_code(
                work, report, phone=text(form.phone), code=text(form.code)
            )
    except BadField as refusal:
        return _wrong(form, "phone", sentence_of(refusal))
    if not right:
        return _wrong(form, "code", _("验证码不对，或者已经过期"), sent=True)
    forgive_miss("phone-code")
    response = make_response(redirect(_url(report), HTTPStatus.SEE_OTHER))
    access.remember(response, report.number)
    return response


def _wrong(form: CodeForm, field: str, sentence: str, *, sent: bool = False) -> ResponseReturnValue:
    page = _page(
        text(form.number),
        report=access.find(text(form.number)),
        phone=text(form.phone),
        errors={field: [beside_field(sentence)]},
        sent=sent,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _page(
    typed: str,
    *,
    report: Report | None = None,
    phone: str = "",
    errors: dict[str, list[str]] | None = None,
    sent: bool = False,
) -> str:
    found = (
        None
        if report is None
        else queries.receipt_of(db.session(), report, now=parts().clock.now())
    )
    return render_template(
        "citizen/track.html",
        number=typed,
        phone=phone,
        errors=errors or {},
        receipt=None if found is None else receipt_page(found, full=False),
        code_sent=sent,
        code_url=url_for("citizen.send_code"),
        open_url=url_for("citizen.open_all"),
        own=[] if found else _own(),
        keeps=found is None and keeps_any(),
    )


def _own() -> list[dict[str, str]]:
    """Return what this phone reported or opened, the newest first."""
    numbers = access.remembered()
    return [_line(one) for one in queries.of_phone(db.session(), numbers)] if numbers else []


def _line(one: OwnLine) -> dict[str, str]:
    number = rules.printed(one.line.number)
    tile = CATALOGUE.tiles.get(one.tile or "")
    said = rules.beginning(one.words) or (tile and _(tile.label)) or _("说的是录音或照片")
    return {
        "number": number,
        "url": url_for("citizen.receipt", number=number),
        "said": said,
        "about": " · ".join(filter(None, (one.line.place, when(one.line.said_at)))),
        "headline": _(one.line.headline),
    }


def _url(report: Report) -> str:
    return url_for("citizen.receipt", number=rules.printed(report.number))
