"""Chance that repeats itself: the same seed draws the same district."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class SeededChance:
    """SHA-256 of seed and a counter.  Nothing here is secret, so nothing may be outside a demo.

    It also stands in for ``kernel.chance.Chance`` while a demo is loaded.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def branch(self, name: str) -> "SeededChance":
        """Return another source of the same seed, which what is drawn here does not shift."""
        return SeededChance(f"{self._seed}/{name}")

    def token(self) -> str:
        return self._digest().hex()[:32]

    def letters(self, alphabet: str, count: int) -> str:
        return "".join(alphabet[self.below(len(alphabet))] for _ in range(count))

    def below(self, limit: int) -> int:
        """Return a whole number from 0 on, less than *limit*."""
        return int.from_bytes(self._digest()[:8]) % limit

    def between(self, least: int, most: int) -> int:
        """Return a whole number from *least* to *most*, both included."""
        return least + self.below(most - least + 1)

    def happens(self, percent: int) -> bool:
        """Whether something comes about that does in so many cases out of a hundred."""
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        """Return one of *things*."""
        return things[self.below(len(things))]

    def _digest(self) -> bytes:
        self._drawn += 1
        return sha256(f"{self._seed}:{self._drawn}".encode()).digest()
