"""What is kept about a file that somebody sent."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model

LONGEST_KEY: Final = 120
LONGEST_OWNER: Final = 64


class Kind(StrEnum):
    """What somebody sends."""

    PICTURE = "picture"
    SOUND = "sound"


class State(StrEnum):
    """How far a file has come."""

    WAITING = "waiting"  # taken, and shown to nobody yet
    READY = "ready"
    REFUSED = "refused"  # it could not be opened; refused_why says so to whoever sent it


class Attachment(Model):
    """A picture or a voice note, and whose it is.

    The owner is a word of the feature that asked, such as ``citizen.report:12``:
    the kernel does not know what it means.
    """

    __tablename__ = "kernel_attachment"
    __table_args__ = (
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("state = 'refused' OR stored IS NOT NULL", name="stored_or_refused"),
        CheckConstraint("state <> 'refused' OR refused_why IS NOT NULL", name="refused_why"),
        {"sqlite_autoincrement": True},  # a job that comes late must not find somebody else's file
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    owner: Mapped[str] = mapped_column(String(LONGEST_OWNER), index=True)
    kind: Mapped[Kind]
    state: Mapped[State] = mapped_column(default=State.WAITING)
    mime: Mapped[str] = mapped_column(String(40))  # as sent while it waits, then as served
    size: Mapped[int]  # bytes, as sent while it waits, then as served
    width: Mapped[int | None]  # pixels
    height: Mapped[int | None]
    seconds: Mapped[float | None]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, in hex
    stored: Mapped[str | None] = mapped_column(String(80))  # its name in the store
    thumb: Mapped[str | None] = mapped_column(String(80))
    said_at: Mapped[datetime | None]  # when it was taken or spoken, as the phone says
    received_at: Mapped[datetime]
    refused_why: Mapped[str | None] = mapped_column(String(200))  # Chinese, for whoever sent it

    @property
    def is_ready(self) -> bool:
        """Whether there is something to show or to play."""
        return self.state is State.READY
