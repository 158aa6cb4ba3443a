"""The signature under a day's seal: Ed25519 (RFC 8032), by a key that no database holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from points.errors import NoKey
from points.rules.hashing import pack


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs today, and the public keys that signed before it."""

    secret: Ed25519PrivateKey | None
    old: frozenset[bytes]

    @classmethod
    def read(cls, key: bytes, old: Iterable[bytes] = ()) -> "Signer":
        """Return what the settings say, which have looked at it; no key signs nothing."""
        return cls(Ed25519PrivateKey.from_private_bytes(key) if key else None, frozenset(old))

    @property
    def public(self) -> bytes:
        """The public key of today's, 32 bytes; none where nothing is signed."""
        return b"" if self.secret is None else self.secret.public_key().public_bytes_raw()

    @property
    def known(self) -> frozenset[bytes]:
        """Every public key whose signatures count."""
        return self.old | ({self.public} if self.secret is not None else frozenset())

    def sign(self, seal_hash: bytes) -> bytes:
        """Return the signature of a seal, 64 bytes.

        Raises:
            NoKey: there is no key.
        """
        if self.secret is None:
            raise NoKey("没有设 LEDGER_SIGN_KEY，封账不能签名。")
        return self.secret.sign(signed_text(seal_hash))


def signed_text(seal_hash: bytes) -> bytes:
    """Return the bytes that are signed, which are those of nothing else."""
    return pack("signed seal", seal_hash)


def is_signed(public: bytes, signature: bytes, seal_hash: bytes) -> bool:
    """Whether a signature is that of *public* under a seal."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, signed_text(seal_hash))
    except (InvalidSignature, ValueError):
        return False
    return True
