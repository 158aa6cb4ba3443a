"""A PostgreSQL of one's own, with its ordinary promises, that can be killed and comes up again."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import psycopg

PATIENCE: Final = 60.0
DATABASE: Final = "torture"


def find_programs() -> Path:
    """Return the folder with initdb and postgres; of several versions the newest."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = known[-1] if known else Path(shutil.which("initdb") or "initdb")
    return found.resolve().parent


class Cluster:
    """One cluster in a folder of its own.  The postmaster is our child: who kills it knows."""

    def __init__(self) -> None:
        self.place = Path(mkdtemp(prefix="torture-"))
        self.place.chmod(0o711)  # the user postgres has to reach its own folder in it
        self.programs = find_programs()
        self.home = self.place / "postgres"
        self.home.mkdir(mode=0o700)
        self.user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        if self.user:
            shutil.chown(self.home, self.user)
        self._run(
            "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        self.process = self._start()
        self.wait()
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    @property
    def url(self) -> str:
        """The database's address for SQLAlchemy."""
        return f"postgresql://postgres@/{DATABASE}?host={self.home}"

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """Return a connection that commits each statement."""
        return psycopg.connect(
            host=str(self.home), user="postgres", dbname=database, autocommit=True
        )

    def kill_postmaster(self) -> None:
        """Kill it as by a power cut, but for the disk; its children end when they notice."""
        self.process.kill()
        self.process.wait()

    def kill_backend(self, *, hard: bool) -> bool:
        """End one connection at work: alone, or with SIGKILL, after which all of them go down."""
        with suppress(psycopg.OperationalError), self.connect() as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
                " ORDER BY state = 'idle', random() LIMIT 1",
                [DATABASE],
            ).fetchone()
            if found and hard:
                os.kill(found[0], signal.SIGKILL)
            elif found:
                connection.execute("SELECT pg_terminate_backend(%s)", found)
            return found is not None
        return False

    def start(self) -> None:
        """Start it again.  It refuses as long as a child of the one before is still there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.process = self._start()
            if self._answers():
                return
        raise TimeoutError(self.log())

    def wait(self) -> None:
        """Wait until it takes connections."""
        if not self._answers():
            raise TimeoutError(self.log())

    def log(self) -> str:
        """Return the last of what the server said."""
        return "\n".join((self.home / "log").read_text().splitlines()[-20:])

    def remove(self) -> None:
        """Take it down, and its folder with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
        shutil.rmtree(self.place)

    def _answers(self) -> bool:
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return True
            time.sleep(0.05)
        return False

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.home,
            user=self.user,
            group=self.user,
            check=True,
            capture_output=True,
        )

    def _start(self) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home),
            "unix_socket_permissions": "0777",
            "max_connections": "40",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
        }
        self.home.chmod(0o755)
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [
                    self.programs / "postgres",
                    "-D",
                    "data",
                    *[f"--{name}={value}" for name, value in options.items()],
                ],
                cwd=self.home,
                user=self.user,
                group=self.user,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us
            )
