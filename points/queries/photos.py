"""Photographs of an activity, which are for everybody to see."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFound
from kernel.media import Attachment, State
from points.models import Activity


def activity_photos(session: Session, activity: Activity) -> Sequence[Attachment]:
    """Return what the leader of an activity has put there, the oldest first.

    Those that a worker has not opened yet are among them, and those it could not open.
    """
    its = select(Attachment).where(Attachment.owner == activity.owner).order_by(Attachment.id)
    return session.scalars(its).all()


def activity_photo(session: Session, activity_id: int, attachment_id: int) -> Attachment:
    """Return one that is ready.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(
        select(Attachment).where(
            Attachment.id == attachment_id,
            Attachment.owner == f"points.activity:{activity_id}",
            Attachment.state == State.READY,
        )
    )
    if found is None:
        raise NotFound("没有这张照片，或者已经删掉了。")
    return found
