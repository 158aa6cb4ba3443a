"""Taking files in, and forgetting them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import ColumnElement, Select, select

from kernel.db import insert_once
from kernel.media import pictures, sounds
from kernel.media.errors import (
    BadKey,
    Damaged,
    MediaUnavailable,
    OtherContent,
    TooBig,
    TooManyFiles,
)
from kernel.media.jobs import INCOMING, drop_files, finish_attachment
from kernel.media.models import LONGEST_KEY, LONGEST_OWNER, Attachment, Kind, State
from kernel.media.undone import delete_if_undone
from kernel.work import Work

MOST_BYTES: Final = {Kind.PICTURE: 15_000_000, Kind.SOUND: 5_000_000}
PIECE: Final = 64 * 1024
TOO_BIG: Final = {
    Kind.PICTURE: "这张照片太大了，最多 15 MB。请发一张小一些的。",
    Kind.SOUND: "这段语音太大了，最多 5 MB。请录短一些。",
}
MOST_FILES: Final = {Kind.PICTURE: 5, Kind.SOUND: 1}  # of one report; other callers pass their own
TOO_MANY: Final = {Kind.PICTURE: "照片最多 %(most)s 张。", Kind.SOUND: "语音最多 %(most)s 段。"}


class Readable(Protocol):
    """Something bytes can be read from, such as an uploaded file."""

    def read(self, size: int, /) -> bytes: ...


def check_count(kind: Kind, count: int, *, most: int | None = None) -> None:
    """Refuse when there would be *count* files of a kind where *most* may be.

    Raises:
        TooManyFiles: with the number that may be sent.
    """
    most = MOST_FILES[kind] if most is None else most
    if count > most:
        raise TooManyFiles(TOO_MANY[kind], most=most)


def receive(
    work: Work,
    content: bytes | Readable,
    *,
    kind: Kind,
    key: str,
    owner: str,
    said_at: datetime | None = None,
) -> Attachment:
    """Take a file in and owe its opening to a worker; it is ``waiting`` until then.

    The same *key* with the same content is the same attachment, however often
    it is sent.  *content* is read no further than one byte past the limit.
    *owner* is the caller's word for what the file belongs to.  *said_at* is the
    phone's word for when it was taken or spoken, and proves nothing.

    Raises:
        MediaRefused: one of the refusals that inherit from it, if the file is not taken.
        OtherContent: if *key* stands for another file, or for another owner's.
        MediaUnavailable: if it could not be kept.  Nothing was written to the
            database, so the caller may go on without the file.
    """
    _check_names(key, owner)
    raw = _read(content, kind)
    digest = sha256(raw).hexdigest()
    there = _find(work, key)
    if there is not None:
        return _same(there, owner=owner, kind=kind, digest=digest)
    header = _inspect(raw, kind)
    incoming = f"{INCOMING}/{work.token()}"
    _keep(work, incoming, raw)
    fresh = insert_once(
        work.session,
        Attachment,
        unique="key",
        key=key,
        owner=owner,
        kind=kind,
        state=State.WAITING,
        size=len(raw),
        digest=digest,
        stored=incoming,
        said_at=said_at,
        received_at=work.now(),
        **header,
    )
    attachment = work.session.scalars(_by_key(key)).one()
    if not fresh:  # somebody sent the same a moment ago; theirs is kept
        work.later(drop_files, names=incoming)
        return _same(attachment, owner=owner, kind=kind, digest=digest)
    work.later(finish_attachment, attachment_id=attachment.id, incoming=incoming)
    return attachment


def forget(work: Work, owner: str) -> int:
    """Delete everything that belongs to *owner*, files and all; return how many there were.

    The files go after the commit.  One that a worker has open just now is
    deleted when the worker finds its row gone.
    """
    return _forget(work, Attachment.owner == owner)


def forget_these(work: Work, numbers: Sequence[int]) -> int:
    """Delete some attachments, as `forget` does; return how many were there."""
    return _forget(work, Attachment.id.in_(numbers))


def _forget(work: Work, condition: ColumnElement[bool]) -> int:
    rows = work.session.scalars(
        select(Attachment)
        .where(condition)
        .order_by(Attachment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        names = [name for name in (row.stored, row.thumb) if name]
        if names:
            work.later(drop_files, names="\n".join(names))
        work.session.delete(row)
    work.session.flush()
    return len(rows)


def _check_names(key: str, owner: str) -> None:
    if not 0 < len(owner) <= LONGEST_OWNER:
        raise ValueError(f"an owner has 1 to {LONGEST_OWNER} characters")
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise BadKey("这次上传没有对上号，请刷新页面后再传一次。")


def _read(content: bytes | Readable, kind: Kind) -> bytes:
    most = MOST_BYTES[kind]
    raw = content if isinstance(content, bytes) else _read_stream(content, most + 1)
    if len(raw) > most:
        raise TooBig(TOO_BIG[kind])
    if not raw:
        raise Damaged("这个文件是空的，请重新选一个。")
    return raw


def _read_stream(stream: Readable, most: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < most:
        piece = stream.read(min(PIECE, most - len(pieces)))
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def _inspect(raw: bytes, kind: Kind) -> dict[str, str | int | float]:
    """Return the columns that the file's header fills."""
    if kind is Kind.PICTURE:
        picture, width, height = pictures.measure(raw)
        return {"mime": picture.mime, "width": width, "height": height}
    sound, seconds = sounds.measure(raw)
    return {"mime": sound.value, "seconds": seconds}


def _keep(work: Work, name: str, raw: bytes) -> None:
    try:
        work.parts.store.put(name, raw)
    except OSError as error:
        raise MediaUnavailable(
            "照片和语音暂时存不了，文字照样可以提交，请过一会儿再补传。"
        ) from error
    delete_if_undone(work, name)


def _find(work: Work, key: str) -> Attachment | None:
    return work.session.scalar(_by_key(key))


def _same(there: Attachment, *, owner: str, kind: Kind, digest: str) -> Attachment:
    if (there.owner, there.kind, there.digest) != (owner, kind, digest):
        raise OtherContent("这次上传和前一次不一样，请重新选文件再传。")
    return there


def _by_key(key: str) -> Select[Attachment]:
    return select(Attachment).where(Attachment.key == key)
