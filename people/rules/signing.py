"""What opens a door: logins, passwords, one-time codes, and how often a wrong one may be tried."""

import hmac
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.chance import Chance
from people.errors import BadField, WeakPassword

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Nobody's password: an unknown login is compared with it, so that it costs the same time.
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$OG1m8N6LgQFPAFeixQwOew"
    "$/pUQzodfgE66UCVziUaqan6Xy+AFwOV6afMxyyKSIBc"
)
LEAST_PASSWORD: Final = 10
MOST_PASSWORD: Final = 128
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SESSION: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?(?:-([A-Za-z0-9_-]{8,64}))?")
_DEVICE: Final = re.compile(r"([a-z0-9][a-z0-9._-]{2,39}):([0-9]{1,9}):[A-Za-z0-9_-]{8,64}")
# Without what is mistaken for something else when it is read out or copied from paper.
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 3
_GROUP: Final = 4  # 12 letters of 31: 59 bits, and it lives until the first sign-in

FAILURES_A_LOCK: Final = 5
FIRST_LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(hours=4)  # longer would let a stranger keep someone from work

TOTP_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOTP_LENGTH: Final = 32  # base32: 160 bits, as RFC 4226 recommends
_STEP: Final = 30  # seconds, RFC 6238
_DRIFT: Final = 1  # steps a phone's clock may be off, either way

CODE_LIFE: Final = timedelta(minutes=5)
MOST_CODE_TRIES: Final = 5
# As the gateways limit verification codes (domain/FACTS.md, section 3, 短信).
CODE_LIMITS: Final[Sequence[tuple[timedelta, int]]] = (
    (timedelta(minutes=1), 1),
    (timedelta(hours=1), 5),
    (timedelta(days=1), 10),
)


def folded_login(typed: str) -> str:
    """Return a login as it is looked up; without NUL, which PostgreSQL would refuse."""
    return typed.strip().lower().replace("\0", "")


def checked_login(login: str) -> str:
    """Return *login* as it is kept: lower case.

    Raises:
        BadField: if it is not 3 to 40 letters, digits, dots, dashes or underscores.
    """
    kept = login.strip().lower()
    if not _LOGIN.fullmatch(kept):
        raise BadField("登录名要 3 到 40 个小写字母、数字、点或短横")
    return kept


def checked_phone(phone: str) -> str:
    """Return a mobile number as its 11 digits, however it was typed.

    Raises:
        BadField: if it is no mobile number of mainland China.
    """
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", phone))
    digits = digits.removeprefix("+86").removeprefix("0086")
    if not (digits.isascii() and _MOBILE.fullmatch(digits)):
        raise BadField("手机号要 11 位数字")
    return digits


def checked_password(password: str, *, login: str) -> str:
    """Return *password* if it may be one.

    Length counts and nothing else has to be in it (NIST SP 800-63B, 5.1.1.2).

    Raises:
        WeakPassword: if it is short, known to everybody, or the login with something around it.
    """
    folded = _folded(password).casefold()
    if len(folded) < LEAST_PASSWORD:
        raise WeakPassword(
            "密码至少要 %(least)s 位。长一点就好，不必夹杂符号。", least=LEAST_PASSWORD
        )
    if len(folded) > MOST_PASSWORD:
        raise WeakPassword("密码最多 %(most)s 位。", most=MOST_PASSWORD)
    if login in folded:
        raise WeakPassword("密码里不要有登录名。")
    if folded in _common() or len(set(folded)) == 1:
        raise WeakPassword("这个密码太常见，别人一猜就中，请换一个。")
    return password


def hash_password(password: str, *, chance: Chance) -> str:
    """Return what is kept of *password*; the salt comes from *chance*."""
    salt = sha256(chance.token().encode()).digest()[:16]
    return _HASHER.hash(_bytes(password), salt=salt)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether *password* is what *hashed* was made of; where there is none, no, after as long."""
    if len(password) > 2 * MOST_PASSWORD:
        password, hashed = "", None
    try:
        _HASHER.verify(hashed or _NOBODY, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def issued_password(chance: Chance) -> str:
    """Return a fresh one-time password that can be read out and typed."""
    letters = chance.letters(_READABLE, _GROUPS * _GROUP)
    return "-".join(letters[n : n + _GROUP] for n in range(0, len(letters), _GROUP))


def lock_span(failures: int) -> timedelta | None:
    """Return how long an account is locked after the *failures*-th wrong try in a row, if at all.

    Every fifth locks: 15 minutes, then twice as long each time, at most 4 hours.
    """
    if failures == 0 or failures % FAILURES_A_LOCK:
        return None
    doublings = min(failures // FAILURES_A_LOCK - 1, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def totp_step(secret: str, code: str, *, now: datetime, last: int = 0) -> int | None:
    """Return the time step that *code* belongs to, or None if it is wrong or was used before.

    Args:
        secret: in base32, as the phone has it.
        code: six digits; spaces do not matter.
        now: aware; a phone may be 30 s ahead or behind.
        last: the step of the last code that counted; it and older ones do not count again.
    """
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
    current = int(now.timestamp()) // _STEP
    machine = pyotp.TOTP(secret, interval=_STEP)
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        right = hmac.compare_digest(machine.generate_otp(step).encode(), _bytes(typed))
        if right and step > last:
            return step
    return None


def totp_uri(secret: str, *, login: str, issuer: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret, interval=_STEP).provisioning_uri(name=login, issuer_name=issuer)


def wait_for_code(sent_at: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long this phone must wait for another code; zero if it need not."""
    newest_first = sorted(sent_at, reverse=True)
    waits = [
        newest_first[most - 1] + span - now
        for span, most in CODE_LIMITS
        if len(newest_first) >= most
    ]
    return max([timedelta(), *waits])


def as_session(person_id: int, epoch: int | None, key: str = "") -> str:
    """Return what the cookie keeps: who, for staff which epoch of the account, and which session.

    The *key* makes this session another than every other one, so that it can be ended alone.
    """
    who = str(person_id) if epoch is None else f"{person_id}.{epoch}"
    return f"{who}-{key}" if key else who


def from_session(kept: str) -> tuple[int, int | None] | None:
    """Read who it is from what `as_session` wrote; None for anything else."""
    found = _SESSION.fullmatch(kept) if kept.isascii() else None
    if found is None:
        return None
    return int(found[1]), None if found[2] is None else int(found[2])


def is_single(kept: str) -> bool:
    """Whether what a cookie keeps names one session; those of older versions do not."""
    found = _SESSION.fullmatch(kept) if kept.isascii() else None
    return found is not None and found[3] is not None


def as_device(login: str, epoch: int, key: str) -> str:
    """Return what a device keeps of an account that it opened: which one, and in which epoch.

    The *key* makes this device another than every other one, so that its misses count alone.
    """
    return f"{login}:{epoch}:{key}"


def read_device(kept: str) -> str | None:
    """Return what `as_device` wrote, None for anything else."""
    return kept if _DEVICE.fullmatch(kept) else None


def epoch_of_device(kept: str, *, login: str) -> int | None:
    """Return in which epoch a device opened the account *login*; None if it opened another one."""
    found = _DEVICE.fullmatch(kept)
    return int(found[2]) if found is not None and found[1] == login else None


def session_hash(kept: str) -> str:
    """Return by what a session that was ended is known again; no cookie can be made of it."""
    return sha256(kept.encode()).hexdigest()


def _folded(password: str) -> str:
    """Return the same password however a keyboard wrote it (full-width digits, for one)."""
    return unicodedata.normalize("NFKC", password)


def _bytes(typed: str) -> bytes:
    return _folded(typed).encode("utf-8", "surrogatepass")


@cache
def _common() -> frozenset[str]:
    text = files("people").joinpath("data", "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
