"""One message to one recipient, kept with how it went."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, Sealed


class Channel(StrEnum):
    """By which way a message leaves."""

    SMS = "sms"
    VOICE = "voice"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    HELD = "held"  # until the morning
    SENT = "sent"
    FAILED = "failed"  # and will be tried again
    GIVEN_UP = "given_up"  # expired, overtaken, refused for good, or tried for three days


OVER: Final = frozenset({MessageState.SENT, MessageState.GIVEN_UP})


class Message(Model):
    """One message to one recipient, and whether it went."""

    __tablename__ = "kernel_message"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('sent', 'given_up')) = (next_at IS NULL)", name="tried_until_over"
        ),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_some_time"),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_kernel_message_next_at", "next_at"),
        Index("ix_kernel_message_about", "about"),
        Index("ix_kernel_message_state", "state", "id"),
        Index("uq_kernel_message_again_of", "again_of", unique=True),
        # A gateway knows a message by its number: it is never used again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    template: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(Sealed)  # a phone number, or a robot's address
    text: Mapped[str] = mapped_column(Sealed)
    mention: Mapped[str | None] = mapped_column(Sealed)  # whom a robot calls by name
    about: Mapped[str] = mapped_column(String(80), default="")  # citizen.report:12, or ""
    urgent: Mapped[bool] = mapped_column(default=False)  # goes before what can wait
    written_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[MessageState]
    held_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]  # later it would be untrue, or of no use to anybody
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when it may be tried (again); empty once it is over
    released_at: Mapped[datetime | None]  # owed to the workers anew, and not tried since
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(200))  # the gateway's last, or why not
    # The message, given up, that the operator had sent again: each once.  No foreign key, since
    # the older of the two is forgotten first.
    again_of: Mapped[int | None]

    @property
    def key(self) -> str:
        """What a gateway knows this message by, however often it is asked to send it.

        With the time it was written at: a restored database may use a number again.
        """
        return f"{self.id}-{int(self.written_at.timestamp())}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER
