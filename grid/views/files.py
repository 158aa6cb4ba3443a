"""Pictures and voice notes: taken in with a form, handed out to those at the case only (G5)."""

from collections.abc import Sequence

from flask import Response, flash, request
from flask_babel import gettext as _

from grid.queries.pages import file_of
from grid.views.blueprint import pages
from kernel import media
from kernel.access import require
from kernel.db import db
from kernel.media import Kind, MediaUnavailable
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import Work


@pages.get("/media/<int:attachment_id>")
@require(Permission.CASE_CONTENT_READ)
def file(attachment_id: int) -> Response:
    """Hand out one file; with ``thumb=1`` a picture's small one."""
    attachment = file_of(db.session(), attachment_id, by=current_actor())
    return media.respond(attachment, thumb="thumb" in request.args)


def take_in(
    work: Work, files: Sequence[tuple[Kind, bytes]], *, owner: str, key: str
) -> tuple[int, ...]:
    """Take files in; while none can be kept, the words they came with are taken all the same.

    The same *key* sent twice keeps each file once.

    Raises:
        MediaRefused: there are too many, or one is no picture and no voice note.
    """
    for kind in Kind:
        media.check_count(kind, sum(one is kind for one, _content in files))
    prefix, taken = f"{owner}:{key[:60] or work.token()}", list[int]()
    for index, (kind, content) in enumerate(files):
        try:
            kept = media.receive(work, content, kind=kind, key=f"{prefix}:{index}", owner=owner)
        except MediaUnavailable:
            flash(_("照片和录音现在存不了，文字已经收下，请晚点再补。"), "msg")
            break
        taken.append(kept.id)
    return tuple(taken)
