"""A machine without a network: what `make wheelhouse` fetches elsewhere is enough for it."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launch.machine import ROOT
from tests.conftest import INDEX_KEY, SEAL_KEY

NOT_TAKEN = shutil.ignore_patterns(".*", "var", "wheelhouse", "*.egg-info", "__pycache__", "tests")
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
pytestmark = pytest.mark.once(beside="browser")  # mostly waits, and asks no database of the run
START = """
from bootstrap import create_app
from kernel.settings import Settings
import os

app = create_app(Settings.from_env(os.environ))
client = app.test_client()
print(client.get("/healthz").json, client.get("/").status_code)
"""


def without_network(words: list[str]) -> list[str]:
    """Return a command that finds no network, where this machine lets us take it away."""
    try:
        subprocess.run(["unshare", "-rn", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return words  # pip is told not to ask any, and that alone is tried then
    return ["unshare", "-rn", *words]


def run(words: list[str], folder: Path, **env: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)  # it fetches and installs sixty packages
def test_the_program_is_installed_and_starts_without_a_network(tmp_path: Path) -> None:
    wheels, place = tmp_path / "wheels", tmp_path / "pinganma"
    fetched = subprocess.run(
        ["ops/wheelhouse", platform.machine()],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHON": sys.executable,
            "PYTHON_VERSION": PYTHON.removeprefix("python"),
            "WHEELHOUSE": str(wheels),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetched.returncode == 0, fetched.stderr
    shutil.copytree(ROOT, place, ignore=NOT_TAKEN)

    said = run(
        without_network(["ops/install-offline"]),
        place,
        WHEELHOUSE=str(wheels),
        PYTHON=sys.executable,
        PIP_NO_COMPILE="1",  # sixty packages, of which what follows needs half
    )

    assert "Installed into .venv" in said
    env = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/app.db",
        "REDIS_URL": f"unix://{tmp_path}/none.sock",
        "VAR": str(tmp_path / "var"),
        "SECRET_KEY": "k",
        "INDEX_KEY": INDEX_KEY,
        "SEAL_KEYS": SEAL_KEY,
    }
    python = str(place / ".venv" / "bin" / "python")
    run(without_network([python, "-m", "flask", "--app", "wsgi", "db", "upgrade"]), place, **env)
    answered = run(without_network([python, "-c", START]), place, **env)
    assert answered.strip() == "{'status': 'ok'} 200"


def test_wheels_that_were_changed_on_the_way_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / platform.machine()
    folder.mkdir()
    (folder / "a.whl").write_bytes(b"not what was fetched")
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  a.whl\n")

    done = subprocess.run(
        ["ops/install-offline"],
        cwd=ROOT,
        env={**os.environ, "WHEELHOUSE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "copy it once more" in done.stderr


def test_an_architecture_nobody_knows_is_not_tried(tmp_path: Path) -> None:
    done = subprocess.run(
        ["ops/wheelhouse", "mips"],
        cwd=ROOT,
        env={**os.environ, "WHEELHOUSE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
