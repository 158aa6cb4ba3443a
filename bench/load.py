"""Sends requests to this machine: a bounded number, from a bounded number of threads."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

THREADS: Final = 8
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


def request(
    method: str, url: str, fields: dict[str, str] | None = None, *, sender: int = 0
) -> Answer:
    """Send one request over this thread's kept connection, as if from phone number *sender*.

    Each phone has an address of its own: a thousand from one would be turned away.
    """
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1":
        raise ValueError("load goes to this machine only")
    body = urlencode(fields).encode() if fields else None
    headers = {"X-Forwarded-For": f"10.{sender >> 16 & 255}.{sender >> 8 & 255}.{sender & 255}"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    for attempt in range(2):
        connection = _connection(parts.netloc, fresh=attempt > 0)
        try:
            connection.request(method, parts.path, body, {**headers, "Accept": "application/json"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), time.perf_counter() - began)
        except (http.client.HTTPException, ConnectionError):
            continue  # the server closed a kept connection; once more on a new one
    raise ConnectionError(url)


def many(count: int, send: Callable[[int], Answer]) -> list[Answer]:
    """Send *count* requests as fast as eight threads can."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(send, range(count)))


def steadily(per_second: float, seconds: float, send: Callable[[int], Answer]) -> list[Answer]:
    """Send *per_second* requests each second, on time whatever the answers take."""
    count, began = int(per_second * seconds), time.perf_counter()

    def at_its_time(number: int) -> Answer:
        time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        return send(number)

    with ThreadPoolExecutor(4 * THREADS) as pool:
        return list(pool.map(at_its_time, range(count)))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that *percent* of *values* do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _connection(host: str, *, fresh: bool) -> http.client.HTTPConnection:
    kept: http.client.HTTPConnection | None = getattr(_local, host, None)
    if kept is None or fresh:
        kept = http.client.HTTPConnection(host, timeout=30)
        setattr(_local, host, kept)
    return kept
