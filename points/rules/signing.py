"""The signature under a day's seal: Ed25519 (RFC 8032), by a key that no database holds."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from points.errors import NoKey
from points.rules.hashing import pack

LENGTH: Final = 32  # bytes of a key, secret or public
WRONG: Final = (
    "LEDGER_SIGN_KEY 不是一把签名钥匙：要 43 或 44 个字母数字，用 flask ledger new-key 生成。"
)
WRONG_OLD: Final = "LEDGER_OLD_KEYS 里要写从前的公钥，每把 64 个十六进制字，用逗号分开。"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs today, and the public keys that signed before it."""

    secret: Ed25519PrivateKey | None
    old: frozenset[bytes]

    @classmethod
    def read(cls, key: str, old: tuple[str, ...] = ()) -> "Signer":
        """Read what the settings say; "" is no key: then nothing is signed.

        Raises:
            NoKey: something is none.
        """
        try:
            raw = urlsafe_b64decode(key + "=" * (-len(key) % 4))
            secret = Ed25519PrivateKey.from_private_bytes(raw) if key else None
        except ValueError as error:
            raise NoKey(WRONG) from error
        try:
            known = frozenset(bytes.fromhex(one) for one in old)
        except ValueError as error:
            raise NoKey(WRONG_OLD) from error
        if any(len(one) != LENGTH for one in known):
            raise NoKey(WRONG_OLD)
        return cls(secret, known)

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
