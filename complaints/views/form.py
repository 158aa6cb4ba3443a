"""The form: open to everybody, without a code, an account or a script."""

import re
from http import HTTPStatus
from typing import Final

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from complaints import queries, rules, service
from complaints.errors import TooLong, Unsaid
from complaints.forms import ComplainForm
from complaints.rules import About
from complaints.views import access
from complaints.views.blueprint import pages
from kernel.access import public
from kernel.db import db
from kernel.errors import TooMany
from kernel.forms import cleaned, text
from kernel.media import MOST_FILES, MOST_SECONDS, Kind, MediaRefused, NotASound
from kernel.media import TooLong as TooLongSound
from kernel.web import answers_json, count_sent, current_actor_or_none, remembers, sentence_of
from kernel.work import parts, transaction
from qr.queries import resolve

TOO_MANY: Final = (
    "这一小时从这里投诉的太多，这一件还没收下。您写的都还在，请过一会儿再发；也可以打电话。"
)
# Where somebody came from: a scanned code, or a receipt.
_SCAN: Final = re.compile(r"/S/([0-9A-Za-z-]{1,40})")
_RECEIPT: Final = re.compile(r"/r/([0-9A-Za-z-]{12,20})")


@pages.get("/complain")
@public
def complain() -> str:
    """Show the form; where they came from a code or a receipt, the place is filled in."""
    form = ComplainForm(formdata=None)
    form.submission_key.data = parts().chance.token()
    form.area.data, form.about_number.data = _from(cleaned(request.args.get("from", ""))[:60])
    return _page(form)


@pages.post("/complain")
@public
def take() -> ResponseReturnValue:
    """Take it down and lead to its receipt."""
    form = ComplainForm()
    area = queries.area_for(db.session(), text(form.area))
    number = rules.read_number(text(form.about_number)) or ""
    said = form.said(area_code=area, about_number=number, lang=str(get_locale() or "zh"))
    if said is not None:
        try:
            count_sent("complaint", TOO_MANY)
            with transaction() as work:
                found, lost = service.file(work, said, form.attached(), by=current_actor_or_none())
                number = found.number
        except (Unsaid, TooLong) as refusal:
            form.blame("words", sentence_of(refusal))
        except MediaRefused as refusal:
            spoken = isinstance(refusal, (NotASound, TooLongSound)) or not form.photos.data
            form.blame("voice" if spoken else "photos", sentence_of(refusal))
        except TooMany as refusal:
            return _turned_away(form, sentence_of(refusal))
        else:
            return _taken(number, lost=lost)
    return _refused(form)


def _taken(number: str, *, lost: int) -> Response:
    """Answer with the way to the receipt, and let this phone see all of it."""
    url = url_for("complaints.receipt", number=rules.printed(number), lost="y" if lost else None)
    if answers_json():
        response = jsonify(url=url)
        response.status_code = HTTPStatus.CREATED
    else:
        response = make_response(redirect(url, HTTPStatus.SEE_OTHER))
    access.remember(response, number)
    return response


def _refused(form: ComplainForm) -> ResponseReturnValue:
    if answers_json():
        message = _("还没有发出去，请看看标红的地方。")
        return jsonify(message=message, errors=form.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY


def _turned_away(form: ComplainForm, sentence: str) -> ResponseReturnValue:
    if answers_json():
        return jsonify(message=sentence, errors={}), HTTPStatus.TOO_MANY_REQUESTS
    form.form_errors = [sentence]
    return _page(form), HTTPStatus.TOO_MANY_REQUESTS


def _from(path: str) -> tuple[str, str]:
    """Return the area and the receipt that somebody came from, "" for what is not known.

    A number goes along whether or not there is such a receipt; the desk will see.
    """
    scan, receipt = _SCAN.fullmatch(path), _RECEIPT.fullmatch(path)
    if scan is not None:
        found = resolve(db.session(), scan[1])
        return ("" if found is None else found.area_code), ""
    if receipt is not None:
        number = rules.read_number(receipt[1]) or ""
        # Only to whoever has been there: else the page would tell which numbers there are.
        known = bool(number) and remembers(number)
        return queries.area_of_report(db.session(), number) if known else "", number
    return "", ""


def _page(form: ComplainForm) -> str:
    chosen, places = text(form.area), queries.places(db.session())
    codes = [town for town, _name, _villages in places]
    codes += [code for _town, _name, villages in places for code, _called in villages]
    return render_template(
        "complaints/form.html",
        form=form,
        about=[(one.value, _(one.label)) for one in About],
        voice_max=MOST_SECONDS,
        photos_max=MOST_FILES[Kind.PICTURE],
        chosen=text(form.about),
        places=places,
        area=max(filter(chosen.startswith, codes), key=len, default=""),
    )
