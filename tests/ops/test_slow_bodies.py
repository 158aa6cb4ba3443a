"""People whose line hangs in the middle of a form keep nobody else from the site for long."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from launch.machine import ROOT
from tests.conftest import INDEX_KEY, REDIS_URL, SEAL_KEY
from tests.ops.test_production import free_port, process, until

pytestmark = pytest.mark.once(beside="browser")  # mostly waits, and asks no database of the run
HANGING = 20  # more than two processes have threads
HEAD = (
    "POST /staff/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
)


def answers(port: int, patience: float = 60.0) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=patience) as page:
            return bool(page.status == 200)
    except OSError:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": f"sqlite:///{tmp_path}/app.db",
        "REDIS_URL": REDIS_URL,
        "VAR": str(tmp_path),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "test",
        "SEAL_KEYS": SEAL_KEY,
        "INDEX_KEY": INDEX_KEY,
    }
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=env, check=True, capture_output=True)
    web = [sys.executable, "-m", "gunicorn", "-c", "ops/gunicorn.conf.py", "wsgi:app"]
    with process(web, env, tmp_path / "web.log"):
        until(lambda: answers(port, 5.0), "the site")
        yield port


def test_bodies_that_stop_coming_are_given_up(site: int) -> None:
    with ExitStack() as open_ones:
        for _ in range(HANGING):
            line = open_ones.enter_context(socket.create_connection(("127.0.0.1", site), 20))
            line.sendall(HEAD.encode())

        assert answers(site)
