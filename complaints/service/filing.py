"""A complaint is taken down, and lies at once with whoever answers it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import IO, Final

from sqlalchemy import select

from complaints import queries
from complaints.models import Complaint
from complaints.rules import Event, Said, State, checked_words, due_by, first_desk
from complaints.service.record import write
from kernel import crockford, media
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.db import insert_once, keyring
from kernel.media import Kind
from kernel.work import Work

SECRET_LENGTH: Final = 24  # hex digits: 96 bits


@dataclass(frozen=True, slots=True)
class File:
    """A picture or voice note that came in the same form."""

    kind: Kind
    content: bytes | IO[bytes]


def file(
    work: Work, said: Said, files: Sequence[File] = (), *, by: Actor | None = None
) -> tuple[Complaint, int]:
    """Take down what somebody says about us; return it, and how many files could not be kept.

    The same form that says the same is the same complaint, however often it is sent.

    Raises:
        Unsaid, TooLong: the words.
        MediaRefused: a file is not taken; then nothing is.
    """
    checked_words(said.words, files=len(files))
    for kind in Kind:
        media.check_count(kind, sum(one.kind is kind for one in files))
    desk = first_desk(said.about, said.area_code)
    due, estimated = due_by(calendar_of(work.session), at=work.now())
    # Without a key of its own no form is the same as another's, whose receipt it would open.
    told = replace(said, key=said.key or work.token())
    key = sha256(json.dumps(asdict(told), sort_keys=True).encode()).hexdigest()
    letters = work.parts.chance.letters(crockford.ALPHABET, 11)
    fresh = insert_once(
        work.session,
        Complaint,
        unique="key",
        key=key,
        number=crockford.with_check(letters),
        area_code=said.area_code,
        about=said.about,
        about_number=said.about_number,
        words=said.words,
        phone=said.phone,
        lang=said.lang[:8],
        filed_by=None if by is None else by.id,
        filed_at=work.now(),
        desk=desk,
        state=State.OPEN,
        due_by=due,
        estimated=estimated,
    )
    complaint = work.session.scalars(select(Complaint).where(Complaint.key == key)).one()
    if fresh:
        complaint.desk = queries.desk_for(work.session, complaint, desk)
        write(work, complaint, Event.FILED)
    return complaint, _keep(work, complaint, files)


def secret_of(number: str) -> str:
    """Return what opens all of a complaint's receipt: made from the keys of the house."""
    return keyring().index(f"complaint:{number}")[:SECRET_LENGTH]


def _keep(work: Work, complaint: Complaint, files: Sequence[File]) -> int:
    lost = 0
    for one in files:
        content = one.content
        if not isinstance(content, bytes):
            content = content.read(media.MOST_BYTES[one.kind] + 1)
        key = f"{complaint.owner}:{sha256(content).hexdigest()}"
        try:
            media.receive(work, content, kind=one.kind, key=key, owner=complaint.owner)
        except media.MediaUnavailable:
            lost += 1
    return lost
