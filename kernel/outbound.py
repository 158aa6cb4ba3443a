"""What leaves the house: text messages and group robots, each kept with how it went.

A message is a row first and is sent by the ``outbound`` workers.  The row's
number travels along as idempotency key, because sending can happen twice.
Without a gateway (``SMS_URL``) a text message is shown on the operator's page
and in the log, which is what a demonstration and a trial need.
"""

import base64
import hmac
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, Sealed
from kernel.errors import Unavailable
from kernel.outbox import Errand, Queue, on
from kernel.work import Parts, Work

PATIENCE: Final = 5.0  # seconds for a gateway to answer
KEEP: Final = timedelta(days=184)  # the longest six months; logs are kept no shorter (FACTS.md, 3)
log = logging.getLogger(__name__)


class Channel(StrEnum):
    """By which way a message leaves."""

    SMS = "sms"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


class Message(Model):
    """One message to one recipient, and whether it went."""

    __tablename__ = "kernel_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    template: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(Sealed)  # a phone number, or a robot's address
    text: Mapped[str] = mapped_column(Sealed)
    mention: Mapped[str | None] = mapped_column(Sealed)  # whom a robot calls by name
    written_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(200))


def send_sms(work: Work, *, phone: str, template: str, text: str) -> None:
    """Owe a text message to *phone*."""
    _owe(work, Channel.SMS, template, phone, text, None)


def send_robot(work: Work, *, channel: Channel, url: str, text: str, mention: str | None) -> None:
    """Owe a message to a group's robot, which calls the owner of number *mention* by name."""
    _owe(work, channel, "robot", url, text, mention)


@on(Queue.OUTBOUND)
def send_message(work: Work, *, message_id: int) -> Errand | None:
    """Send one message.  A second run finds it sent."""
    message = work.session.get(Message, message_id)
    if message is None or message.sent_at is not None:
        return None
    request = _request(work.parts, message)

    def run(key: str) -> str:
        if request is None:
            log.debug("a text message, shown because SMS_URL is not set", extra={"row_id": key})
            return "shown"
        url, body, headers = request
        return work.parts.post(url, body, {**headers, "Idempotency-Key": key})

    def after(work: Work, answer: str) -> None:
        sent = work.session.get_one(Message, message_id, with_for_update=True)
        sent.sent_at, sent.answer = work.now(), answer[:200]

    return Errand(run, after)


@on(Queue.BULK)
def prune_messages(work: Work) -> None:
    """Forget messages whose time in the log is over."""
    work.session.execute(delete(Message).where(Message.written_at < work.now() - KEEP))


class HttpPost:
    """The real way out.  No redirects: an address that was allowed must not lead elsewhere."""

    def __call__(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> str:
        try:
            answer = httpx.post(
                url, json=body, headers=dict(headers), timeout=PATIENCE, follow_redirects=False
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"{urlsplit(url).hostname}: {type(error).__name__}") from error
        return answer.text


def _owe(
    work: Work, channel: Channel, template: str, recipient: str, text: str, mention: str | None
) -> None:
    message = Message(
        channel=channel,
        template=template,
        recipient=recipient,
        text=text,
        mention=mention,
        written_at=work.now(),
    )
    work.session.add(message)
    work.session.flush()
    work.later(send_message, message_id=message.id)


def _request(
    parts: Parts, message: Message
) -> tuple[str, Mapping[str, object], Mapping[str, str]] | None:
    match message.channel:
        case Channel.SMS:
            return _sms(parts, message)
        case Channel.WECOM:
            mentioned = [message.mention] if message.mention else []
            text = {"content": message.text, "mentioned_mobile_list": mentioned}
            return message.recipient, {"msgtype": "text", "text": text}, {}
        case Channel.DINGTALK:
            at = {"atMobiles": [message.mention] if message.mention else [], "isAtAll": False}
            body = {"msgtype": "text", "text": {"content": message.text}, "at": at}
            return _signed_dingtalk(message.recipient, parts.clock.now()), body, {}


def _sms(
    parts: Parts, message: Message
) -> tuple[str, Mapping[str, object], Mapping[str, str]] | None:
    """Return the request to the gateway, signed: HMAC-SHA256 of phone, line feed, text."""
    if not parts.settings.sms_url:
        return None
    said = f"{message.recipient}\n{message.text}".encode()
    signature = hmac.new(parts.settings.sms_key.encode(), said, sha256).hexdigest()
    body = {"phone": message.recipient, "text": message.text, "template": message.template}
    return parts.settings.sms_url, body, {"X-Signature": signature}


def _signed_dingtalk(url: str, now: datetime) -> str:
    """Sign the address as DingTalk's custom robots ask, where it carries ``#secret``.

    timestamp in milliseconds; sign = base64(HMAC-SHA256(secret, timestamp + line feed + secret)).
    """
    address, _, secret = url.partition("#")
    if not secret:
        return address
    stamp = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), sha256).digest()
    query = urlencode({"timestamp": stamp, "sign": base64.b64encode(digest).decode()})
    return f"{address}&{query}"
