"""What is to be started, where, and on what."""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kernel.chance import SystemChance
from kernel.late import late
from kernel.settings import KEYS, SIGN_KEY, Misconfigured, read_keys
from launch.gate import GATE
from launch.machine import MARK, bracketed, find_redis, lan_address

if TYPE_CHECKING:
    import sqlalchemy as sa
    from cryptography import fernet
else:
    sa = late("sqlalchemy")
    fernet = late("cryptography.fernet")

LONGEST_SOCKET: Final = 90  # characters; a unix socket's path may not be longer than 107
WEB_WORKERS: Final = 2
DEMOS: Final[Mapping[str, tuple[str, ...]]] = {
    "full": ("demo", "load"),
    "small": ("demo", "load", "--small"),
    "none": (),
}
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, never chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be started, where, and on what."""

    var: Path
    sockets: Path  # 0700; var/run, or a short path where that one is too long
    host: str
    port: int
    env: Mapping[str, str]  # of every process; ops/supervisord.conf is filled in from it

    @property
    def address(self) -> str:
        """Where this machine reaches the site itself."""
        return EVERYWHERE.get(self.host, self.host)

    @property
    def own_redis(self) -> bool:
        """Whether Redis is ours to start; else REDIS_URL names one kept by somebody else."""
        return bool(self.env["REDIS_PROGRAM"])

    @property
    def demo(self) -> tuple[str, ...]:
        """The command that fills an empty database; () if nothing should."""
        return DEMOS[self.env["DEMO"]]

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def gate(self) -> Path:
        """Where web and workers wait until the database is ready."""
        return Path(self.env[GATE])

    @property
    def control_socket(self) -> Path:
        return self.sockets / "supervisor.sock"


def make_plan(env: Mapping[str, str]) -> Plan:
    """Decide from *env* what to start; makes VAR and its folders, and starts nothing.

    Raises:
        Misconfigured: naming the setting that cannot be right.
    """
    var = Path(env.get("VAR") or "var").absolute()
    host, port = env.get("HOST") or "127.0.0.1", _port(env.get("PORT") or "8000")
    sockets = _folders(var)
    program = "" if env.get("REDIS_URL") else find_redis()
    shown = lan_address() if host in EVERYWHERE else host
    demo = env.get("DEMO") or "full"
    if demo not in DEMOS:
        raise Misconfigured(f"DEMO is {demo!r}; it must be one of {', '.join(DEMOS)}.")
    told = {
        **env,
        "DEMO": demo,
        MARK: str(var),
        "VAR": str(var),
        "HOST": host,
        "PORT": str(port),
        "WEB_WORKERS": env.get("WEB_WORKERS") or str(WEB_WORKERS),
        "PUBLIC_URL": env.get("PUBLIC_URL") or f"http://{bracketed(shown)}:{port}",
        "DATABASE_URL": database_url(env.get("DATABASE_URL"), var),
        "REDIS_URL": env.get("REDIS_URL") or f"unix://{quote(str(sockets / 'redis.sock'))}?db=0",
        "PYTHON": sys.executable,
        "REDIS_PROGRAM": program,
        "OWN_REDIS": str(bool(program)).lower(),
        GATE: str(sockets / "gate"),
        "SOCKETS": str(sockets),
    }
    return Plan(var=var, sockets=sockets, host=host, port=port, env=told)


def database_url(given: str | None, var: Path) -> str:
    """Return the database to use: *given*, or SQLite under *var*.

    Raises:
        Misconfigured: it is no URL, or SQLite's path depends on who asks.
    """
    if not given:
        return f"sqlite:///{var / 'app.db'}"
    try:
        url = sa.make_url(given)
    except sa.exc.ArgumentError:
        raise Misconfigured("DATABASE_URL is not the URL of a database.") from None
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_absolute():
        raise Misconfigured("DATABASE_URL: SQLite wants an absolute path, sqlite:////like/this.db")
    return given


def ensure_keys(env: Mapping[str, str], *, holds_data: bool) -> None:
    """Make the keys that are missing, once; readable by nobody else.

    Raises:
        Misconfigured: there is data already, which new keys could never open.
    """
    path = Path(env.get("KEYS_FILE") or Path(env["VAR"]) / "keys.env")
    kept = read_keys(path)
    missing = [name for name in (*KEYS, SIGN_KEY) if not (kept.get(name) or env.get(name))]
    if not set(missing) - {SIGN_KEY}:  # who has set keys decides about this one too
        return
    if holds_data:
        lost = ", ".join(name for name in missing if name != SIGN_KEY)
        raise Misconfigured(
            f"{lost} not found in {path}, but the database holds data that only the "
            "old keys open. Put the file back from where you keep it; no new keys were made."
        )
    made = {name: _new_key(name) for name in missing}
    lines = [f"{name}={value}\n" for name, value in (kept | made).items()]
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Keep a copy, but never beside a backup of the database.\n" + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _new_key(name: str) -> str:
    if name in {
        "SEAL_KEYS",
        SIGN_KEY,
    }:  # both are 32 random bytes in base64 (RFC 8032 for a sign key)
        return fernet.Fernet.generate_key().decode()
    return SystemChance().token() + SystemChance().token()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**16:
        raise Misconfigured(f"PORT is {text!r}; it must be a number between 1 and 65535.")
    return int(text)


def _folders(var: Path) -> Path:
    short = sha256(str(var).encode()).hexdigest()[:12]
    sockets = var / "run"
    if len(str(sockets / "supervisor.sock")) > LONGEST_SOCKET:
        sockets = Path(tempfile.gettempdir()) / f"pinganma-{os.getuid()}-{short}"
    try:
        for folder in (var, *(var / name for name in ("run", "log", "redis", "media")), sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sockets.stat().st_uid != os.getuid():
            raise Misconfigured(f"{sockets} belongs to somebody else; it must be yours.")
        sockets.chmod(0o700)
    except OSError as error:
        raise Misconfigured(f"VAR={var} cannot be used: {error.strerror}.") from None
    return sockets
