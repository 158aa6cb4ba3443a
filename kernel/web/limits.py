"""How often the same address may try: generous for pages, tight for guesses."""

import logging
from collections.abc import Sequence
from typing import Final

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse_many
from redis.backoff import NoBackoff
from redis.retry import Retry

from kernel.errors import TooMany

# A carrier puts a whole village behind one address, so the ordinary limits are
# wide.  A resident with a printed code never misses, so misses are few.
PAGES: Final = "1200 per minute"
MISSES: Final[dict[str, list[RateLimitItem]]] = {
    "token": parse_many("60 per hour"),
    "receipt": parse_many("30 per hour"),
    "outside": parse_many("30 per hour"),
    "sign-in": parse_many("20 per minute; 60 per hour"),
    "device": parse_many("5 per 15 minute"),
    "phone-code": parse_many("20 per minute; 30 per hour"),
    "household": parse_many("20 per hour"),
    "moving": parse_many("60 per hour"),
    "own-code": parse_many("30 per hour"),
}
# What is sent is limited where it pours: so wide that a village behind one address does not meet it
# on the evening its lights go out, so narrow that a script does within minutes.  No limit counts
# a code or a place alone: then whoever floods it from afar would silence all who stand there.
SENT: Final[dict[str, list[RateLimitItem]]] = {
    "report": parse_many("600 per hour"),  # from one address
    "report-here": parse_many("120 per hour"),  # from one address at one code
    "attend": parse_many("600 per hour"),  # from one address: a whole hall may share one
    "wrong-code": parse_many("60 per hour"),  # from one address
    "complaint": parse_many("60 per hour"),  # from one address
    "add": parse_many("40 per day"),  # to one receipt, from wherever
}
log = logging.getLogger(__name__)

# A page waits so long for a Redis that does not answer: once when it goes away, then for a look
# now and then whether it is back (after 1, 2, 4 ... 32 seconds), never at every request.
PATIENCE: Final = 0.25  # seconds


def make_limiter() -> Limiter:
    """Return a limiter that counts by address, in memory while its storage is away."""
    return Limiter(
        key_func=get_remote_address,
        default_limits=[PAGES],
        in_memory_fallback_enabled=True,
        headers_enabled=False,
        swallow_errors=True,
        strategy="fixed-window",
    )


limiter = make_limiter()


def install_limits(app: Flask, redis_url: str, *, using: Limiter = limiter) -> None:
    """Count in Redis, for all processes together; in memory while Redis is away."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_storage(redis_url),
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
            # The client's own default is to wait and try three times more.
            "retry": Retry(NoBackoff(), 0),
        },
        RATELIMIT_KEY_PREFIX="limits",
    )
    app.extensions["limits"] = using
    using.init_app(app)


def count_miss(kind: str) -> None:
    """Count a guess that was wrong, or one before it is looked at: see `forgive_miss`.

    Raises:
        TooMany: if this address has guessed wrong too often.
    """
    if _hit(MISSES[kind], kind, get_remote_address()) is False:
        raise TooMany("试的次数太多了，请过一小时再试，或者打电话给我们。")


def count_sent(kind: str, sentence: str, *, at: str = "") -> None:
    """Count something this address sends, in all or *at* one place.

    Raises:
        TooMany: with *sentence*, if that was too much within its time.
    """
    if _hit(SENT[kind], kind, get_remote_address(), at) is False:
        raise TooMany(sentence)


def count_added(number: str, sentence: str) -> None:
    """Count something that is added to one receipt, from whichever address.

    Raises:
        TooMany: with *sentence*, if that was too much within its time.
    """
    if _hit(SENT["add"], "add", number) is False:
        raise TooMany(sentence)


def forgive_miss(kind: str) -> None:
    """Take back what was counted before the guess turned out to be right.

    What takes long to look at is counted first, or many guesses at once would pass together.
    """
    _hit(MISSES[kind], kind, get_remote_address(), cost=-1)


def count_own(kind: str, whose: str) -> bool:
    """Count a guess against *whose* own number; whether it may be looked at on that account.

    Where nothing can be counted it may not.
    """
    return _hit(MISSES[kind], kind, whose) is True


def forgive_own(kind: str, whose: str) -> None:
    """Take back what was counted against *whose* own number: the guess was right."""
    _hit(MISSES[kind], kind, whose, cost=-1)


def _hit(limits: Sequence[RateLimitItem], kind: str, *of: str, cost: int = 1) -> bool | None:
    """Count by *cost*; whether that is within every limit, or None if it could not be counted."""
    try:
        counting: Limiter = current_app.extensions["limits"]
        within = [counting.limiter.hit(most, kind, *of, cost=cost) for most in limits]
    except Exception as error:  # noqa: BLE001 - a limiter that fails must not fail the page
        log.warning("nothing is counted", extra={"error": str(error)})
        return None
    if not all(within):
        log.warning("too many", extra={"kind": kind, "path": request.path[:20]})
    return all(within)


def _storage(redis_url: str) -> str:
    """Return the address as the limits library spells it."""
    return redis_url.replace("unix://", "redis+unix://", 1)
