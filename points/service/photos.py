"""Photographs of an activity, which its leader shows to everybody."""

from collections.abc import Sequence
from hashlib import sha256
from typing import IO, Final

from sqlalchemy import func, select

from kernel import media
from kernel.access import Actor
from kernel.media import Attachment, Kind
from kernel.permissions import Permission
from kernel.work import Work
from points.errors import NoSuchActivity, TooLate, Unsaid
from points.service.activities import locked, note
from points.service.forgetting import KEPT

MOST_PHOTOS: Final = 9


def add_photos(
    work: Work, activity_id: int, pictures: Sequence[bytes | IO[bytes]], *, by: Actor
) -> int:
    """Keep pictures of an activity; the same picture once; return how many there are now.

    What could not be opened counts until it is deleted: else files without number are taken.

    Raises:
        NoSuchActivity: there is none that *by* may lead.
        Unsaid: no picture was chosen.
        TooLate: its pictures have been forgotten already.
        MediaRefused, MediaUnavailable: a picture is not taken; then none is.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_PUBLISH, by)
    if not pictures:
        raise Unsaid("请选照片")
    if activity.ends_at < work.now() - KEPT:
        raise TooLate("活动过去太久了，照片不再收。")
    for one in pictures:
        content = one if isinstance(one, bytes) else one.read(media.MOST_BYTES[Kind.PICTURE] + 1)
        key = f"{activity.owner}:{sha256(content).hexdigest()}"
        media.receive(work, content, kind=Kind.PICTURE, key=key, owner=activity.owner)
    work.session.flush()
    count = work.session.scalar(
        select(func.count()).select_from(Attachment).where(Attachment.owner == activity.owner)
    )
    media.check_count(Kind.PICTURE, count or 0, most=MOST_PHOTOS)
    note(work, activity, "photo-add", by, str(len(pictures)))
    return count or 0


def drop_photo(work: Work, activity_id: int, attachment_id: int, *, by: Actor) -> None:
    """Delete a picture of an activity; it is gone for everybody at once.

    Raises:
        NoSuchActivity: there is no such picture, or it is none that *by* may delete.
    """
    activity = locked(work, activity_id, Permission.ACTIVITY_PUBLISH, by)
    its = select(Attachment.id).where(
        Attachment.id == attachment_id, Attachment.owner == activity.owner
    )
    if work.session.scalar(its) is None:
        raise NoSuchActivity("没有这张照片，或者已经删掉了。")
    media.forget_these(work, [attachment_id])
    note(work, activity, "photo-drop", by, str(attachment_id))
