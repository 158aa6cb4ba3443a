"""Personal data at rest: sealed with a key that lies outside the database and its backups."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kernel.settings import Misconfigured

PROBE: Final = "平安码"
PRINT: Final = b"pinganma: which key is this"


class Keyring:
    """Seals and opens texts.  The first key seals; every key opens, so keys can be changed.

    Raises:
        Misconfigured: if a key is not a Fernet key (32 bytes in URL-safe base64).
    """

    def __init__(self, seal_keys: Sequence[str], index_key: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in seal_keys])
        except ValueError:
            raise Misconfigured(
                "SEAL_KEYS holds something that is no key; see docs/deploy.md."
            ) from None
        self._keys = tuple(seal_keys)
        self._first = Fernet(seal_keys[0])
        self._index_key = index_key.encode()

    def seal(self, text: str) -> str:
        """Return *text* sealed; twice the same text gives two different results."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Raises:
            Misconfigured: if it was sealed with a key that is not on this ring.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Misconfigured(
                "SEAL_KEYS does not hold the key this data was sealed with."
            ) from None

    def index(self, text: str) -> str:
        """Return a fingerprint by which the same text is found again, and nothing else learnt."""
        return hmac.new(self._index_key, text.encode(), sha256).hexdigest()

    def has_first(self, sealed: str) -> bool:
        """Whether the first key opens it, so that the others are not needed for it."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def fingerprints(self) -> tuple[str, tuple[str, ...]]:
        """Return by what the index key and each seal key are known again; they tell nothing."""
        return _fingerprint(self._index_key), tuple(_fingerprint(k.encode()) for k in self._keys)


def _fingerprint(key: bytes) -> str:
    return hmac.new(key, PRINT, sha256).hexdigest()[:16]
