"""What happens to a file after it was taken: opened, remade, and the original destroyed.

Both jobs wait in ``bulk``.  Opening a phone's picture takes up to a second of CPU and
half a gigabyte; in ``default`` five of them would stand before somebody's report, for
which a clock of one minute runs.  The bulk worker has little else to do by day, so a
picture is still there within seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from kernel.media import pictures, sounds
from kernel.media.errors import MediaRefused
from kernel.media.models import Attachment, Kind, State
from kernel.media.sniff import sound_format
from kernel.outbox import Errand, Queue, on
from kernel.stores import Store
from kernel.work import Work

INCOMING: Final = "incoming"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What opening a file has come to: the columns that change, and the names that are in use."""

    columns: dict[str, str | int | None]
    names: Sequence[str] = field(default=())


@on(Queue.BULK)
def finish_attachment(work: Work, *, attachment_id: int, incoming: str) -> Errand | None:
    """Open what lies under *incoming* and make of it what will be shown.

    Names follow from *incoming*, so a second run, or two at once, write the same
    files.  What cannot be opened is refused; a store that is away is tried again.
    """
    attachment = work.session.get(Attachment, attachment_id)
    if attachment is None:  # forgotten while it waited, perhaps between writing and marking
        _drop(work, [incoming, *_names(incoming)])
        return None
    if attachment.state is not State.WAITING:
        return None
    kind, store = attachment.kind, work.parts.store

    def run(_number: str) -> Outcome:
        return _finish(store, kind, incoming)

    def after(work: Work, outcome: Outcome) -> None:
        _write_down(work, attachment_id, incoming, outcome)

    return Errand(run, after)


@on(Queue.BULK)
def drop_files(work: Work, *, names: str) -> Errand:
    """Delete files from the store.  *names* is one name a line; a name that is gone is fine."""
    store = work.parts.store

    def run(_number: str) -> None:
        for name in names.splitlines():
            store.delete(name)

    return Errand(run, lambda _work, _answer: None)


def _finish(store: Store, kind: Kind, incoming: str) -> Outcome:
    with store.open(incoming) as file:
        content = file.read()
    try:
        return MAKERS[kind](store, incoming, content)
    except MediaRefused as refusal:
        return Outcome({"state": State.REFUSED, "stored": None, "refused_why": str(refusal)})


def _finish_picture(store: Store, incoming: str, content: bytes) -> Outcome:
    remade = pictures.remake(content)
    picture, thumb, _ = _names(incoming)
    store.put(picture, remade.picture)
    store.put(thumb, remade.thumb)
    columns: dict[str, str | int | None] = {
        "state": State.READY,
        "mime": pictures.MIME,
        "size": len(remade.picture),
        "width": remade.width,
        "height": remade.height,
        "stored": picture,
        "thumb": thumb,
    }
    return Outcome(columns, (picture, thumb))


def _finish_sound(store: Store, incoming: str, content: bytes) -> Outcome:
    cleaned = sounds.clean(content)
    *_, sound = _names(incoming)
    store.put(sound, cleaned)
    found = sound_format(cleaned)
    return Outcome(
        {"state": State.READY, "mime": found, "size": len(cleaned), "stored": sound}, (sound,)
    )


MAKERS: Final = {Kind.PICTURE: _finish_picture, Kind.SOUND: _finish_sound}


def _write_down(work: Work, attachment_id: int, incoming: str, outcome: Outcome) -> None:
    attachment = work.session.get(
        Attachment, attachment_id, with_for_update=True, populate_existing=True
    )
    if attachment is None:  # forgotten meanwhile
        _drop(work, [incoming, *outcome.names])
        return
    if attachment.state is not State.WAITING:  # another worker was faster, with the same files
        return
    for name, value in outcome.columns.items():
        setattr(attachment, name, value)
    _drop(work, [incoming])


def _drop(work: Work, names: Sequence[str]) -> None:
    work.later(drop_files, names="\n".join(names))


def _names(incoming: str) -> tuple[str, str, str]:
    """Return what the picture, its thumb and the sound made from *incoming* are called."""
    name = PurePosixPath(incoming).name
    return f"pictures/{name}.jpg", f"pictures/{name}.thumb.jpg", f"sounds/{name}"
