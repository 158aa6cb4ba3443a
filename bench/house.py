"""The real web server and workers, started for a measurement and stopped after it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.usage import Process

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 60.0
QUEUES: Final = ("urgent", "default", "bulk", "outbound")


@dataclass
class House:
    """What is running, and where it answers."""

    url: str
    env: Mapping[str, str]
    web: Process
    bare: Process
    bare_url: str
    workers: list[Process]
    postgres: Process
    redis: Process
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)


def environment(var: Path) -> dict[str, str]:
    """Return the settings for all processes; database and Redis were started by bench/run."""
    return {
        **os.environ,
        "DATABASE_URL": os.environ["BENCH_DATABASE_URL"],
        "REDIS_URL": os.environ["BENCH_REDIS_URL"],
        "VAR": str(var),
        "SECRET_KEY": "bench",
        "SEAL_KEYS": "x8xXV6v9mYxHBoyoHkmKDRQ0zPSDDW4QdbZHSBPUKQI=",
        "INDEX_KEY": "bench",
        "TRUSTED_PROXIES": "1",  # each of the load's phones comes with its own address
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def running(var: Path, port: int) -> Iterator[House]:
    """Migrate, load the places, start web and workers, and stop them all at the end."""
    env = environment(var)
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([*flask, *command], cwd=ROOT, env=env, check=True, capture_output=True)  # noqa: S603 - our own command
    started: list[subprocess.Popen[bytes]] = []
    log = (var / "bench.log").open("wb")

    def start(*command: str) -> Process:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: S603 - our own command
        started.append(process)
        return Process(process.pid)

    try:
        gunicorn = (sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread")
        sized = ("-w", "2", "--threads", "8", "-b")
        web = start(*gunicorn, *sized, f"127.0.0.1:{port}", "wsgi:app")
        bare = start(*gunicorn, *sized, f"127.0.0.1:{port + 1}", "bench.bare:app")
        workers = [start(sys.executable, "worker.py", queue) for queue in QUEUES]
        house = House(
            url=f"http://127.0.0.1:{port}",
            env=env,
            web=web,
            bare=bare,
            bare_url=f"http://127.0.0.1:{port + 1}",
            workers=workers,
            postgres=Process(int(os.environ["BENCH_POSTGRES_PID"])),
            redis=Process(int(os.environ["BENCH_REDIS_PID"])),
            started=started,
        )
        _wait(house)
        yield house
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(PATIENCE)
        log.close()


def ready(url: str) -> dict[str, object]:
    """Return what /readyz says."""
    with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
        facts: dict[str, object] = json.load(answer)
    return facts


def _wait(house: House) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            alive = ready(house.url)["workers"]
            with urllib.request.urlopen(house.bare_url, timeout=5):  # noqa: S310 - loopback
                pass
        except OSError:
            time.sleep(0.2)
            continue
        if isinstance(alive, dict) and all(alive[queue] for queue in QUEUES):
            return
        time.sleep(0.2)
    raise SystemExit("The servers did not start; look into the log that is named above.")
