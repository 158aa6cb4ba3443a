"""Handing a file out.  Whether this person may see it, the caller has asked before."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO, Final

from flask import Response, send_file

from kernel.media.errors import MediaUnavailable, NotThere
from kernel.media.models import Attachment, Kind
from kernel.media.sniff import SoundFormat
from kernel.work import parts

KEEP: Final = timedelta(days=1)  # in the browser's own cache; the file under a name never changes
# Should a browser ever take one of our files for a page, then for one that can do nothing.
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@contextmanager
def read(attachment: Attachment, *, thumb: bool = False) -> Iterator[tuple[BinaryIO, str]]:
    """Open what may be shown, and say what type it is.

    Raises:
        NotThere: if it is still waiting, was refused, or has no thumb.
        MediaUnavailable: if the store is away.
    """
    name = attachment.thumb if thumb else attachment.stored
    if not attachment.is_ready or name is None:
        raise NotThere("这个文件还没有准备好，或者已经不在了，请稍后刷新再看。")
    try:
        with parts().store.open(name) as file:
            yield file, attachment.mime
    except FileNotFoundError as error:
        raise NotThere("这个文件已经不在了。") from error
    except OSError as error:
        raise MediaUnavailable("照片和语音暂时打不开，请稍后再试。") from error


def respond(attachment: Attachment, *, thumb: bool = False) -> Response:
    """Return the answer to a request for a file; players may ask for parts of it.

    Needs a request.  The whole file passes through memory: it is at most 5 MB.

    Raises:
        NotThere: as ``read`` does.
        MediaUnavailable: as ``read`` does.
    """
    with read(attachment, thumb=thumb) as (file, mime):
        content = file.read()
    response = send_file(
        BytesIO(content),
        mimetype=mime,
        download_name=_download_name(attachment),
        etag=f"{attachment.digest[:32]}-{attachment.id}{'-thumb' if thumb else ''}",
        max_age=int(KEEP.total_seconds()),
    )
    response.cache_control.public = False
    response.cache_control.private = True
    response.headers.update(HEADERS)
    return response


def _download_name(attachment: Attachment) -> str:
    """Return a name of ours: the sender's name for the file was never kept."""
    if attachment.kind is Kind.PICTURE:
        return f"picture-{attachment.id}.jpg"
    return f"voice-{attachment.id}.{SoundFormat(attachment.mime).ending}"
