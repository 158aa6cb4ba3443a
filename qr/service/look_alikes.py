"""Somebody saw a sticker that is none of ours; somebody else takes it off."""

from hashlib import sha256
from typing import IO, Final

from sqlalchemy import select

from kernel import audit, media
from kernel.access import Actor
from kernel.media import Kind
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from qr.errors import NoSuchSticker
from qr.models import LookAlike
from qr.queries import sticker_owner, sticker_photos

MOST_PHOTOS: Final = 3  # of one sticker, from whomever
_MOST: Final = media.MOST_BYTES[Kind.PICTURE]


def say_look_alike(
    work: Work,
    area_code: str,
    *,
    where: str,
    seen: str = "",
    photo: bytes | IO[bytes] | None = None,
) -> bool:
    """Write down where a sticker hangs that is none of ours; the same said again counts up.

    Return whether the picture was kept: the store may be away, and there may be enough of them.

    Raises:
        MediaRefused: the picture is not taken; then nothing is.
    """
    sticker = work.session.scalars(
        select(LookAlike)
        .where(
            LookAlike.area_code == area_code,
            LookAlike.where == where,
            LookAlike.seen == seen,
            LookAlike.settled_at.is_(None),
        )
        .order_by(LookAlike.id)
        .limit(1)
        .with_for_update()
    ).first()
    if sticker is None:
        sticker = LookAlike(
            area_code=area_code, where=where, seen=seen, times=0, first_at=work.now()
        )
        work.session.add(sticker)
    sticker.times += 1
    sticker.last_at = work.now()
    work.session.flush()
    return photo is None or _keep(work, sticker, photo)


def take_off(work: Work, sticker_id: int, *, by: Actor) -> LookAlike:
    """Write down that a sticker was taken off or that there was none; again changes nothing.

    Raises:
        NoSuchSticker: there is none that *by* may settle.
    """
    statement = select(LookAlike).where(LookAlike.id == sticker_id)
    statement = scoped(statement, by, Permission.QR_REVOKE).with_for_update()
    sticker = work.session.scalar(statement.execution_options(populate_existing=True))
    if sticker is None:
        raise NoSuchSticker("没有这一条，或者它不在您的区域。")
    if sticker.settled_at is None:
        sticker.settled_at = work.now()
        work.session.flush()
        audit.note(
            work,
            by=by,
            action="qr.take-off",
            subject=f"qr_look_alike:{sticker.id}",
            area=sticker.area_code,
        )
    return sticker


def _keep(work: Work, sticker: LookAlike, photo: bytes | IO[bytes]) -> bool:
    content = photo if isinstance(photo, bytes) else photo.read(_MOST + 1)
    if len(sticker_photos(work.session, [sticker.id])[sticker.id]) >= MOST_PHOTOS:
        return False
    owner = sticker_owner(sticker.id)
    key = f"{owner}:{sha256(content).hexdigest()}"
    try:
        media.receive(work, content, kind=Kind.PICTURE, key=key, owner=owner)
    except media.MediaUnavailable:
        return False
    return True
