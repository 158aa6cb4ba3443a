"""Which messages that were given up may be sent again, as the operator asks."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.outbound.models import Channel, Message, MessageState
from kernel.outbound.timing import may_go_again

OVERTAKEN: Final = "事情已经变了，没有发"


def sendable_again(session: Session, messages: Iterable[Message], *, now: datetime) -> set[int]:
    """Return the numbers of those that may be sent again: two statements.

    They were given up, say nothing that time has overtaken, were not sent again before, and are
    the last word about their subject.
    """
    true = [one for one in messages if _is_true(one, now)]
    again = set(
        session.scalars(
            select(Message.again_of).where(Message.again_of.in_([one.id for one in true]))
        )
    )
    last = _last_about(session, {one.about for one in true if one.about})
    return {one.id for one in true if one.id not in again and last.get(one.about, one.id) == one.id}


def _is_true(message: Message, now: datetime) -> bool:
    return (
        message.channel is Channel.SMS
        and message.state is MessageState.GIVEN_UP
        and message.answer != OVERTAKEN
        and may_go_again(message.template, written_at=message.written_at, now=now)
    )


def _last_about(session: Session, about: Collection[str]) -> dict[str, int]:
    rows = session.execute(
        select(Message.about, func.max(Message.id))
        .where(Message.about.in_(about))
        .group_by(Message.about)
    )
    return {row[0]: row[1] for row in rows}
