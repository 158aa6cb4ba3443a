"""Everything the deployment decides, read once and never changed."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

KEYS: Final = ("SECRET_KEY", "SEAL_KEYS", "INDEX_KEY")
SIGN_KEY: Final = "LEDGER_SIGN_KEY"  # a house starts without it, and its seals are not signed
STAFF_IDLE_MINUTES: Final = (
    240  # half a working day: long enough for a desk, too short for a lost phone
)
KEY_BYTES: Final = 32  # of Ed25519, secret or public
BACKUP_KEEP: Final = 14  # a night each, two weeks back

# Group robots of WeCom and DingTalk; a house with a gateway of its own names it instead.
ROBOT_URLS: Final = ("https://qyapi.weixin.qq.com/", "https://oapi.dingtalk.com/")


class Misconfigured(SystemExit):
    """The deployment cannot work as it is set up.  Its one sentence is for whoever runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The application's configuration; a missing value stops the start-up with a sentence.

    What opens something has ``repr=False``: neither a log nor an inspection shows it.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    seal_keys: tuple[str, ...] = field(repr=False)  # Fernet keys, the first seals, all of them open
    index_key: str = field(repr=False)  # finds a sealed phone number again without opening any
    ledger_sign_key: bytes = field(default=b"", repr=False)  # Ed25519; none = unsigned seals
    ledger_old_keys: tuple[bytes, ...] = ()  # public keys that signed before
    var: Path = Path("var")
    # "" = files under var/media; else s3://host/bucket
    media_url: str = field(default="", repr=False)
    media_key: str = field(default="", repr=False)
    media_secret: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    # A login that may change tables, where the other may not.
    migration_url: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    app_name: str = "平安码"
    hotline: str = "12345"  # the telephone number for whoever cannot use a phone's screen
    icp: str = ""
    police_icp: str = ""
    # "" = texts are shown on the operator's page and in the log
    sms_url: str = field(default="", repr=False)
    sms_key: str = field(default="", repr=False)
    voice_url: str = field(default="", repr=False)  # calls that read a text aloud
    voice_key: str = field(default="", repr=False)
    robot_url_allowed: tuple[str, ...] = ROBOT_URLS
    staff_idle_minutes: int = STAFF_IDLE_MINUTES
    backup_dir: Path | None = None  # where `flask backup` writes and the operator's page looks
    backup_keep: int = BACKUP_KEEP
    print_font: tuple[str, ...] = ()  # files that paper is set in: plain, and bold if there is one
    print_upper: bool = True  # printed links are in capitals, which saves a version of the code
    certificate_file: Path | None = None  # watched, so that somebody hears before it expires
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the settings from *env*, and keys that are not in it from ``VAR/keys.env``.

        Raises:
            Misconfigured: naming the setting that is missing or cannot be right.
        """
        var = Path(env.get("VAR") or "var").absolute()
        known = {**read_keys(Path(env.get("KEYS_FILE") or var / "keys.env")), **env}
        for name in ("DATABASE_URL", "REDIS_URL", *KEYS):
            if not known.get(name):
                raise Misconfigured(f"{name} is not set; `make run` sets it, see docs/deploy.md.")
        return cls(
            database_url=known["DATABASE_URL"],
            redis_url=known["REDIS_URL"],
            secret_key=known["SECRET_KEY"],
            seal_keys=tuple(known["SEAL_KEYS"].split(",")),
            index_key=known["INDEX_KEY"],
            ledger_sign_key=_sign_key(known.get("LEDGER_SIGN_KEY", "")),
            ledger_old_keys=_public_keys(known.get("LEDGER_OLD_KEYS", "")),
            var=var,
            media_url=known.get("MEDIA_URL", ""),
            media_key=known.get("MEDIA_KEY", ""),
            media_secret=known.get("MEDIA_SECRET", ""),
            public_url=_checked_url(known.get("PUBLIC_URL") or "http://127.0.0.1:8000"),
            migration_url=known.get("MIGRATION_DATABASE_URL") or None,
            trusted_proxies=_whole(known, "TRUSTED_PROXIES", 0),
            app_name=known.get("APP_NAME") or "平安码",
            hotline=known.get("HOTLINE") or "12345",
            icp=known.get("ICP", ""),
            police_icp=known.get("POLICE_ICP", ""),
            sms_url=known.get("SMS_URL", ""),
            sms_key=known.get("SMS_KEY", ""),
            voice_url=known.get("VOICE_URL", ""),
            voice_key=known.get("VOICE_KEY", ""),
            robot_url_allowed=_beginnings(known.get("ROBOT_URLS", "")),
            staff_idle_minutes=_whole(known, "STAFF_IDLE_MINUTES", STAFF_IDLE_MINUTES),
            backup_dir=_path(known, "BACKUP_DIR"),
            backup_keep=_whole(known, "BACKUP_KEEP", BACKUP_KEEP),
            print_font=_fonts(known.get("PRINT_FONT", "")),
            print_upper=_is_upper(known.get("PRINT_LINKS") or "upper"),
            certificate_file=_path(known, "CERTIFICATE_FILE"),
        )

    @property
    def is_https(self) -> bool:
        """Whether residents reach the site through https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


def read_keys(path: Path) -> dict[str, str]:
    """Return what the file of keys says, NAME=value by line; nothing where there is no file."""
    if not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise Misconfigured(f"PUBLIC_URL is {url!r}; it must look like https://example.gov.cn")
    return url.rstrip("/")


def _beginnings(text: str) -> tuple[str, ...]:
    """Return what a robot's address may begin with, each to the end of a host at least.

    "https://a.cn" alone would let "https://a.cn.elsewhere.com" pass.
    """
    found = [part.strip() for part in text.split(",") if part.strip()]
    for url in found:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
            raise Misconfigured(f"ROBOT_URLS has {url!r}; it must look like https://example.com/")
    return tuple(url if urlsplit(url).path else f"{url}/" for url in found) or ROBOT_URLS


def _sign_key(text: str) -> bytes:
    """Return a key that signs; "" is none."""
    try:
        key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        key = b""
    if text and len(key) != KEY_BYTES:
        raise Misconfigured(
            "LEDGER_SIGN_KEY is no Ed25519 key; `flask ledger new-key` makes one (docs/ledger.md)."
        )
    return key


def _public_keys(text: str) -> tuple[bytes, ...]:
    """Return public keys that signed before."""
    found = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not all(len(one) == 2 * KEY_BYTES and set(one) <= set("0123456789abcdef") for one in found):
        raise Misconfigured(
            "LEDGER_OLD_KEYS holds something that is no public key; each is 64 hexadecimal digits."
        )
    return tuple(map(bytes.fromhex, found))


def _fonts(text: str) -> tuple[str, ...]:
    """Return the files of fonts; whether they can be printed with is found out when it is."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if len(found) > 2 or not all(Path(part).is_absolute() for part in found):  # noqa: PLR2004 - plain and bold
        raise Misconfigured(f"PRINT_FONT is {text!r}; it must be one or two absolute paths.")
    return found


def _is_upper(text: str) -> bool:
    if text not in {"upper", "lower"}:
        raise Misconfigured(f"PRINT_LINKS is {text!r}; it must be upper or lower.")
    return text == "upper"


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]).absolute() if env.get(name) else None


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise Misconfigured(f"{name} is {text!r}; it must be a whole number.")
    return int(text)
