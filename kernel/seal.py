"""Personal data at rest: sealed with a key that lies outside the database and its backups."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kernel.settings import Misconfigured

PROBE: Final = "平安码"


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
