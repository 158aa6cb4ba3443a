"""Counts that a page adds to while somebody waits: in Redis, and lost rather than counted twice."""

import logging
import threading
from collections.abc import Mapping
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# A page waits so long for a Redis that does not answer, and after that one in so many pages.
PATIENCE: Final = 0.25  # seconds
PASSED_OVER: Final = 200
log = logging.getLogger(__name__)


class RedisTally:
    """Adds to named counts at once; taking them out empties them."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._passing = 0
        self._lock = threading.Lock()

    def add(self, name: str, field: str) -> None:
        """Count one under *field*.  While Redis is away hardly any page asks for it."""
        with self._lock:
            if self._passing:
                self._passing -= 1
                return
        try:
            self.redis.hincrby(f"tally:{name}", field, 1)
        except RedisError as error:
            with self._lock:
                self._passing = PASSED_OVER
            log.warning("nothing is tallied", extra={"error": str(error)})

    def take(self, name: str) -> Mapping[str, int]:
        """Take all counts out, so that nobody is ever given them again.

        They are gone from Redis before the caller has written anything down: whoever dies in
        between loses them, and nothing counts twice.  Nothing is returned while Redis is away.
        """
        key = f"tally:{name}"
        try:
            with self.redis.pipeline(transaction=True) as both:
                both.hgetall(key)
                both.delete(key)
                found: dict[bytes, bytes] = both.execute()[0]
        except RedisError as error:
            log.warning("no tally is taken", extra={"error": str(error)})
            return {}
        return {field.decode(): int(count) for field, count in found.items()}

    def close(self) -> None:
        """Let go of the connections to Redis."""
        self.redis.close()
