"""The one page every printed code opens.  It finds out what was scanned and hands over."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kernel.access import public
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.web import count_miss
from kernel.work import parts
from qr import queries, rules
from qr.queries import Scanned
from qr.rules import CodeKind
from qr.views.blueprint import pages

# Where a scan leads, by kind; None is for codes that are not ours.  A target answers
# GET and POST, and says on its page what `Scanned` says: revoked, replaced.
Target = Callable[[Scanned], ResponseReturnValue]
Targets = Mapping[CodeKind | None, Target]

_SCAN: Final = {"methods": ["GET", "POST"], "strict_slashes": False}


# Whether the printed link kept its capitals or not, and with or without a slash at its
# end: a redirect would cost whoever has a bad network a second round trip.
@pages.route("/s/<token>", **_SCAN)
@pages.route("/S/<token>", **_SCAN)
@public
def scan(token: str) -> Response:
    """Answer a scan in place, with the page its code's kind leads to.

    A code that is not ours is answered alike whether it could be one or not, and looking is
    counted: residents scan, and so hardly ever miss.  A report is taken however often somebody
    missed: a worn code and a carrier's one address must not keep anybody from reporting.
    """
    scanned = queries.resolve(db.session(), token)
    if scanned.unknown and request.method != "POST":
        count_miss("token")
    targets: Targets = current_app.extensions["scan_targets"]
    response = make_response(targets[scanned.kind](scanned))
    if scanned.unknown and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.NOT_FOUND
    response.headers["Cache-Control"] = "no-store"
    if request.method == "GET" and response.status_code == HTTPStatus.OK:
        _count(scanned)
    return response


def _count(scanned: Scanned) -> None:
    """Count a scan of the label, without storing who, unless it was staff, a robot or a reload."""
    again = "fs" in request.args or "lang" in request.args  # another size or language
    staff = current_user.is_authenticated and current_user.is_staff
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if again or staff or scanned.label_id is None:
        return
    if rules.counts_as_scan(scanned.kind, agent=request.user_agent.string, purpose=purpose):
        part = parts()
        today = part.clock.now().astimezone(SHANGHAI).date()
        part.tally.add(rules.TALLY, rules.scan_field(scanned.label_id, today))
