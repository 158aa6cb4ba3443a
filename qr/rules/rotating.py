"""The moving part of an activity's code: signed, new every minute, worth nothing soon after.

A picture of the screen that is passed on signs nobody in later.  The time is the server's.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from kernel import crockford
from kernel.moving import GRACE, SECONDS, moment_of, seconds_left, signed, step_at

__all__ = [
    "ENTRY_LETTERS",
    "GRACE",
    "LETTERS",
    "PATIENCE",
    "REMEMBERED",
    "SECONDS",
    "Entry",
    "Seen",
    "key_of",
    "look",
    "make_entry",
    "moment_of",
    "moving_part",
    "seconds_left",
    "step_at",
    "still_open",
]

# 40 bits: guesses are counted, and each is good for two minutes.  With the host, the token and
# 8 more the link still fits version 3 (QR.md, section 2).
LETTERS: Final = 8
# How far back a code that is over is known as one of ours: who comes late is no guesser.
REMEMBERED: Final = 60  # steps
# For how long a page that was opened in time takes a name: somebody has to write it first.
PATIENCE: Final = 10  # steps
ENTRY_LETTERS: Final = 16


class Seen(Enum):
    """What a moving part was when it was looked at."""

    NOW = auto()
    LATE = auto()  # it was right, some time ago
    WRONG = auto()  # never right for this code, or too long ago to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a page opened in time carries: it lets in one person, for a few minutes."""

    step: int
    key: str  # drawn for this page; each is used once
    proof: str


def key_of(secret: str) -> bytes:
    """Return the key of the screens, derived so that it opens nothing else."""
    return hmac.new(secret.encode(), b"pinganma: moving codes", hashlib.sha256).digest()


def moving_part(key: bytes, code_id: int, step: int) -> str:
    """Return what stands behind the token of a code during *step*."""
    return signed(key, f"step {code_id} {step}", LETTERS)


def look(key: bytes, code_id: int, text: str, *, now: datetime) -> Seen:
    """Return what *text*, as it stands in an address, is worth now.

    Every step is compared, whichever was right, so that nothing is learnt from the time it takes.
    """
    typed, at = _bytes(crockford.fold(text)), step_at(now)
    found = [
        hmac.compare_digest(moving_part(key, code_id, at - ago).encode(), typed)
        for ago in range(REMEMBERED + 1)
    ]
    if any(found[: GRACE + 1]):
        return Seen.NOW
    return Seen.LATE if any(found) else Seen.WRONG


def make_entry(key: bytes, code_id: int, once: str, *, now: datetime) -> Entry:
    """Return what a page of a code that was right is to carry; *once* is fresh and unguessable."""
    step = step_at(now)
    return Entry(step=step, key=once, proof=_proof(key, code_id, step, once))


def still_open(key: bytes, code_id: int, entry: Entry, *, now: datetime) -> bool:
    """Whether *entry* was made here, for this code, a few minutes ago at most."""
    right = _proof(key, code_id, entry.step, entry.key)
    genuine = hmac.compare_digest(right.encode(), _bytes(entry.proof))
    return genuine and 0 <= step_at(now) - entry.step <= PATIENCE


def _proof(key: bytes, code_id: int, step: int, once: str) -> str:
    return signed(key, f"entry {code_id} {step} {once}", ENTRY_LETTERS)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # compare_digest takes no other text than ASCII
