"""Photographs of an activity: its leader puts them there, everybody sees them."""

from http import HTTPStatus

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import public, require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.media import respond
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, limiter, sentence_of, shown_as
from kernel.work import transaction
from points import queries, service
from points.views.activities import ONE, activity_page
from points.views.blueprint import pages

OFTEN = "300 per minute"


@pages.post(f"{ONE}/photos")
@require(Permission.ACTIVITY_PUBLISH)
def photos_add(activity_id: int) -> ResponseReturnValue:
    """Take photographs; none of a form is taken where one is not."""
    sent = [one.stream for one in request.files.getlist("photos") if one.filename]
    try:
        with transaction() as work:
            service.add_photos(work, activity_id, sent, by=current_actor())
    except NotFound:
        raise
    except Refusal as refusal:
        said = full_stop(sentence_of(refusal))
        return activity_page(activity_id, error=said), shown_as(refusal)
    flash(_("照片收到了，处理好了大家就看得到。"))
    return _back(activity_id)


@pages.post(f"{ONE}/photos/<int:attachment_id>/drop")
@require(Permission.ACTIVITY_PUBLISH)
def photo_drop(activity_id: int, attachment_id: int) -> ResponseReturnValue:
    """Delete a photograph."""
    with transaction() as work:
        service.drop_photo(work, activity_id, attachment_id, by=current_actor())
    flash(_("照片删掉了。"))
    return _back(activity_id)


@pages.get("/volunteer/<int:activity_id>/photos/<int:attachment_id>")
@public
@limiter.limit(OFTEN)
def volunteer_photo(activity_id: int, attachment_id: int) -> Response:
    """Hand out one photograph."""
    found = queries.activity_photo(db.session(), activity_id, attachment_id)
    return respond(found, thumb="thumb" in request.args)


def _back(activity_id: int) -> ResponseReturnValue:
    there = url_for("points.activity", activity_id=activity_id)
    return redirect(f"{there}#photos", HTTPStatus.SEE_OTHER)
