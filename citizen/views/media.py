"""Pictures and voice notes of a receipt, for whoever may see all of it."""

from flask import Response, request

from citizen import queries
from citizen.views import access
from citizen.views.blueprint import pages
from kernel.access import public
from kernel.db import db
from kernel.media import respond


@pages.get("/media/<int:attachment_id>")
@public
def attachment(attachment_id: int) -> Response:
    """Hand out one file.  ``r`` is the receipt it belongs to; staff have a page of their own."""
    report = access.find_own(request.args.get("r", ""))
    found = queries.shown_attachment(db.session(), report, attachment_id)
    return respond(found, thumb=request.args.get("s") == "thumb")
