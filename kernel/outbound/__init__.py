"""What leaves the house: texts, calls and group robots, each kept in a log with how it went.

A message is a row first and is sent by the ``outbound`` workers.  Its key travels along as
idempotency key, because sending can happen twice: a gateway that took a message and whose answer
was lost is asked again with the same key.  So a message goes out at least once, and only once
where the gateway heeds the key; on our side it becomes sent once, whatever answers.

A gateway may be away for a day.  A failed try is no failure of the outbox row: the message itself
says when it is tried next (``release_messages``), until it expires.  Without a gateway
(``SMS_URL``, ``VOICE_URL``) it is shown on the operator's page, which is what a trial needs.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import String, bindparam, delete, or_, select, update

from kernel.errors import Conflict, Unavailable, Unwanted
from kernel.outbound.again import OVERTAKEN, sendable_again
from kernel.outbound.models import OVER, Channel, Message, MessageState
from kernel.outbound.timing import is_prompt, life_of, speaks_at, wait_after
from kernel.outbound.ways import HttpPost, gateway, masked, refusal_in, request_for
from kernel.outbox import Errand, Queue, on
from kernel.work import Work

__all__ = [
    "KEEP",
    "OVER",
    "Channel",
    "HttpPost",
    "Message",
    "MessageState",
    "drop_messages",
    "gateway",
    "masked",
    "prune_messages",
    "release_messages",
    "send_again",
    "send_message",
    "send_robot",
    "send_sms",
    "send_voice",
    "sendable_again",
]

KEEP: Final = timedelta(days=184)  # the longest six months; logs are kept no shorter (FACTS.md, 3)
LEASE: Final = timedelta(minutes=2)  # for one try: a gateway has 5 seconds to answer
STUCK: Final = timedelta(hours=2)  # owed anew and still not tried: owe it once more
BATCH: Final = 200
PROBES: Final = 3  # to a gateway that failed last; the rest need not wait 5 seconds each
EXPIRED: Final = "过期了，没有发"
# To build a statement costs more than to ask the database.
DROP: Final = (
    update(Message)
    .where(Message.about == bindparam("of", type_=String), Message.next_at.is_not(None))
    .values(state=MessageState.GIVEN_UP, next_at=None, answer=OVERTAKEN)
    .returning(Message.id)
    .execution_options(synchronize_session="fetch")
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said."""

    text: str
    is_sent: bool = True
    for_good: bool = False


def send_sms(
    work: Work, *, phone: str, template: str, text: str, urgent: bool = False, about: str = ""
) -> None:
    """Owe a text message to *phone*; at night only what is urgent or may be sent at any hour.

    *about* names what it tells of, so that ``drop_messages`` can take it back.
    """
    message = Message(
        channel=Channel.SMS, template=template, recipient=phone, text=text, about=about
    )
    _owe(work, message, urgent=urgent)


def send_voice(work: Work, *, phone: str, template: str, text: str, about: str = "") -> None:
    """Owe a call to *phone* that reads *text*; only for what cannot wait."""
    message = Message(
        channel=Channel.VOICE, template=template, recipient=phone, text=text, about=about
    )
    _owe(work, message, urgent=True)


def send_robot(work: Work, *, channel: Channel, url: str, text: str, mention: str | None) -> None:
    """Owe a message to a group's robot, which calls the owner of number *mention* by name."""
    message = Message(channel=channel, template="robot", recipient=url, text=text, mention=mention)
    _owe(work, message, urgent=False)


def drop_messages(work: Work, *, about: str, template: str | None = None) -> int:
    """Take back what has not gone and is no longer true; return how many that were."""
    chosen = DROP if template is None else DROP.where(Message.template == template)
    return len(work.session.scalars(chosen, {"of": about}).all())


def send_again(work: Work, message_id: int) -> int:
    """Owe a message that was given up once more, as a new one that names it; return its number.

    Raises:
        Conflict: it was sent again before, is no longer true, or was not given up.
    """
    old = work.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if old is None or not sendable_again(work.session, [old], now=work.now()):
        raise Conflict("这条消息不能再发：已经再发过，或者内容已经过时。")
    message = Message(
        channel=old.channel,
        template=old.template,
        recipient=old.recipient,
        text=old.text,
        about=old.about,
        again_of=old.id,
    )
    _owe(work, message, urgent=False)
    return message.id


@on(Queue.OUTBOUND)
def send_message(work: Work, *, message_id: int) -> Errand | None:
    """Send one message.  Asked again while it is tried, rests or is over, this does nothing."""
    message = work.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or not _may_try(work, message):
        return None
    message.tries += 1
    message.tried_at, message.next_at = work.now(), work.now() + LEASE
    message.released_at = None
    request, key, post = request_for(work.parts, message), message.key, work.parts.post
    channel = message.channel

    def run(row: str) -> Answer:
        if request is None:
            log.debug("a message, shown because it has no gateway", extra={"row_id": row})
            return Answer("shown")
        url, body, headers = request
        try:
            said = post(url, body, {**headers, "Idempotency-Key": key})
        except Unavailable as error:
            return Answer(str(error), is_sent=False, for_good=isinstance(error, Unwanted))
        refused = refusal_in(channel, said)
        return Answer(said) if refused is None else Answer(refused, is_sent=False)

    def after(work: Work, answer: Answer) -> None:
        _note(work, message_id, answer)

    return Errand(run, after)


def release_messages(work: Work) -> None:
    """Owe anew what is due: held until now, failed and rested, or lost on the way.

    Of a gateway that failed last only a few are tried, and what is urgent; once one went through
    the others follow.
    """
    for channel in Channel:
        _release(work, channel)


@on(Queue.BULK)
def prune_messages(work: Work) -> None:
    """Forget messages whose time in the log is over."""
    work.session.execute(delete(Message).where(Message.written_at < work.now() - KEEP))


def _owe(work: Work, message: Message, *, urgent: bool) -> None:
    goes_at = speaks_at(work.now(), template=message.template, urgent=urgent)
    is_held = goes_at > work.now()
    message.state = MessageState.HELD if is_held else MessageState.WAITING
    message.written_at = work.now()
    message.urgent = urgent or is_prompt(message.template)
    message.held_until = goes_at if is_held else None
    message.expires_at = goes_at + life_of(message.template)
    # Then it is released, should its row be lost.
    message.next_at = goes_at if is_held else goes_at + LEASE
    work.session.add(message)
    work.session.flush()
    if is_held:
        work.later_at(goes_at, send_message, message_id=message.id)
    else:
        work.later(send_message, message_id=message.id)


def _may_try(work: Work, message: Message) -> bool:
    """Whether to try now; what has expired is given up, what met the night is held."""
    now = work.now()
    if message.next_at is None:
        return False
    early = message.held_until is not None and now < message.held_until
    if early or (message.tries and now < message.next_at):
        return False  # held, resting, or somebody is at it
    if message.expires_at <= now:
        _give_up(message, EXPIRED)
        return False
    goes_at = speaks_at(now, template=message.template, urgent=message.urgent)
    if goes_at > now:  # failed by day, and the gateway came back at night
        message.state, message.released_at = MessageState.HELD, None
        message.held_until = message.next_at = goes_at
        return False
    return True


def _release(work: Work, channel: Channel) -> None:
    last = work.session.scalar(
        select(Message.state)
        .where(Message.channel == channel, Message.tried_at.is_not(None))
        .order_by(Message.tried_at.desc(), Message.id.desc())
        .limit(1)
    )
    due = (
        select(Message)
        .where(
            Message.channel == channel,
            Message.next_at <= work.now(),
            or_(Message.released_at.is_(None), Message.released_at <= work.now() - STUCK),
        )
        .order_by(Message.urgent.desc(), Message.next_at, Message.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    waiting = work.session.scalars(due).all()
    prompt = [one for one in waiting if one.urgent or one.expires_at <= work.now()]
    rest = [one for one in waiting if one not in prompt]
    for message in (*prompt, *(rest[:PROBES] if last is MessageState.FAILED else rest)):
        message.released_at = work.now()
        work.later(send_message, message_id=message.id)


def _note(work: Work, message_id: int, answer: Answer) -> None:
    """Write down how one try went.  What was sent stays sent, whatever another answer says."""
    message = work.session.get_one(
        Message, message_id, with_for_update=True, populate_existing=True
    )
    if message.state is MessageState.SENT:
        return
    if answer.is_sent:
        message.state, message.sent_at, message.next_at = MessageState.SENT, work.now(), None
        message.answer = answer.text[:200]
    elif not message.is_over:
        again = work.now() + wait_after(message.tries)
        message.state, message.next_at = MessageState.FAILED, again
        message.answer = answer.text[:200]
        if answer.for_good or again >= message.expires_at:
            _give_up(message, message.answer)


def _give_up(message: Message, why: str) -> None:
    message.state, message.next_at, message.answer = MessageState.GIVEN_UP, None, why
