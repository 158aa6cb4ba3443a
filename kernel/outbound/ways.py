"""The ways out of the house: gateways for texts and calls, and group robots."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from kernel.errors import Unavailable, Unwanted
from kernel.late import late
from kernel.outbound.models import Channel, Message
from kernel.settings import Settings
from kernel.work import Parts

if TYPE_CHECKING:
    import httpx
else:
    httpx = late("httpx")

PATIENCE: Final = 5.0  # seconds for a gateway to answer
# What no second try would change; a wrong key (401, 403) somebody will put right.
FOR_GOOD: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
HEAD: Final = 3
TAIL: Final = 4

Request = tuple[str, Mapping[str, object], Mapping[str, str]]


class HttpPost:
    """The real way out.  No redirects: an address that was allowed must not lead elsewhere."""

    def __call__(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> str:
        # A robot's address is its password.  httpx writes it into its exceptions, so ours is raised
        # where none of those is under way: "from None" would hide it and yet keep it.
        answer = self._answer(url, body, headers)
        if isinstance(answer, httpx.Response) and answer.is_success:
            return answer.text
        host = urlsplit(url).hostname
        if isinstance(answer, httpx.Response):
            kind = Unwanted if answer.status_code in FOR_GOOD else Unavailable
            raise kind(f"{host}: {answer.status_code}")
        raise Unavailable(f"{host}: {answer}")

    @staticmethod
    def _answer(
        url: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> "httpx.Response | str":
        """Return what came, or the name of what went wrong."""
        try:
            return httpx.post(
                url, json=body, headers=dict(headers), timeout=PATIENCE, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__


def request_for(parts: Parts, message: Message) -> Request | None:
    """Return what to post where; None where there is no gateway, so that it is only shown."""
    match message.channel:
        case Channel.SMS | Channel.VOICE:
            return _signed(*gateway(parts.settings, message.channel), message)
        case Channel.WECOM:
            mentioned = [message.mention] if message.mention else []
            text = {"content": message.text, "mentioned_mobile_list": mentioned}
            return message.recipient, {"msgtype": "text", "text": text}, {}
        case Channel.DINGTALK:
            at = {"atMobiles": [message.mention] if message.mention else [], "isAtAll": False}
            body = {"msgtype": "text", "text": {"content": message.text}, "at": at}
            return _signed_dingtalk(message.recipient, parts.clock.now()), body, {}


def refusal_in(channel: Channel, said: str) -> str | None:
    """Return why a robot did not take what it answered 200 to; None where it did.

    WeCom and DingTalk say it in the body: {"errcode": 0, "errmsg": "ok"}, or another number.
    """
    if channel not in {Channel.WECOM, Channel.DINGTALK}:
        return None
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or "errcode" not in answer:
        return "群机器人的回答看不懂，不算发出"
    if str(answer["errcode"]) == "0":
        return None
    return f"群机器人没有收下（{answer['errcode']}）：{answer.get('errmsg', '')}"


def gateway(settings: Settings, channel: Channel) -> tuple[str, str]:
    """Return address and key of the gateway for texts or calls; "" where there is none."""
    if channel is Channel.VOICE:
        return settings.voice_url, settings.voice_key
    return settings.sms_url, settings.sms_key


def masked(message: Message) -> str:
    """Return whom it went to as a log shows it: 138****5678, of a robot only the host."""
    if message.channel in {Channel.WECOM, Channel.DINGTALK}:
        return urlsplit(message.recipient).hostname or ""
    number = message.recipient
    hidden = max(len(number) - HEAD - TAIL, TAIL)
    return f"{number[:HEAD]}{'*' * hidden}{number[-TAIL:] if len(number) > HEAD + TAIL else ''}"


def _signed(url: str, key: str, message: Message) -> Request | None:
    """Return the request to a gateway, signed: HMAC-SHA256 of phone, line feed, text."""
    if not url:
        return None
    said = f"{message.recipient}\n{message.text}".encode()
    signature = hmac.new(key.encode(), said, sha256).hexdigest()
    body = {"phone": message.recipient, "text": message.text, "template": message.template}
    return url, body, {"X-Signature": signature}


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
