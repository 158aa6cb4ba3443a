"""The only module that may ask the machine for something unguessable."""

import secrets
from typing import Protocol


class Chance(Protocol):
    """A source of values nobody can guess."""

    def token(self) -> str:
        """Return a fresh URL-safe token with at least 128 bits of entropy."""
        ...

    def letters(self, alphabet: str, count: int) -> str:
        """Return *count* characters, each drawn evenly from *alphabet*."""
        ...


class SystemChance:
    """The operating system's random source."""

    def token(self) -> str:
        return secrets.token_urlsafe(16)

    def letters(self, alphabet: str, count: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))
