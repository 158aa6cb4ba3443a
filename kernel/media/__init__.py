"""Photos and voice notes: taken in, checked, remade, handed out and forgotten.

    attachment = media.receive(
        work, upload.stream, kind=media.Kind.PICTURE, key=…, owner="citizen.report:12"
    )

takes a file inside the request's transaction.  It is ``waiting`` until the worker has
remade it (``finish_attachment``), then ``ready``, or ``refused`` with a sentence.  The
original is destroyed either way.  ``media.respond(attachment)`` answers a request
for it once the caller has made sure that this person may see it, and
``media.forget(work, owner)`` deletes all of an owner's files.

Left out: an S3 store, and turning sounds into a format that every phone plays.
"""

from kernel.media.errors import (
    BadKey,
    Damaged,
    MediaRefused,
    MediaUnavailable,
    NotAPicture,
    NotASound,
    NotThere,
    OtherContent,
    TooBig,
    TooLong,
    TooManyFiles,
    TooManyPixels,
)
from kernel.media.jobs import drop_files, finish_attachment
from kernel.media.models import LONGEST_KEY, LONGEST_OWNER, Attachment, Kind, State
from kernel.media.service import MOST_BYTES, MOST_FILES, check_count, forget, forget_these, receive
from kernel.media.serving import read, respond
from kernel.media.sounds import MOST_SECONDS
from kernel.media.sweeping import sweep_incoming

__all__ = [
    "LONGEST_KEY",
    "LONGEST_OWNER",
    "MOST_BYTES",
    "MOST_FILES",
    "MOST_SECONDS",
    "Attachment",
    "BadKey",
    "Damaged",
    "Kind",
    "MediaRefused",
    "MediaUnavailable",
    "NotAPicture",
    "NotASound",
    "NotThere",
    "OtherContent",
    "State",
    "TooBig",
    "TooLong",
    "TooManyFiles",
    "TooManyPixels",
    "check_count",
    "drop_files",
    "finish_attachment",
    "forget",
    "forget_these",
    "read",
    "receive",
    "respond",
    "sweep_incoming",
]
