"""Stickers that are none of ours, as whoever saw one said."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.media import Attachment
from kernel.permissions import Permission
from people.queries import scoped
from qr.errors import NoSuchSticker
from qr.models import LookAlike
from qr.queries.walls import TROUBLE_PAGE


def look_alikes(session: Session, *, by: Actor, after: int = 0) -> Sequence[LookAlike]:
    """Return up to 50 stickers that *by* may read of and nobody has taken off, the oldest first."""
    statement = select(LookAlike).where(LookAlike.settled_at.is_(None), LookAlike.id > after)
    statement = scoped(statement, by, Permission.QR_READ)
    return session.scalars(statement.order_by(LookAlike.id).limit(TROUBLE_PAGE)).all()


def sticker_owner(sticker_id: int) -> str:
    """Return the word under which the pictures of a sticker are kept."""
    return f"qr.look-alike:{sticker_id}"


def sticker_photos(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Attachment]]:
    """Return the pictures of some stickers that their reader was let in to."""
    owners = {sticker_owner(one): one for one in ids}
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    statement = select(Attachment).where(Attachment.owner.in_(owners)).order_by(Attachment.id)
    for photo in session.scalars(statement):
        found[owners[photo.owner]].append(photo)
    return found


def sticker_photo(
    session: Session, sticker_id: int, attachment_id: int, *, by: Actor
) -> Attachment:
    """Return one picture of a sticker.

    Raises:
        NoSuchSticker: there is none for *by*, or it has no such picture.
    """
    statement = scoped(select(LookAlike).where(LookAlike.id == sticker_id), by, Permission.QR_READ)
    photo = session.get(Attachment, attachment_id)
    if (
        session.scalar(statement) is None
        or photo is None
        or photo.owner != sticker_owner(sticker_id)
    ):
        raise NoSuchSticker("没有这张照片，或者它不在您的区域。")
    return photo
