"""The queue: what burns first on top, live; and what waits for a second look."""

from http import HTTPStatus
from typing import Final

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from grid import queries
from grid.queries import Page
from grid.queries.upwards import waiting
from grid.rules import is_night
from grid.views.blueprint import now, pages
from grid.views.show import CardView, card_view
from kernel.access import require
from kernel.db import db
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.web import current_actor, row_number

# The colour of a case follows the time as well as its steps.
LOOK_AGAIN: Final = 60  # seconds
ABOVE: Final = (
    Role.GRID_LEADER,
    Role.VILLAGE_ADMIN,
    Role.TOWN_ADMIN,
    Role.DISTRICT_CMD,
    Role.DEPT_HANDLER,
)


@pages.get("/", strict_slashes=False)
@require(Permission.CASE_HANDLE)
def queue() -> str:
    """Show the cases whose turn is mine."""
    number = request.args.get("page", 1, type=row_number)
    etag = _etag(number)  # before the list: what changes in between is asked for again
    found = queries.queue(db.session(), by=current_actor(), now=now(), page=number)
    return render_template(
        "grid/queue.html",
        cards=_views(found),
        etag=f'"{etag}"',
        live=url_for("grid.live_queue", page=found.page),
        more=_more(found, "grid.queue"),
        waiting=_waiting(),
        tonight=_tonight(),
    )


@pages.get("/live/queue")
@require(Permission.CASE_HANDLE)
def live_queue() -> ResponseReturnValue:
    """Answer the page's own asking: 304 while nothing has changed, without reading the list."""
    number = request.args.get("page", 1, type=row_number)
    etag = _etag(number)
    if request.if_none_match.contains_weak(etag):  # a proxy that compresses weakens it
        response = make_response("", HTTPStatus.NOT_MODIFIED)
    else:
        found = queries.queue(db.session(), by=current_actor(), now=now(), page=number)
        more = _more(found, "grid.queue")
        response = make_response(
            render_template("grid/queue_part.html", cards=_views(found), more=more)
        )
    return _marked(response, etag)


@pages.get("/verify")
@require(Permission.CASE_VERIFY)
def to_verify() -> str:
    """Show the cases whose result I may look at."""
    number = request.args.get("page", 1, type=row_number)
    found = queries.to_verify(db.session(), by=current_actor(), now=now(), page=number)
    drawn = queries.to_spot_check(db.session(), by=current_actor(), now=now())
    return render_template(
        "grid/verify.html",
        cards=_views(found),
        drawn=_views(drawn),
        more=_more(found, "grid.to_verify"),
    )


def _waiting() -> int:
    """Return how much waits for me as somebody above; only who can be that is asked about."""
    by = current_actor()
    return waiting(db.session(), by=by, now=now()) if by.wears(*ABOVE) else 0


def _tonight() -> int:
    """Return to how many urgent cases my desk was called and has not answered; by night only."""
    by, moment = current_actor(), now()
    if not is_night(moment) or not by.may(Permission.CASE_ASSIGN):
        return 0
    calls = queries.called_tonight(db.session(), by=by, now=moment)
    return sum(not call.answered for call in calls)


def _views(found: Page) -> list[CardView]:
    by, moment = current_actor(), now()
    return [card_view(card, by=by, now=moment) for card in found.cards]


def _more(found: Page, endpoint: str) -> str:
    return url_for(endpoint, page=found.page + 1) if found.more else ""


def _etag(page: int) -> str:
    version = queries.queue_version(db.session(), by=current_actor())
    return f"{version}-{page}-{get_locale()}-{int(now().timestamp()) // LOOK_AGAIN}"


def _marked(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-store"
    return response
