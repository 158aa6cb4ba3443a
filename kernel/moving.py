"""Codes that move: signed, new every minute, worth nothing soon after, by the server's clock."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

from kernel import crockford

SECONDS: Final = 60  # for which one code is shown
GRACE: Final = 1  # steps for which it is taken afterwards: phones are slow, and so are hands


def step_at(moment: datetime) -> int:
    """Return the number of the step in which *moment* lies."""
    return int(moment.timestamp() // SECONDS)


def moment_of(step: int) -> datetime:
    """Return when a step began, aware and in UTC."""
    return datetime.fromtimestamp(step * SECONDS, UTC)


def seconds_left(moment: datetime) -> int:
    """Return the whole seconds after which the next step has begun: 1 to 60."""
    return SECONDS - int(moment.timestamp() % SECONDS)


def signed(key: bytes, text: str, letters: int, *, alphabet: str = crockford.ALPHABET) -> str:
    """Return *letters* of *alphabet* that only who holds *key* can say of *text*."""
    message = text.encode("utf-8", "surrogatepass")
    number = int.from_bytes(hmac.new(key, message, hashlib.sha256).digest())
    drawn = []
    for _ in range(letters):
        number, value = divmod(number, len(alphabet))
        drawn.append(alphabet[value])
    return "".join(drawn)
