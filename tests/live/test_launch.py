"""`make run` as a person meets it: it serves, mends itself, stops whole and keeps the data."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from launch.house import is_ready, readiness
from launch.machine import ROOT, leftovers
from launch.plan import Plan, make_plan

# A database of its own is brought along, and it mostly waits.
pytestmark = pytest.mark.once(beside="browser")
PATIENCE = 120.0  # the demo is loaded too, and others share the machine
SETTLED = 30.0


def until(is_so: Callable[[], bool], patience: float = SETTLED) -> None:
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """One house for the module: the demo is loaded once, by the test that comes first."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    var = tmp_path_factory.mktemp("launch") / "var"
    return make_plan({**kept, "VAR": str(var), "PORT": str(port), "DEMO": "small"})


def given(plan: Plan) -> dict[str, str]:
    """Return what the person who starts it has set."""
    names = ("PATH", "HOME", "LANG", "VAR", "PORT", "DEMO")
    return {name: plan.env[name] for name in names if name in plan.env}


@contextmanager
def started(plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """Start it, wait until it says where it is, and leave nothing behind."""
    log = plan.var.parent / "said.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "launch"],
            cwd=ROOT,
            env=given(plan),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        until(lambda: "Ctrl-C" in log.read_text() or process.poll() is not None, PATIENCE)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        for pid in (process.pid, *leftovers(plan.var)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def refused(plan: Plan) -> subprocess.CompletedProcess[str]:
    """Start one that is expected to give up by itself."""
    return subprocess.run(
        [sys.executable, "-m", "launch"],
        cwd=ROOT,
        env=given(plan),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def get(plan: Plan, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def said(plan: Plan) -> str:
    return (plan.var.parent / "said.txt").read_text()


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""  # it has just ended


def pids(plan: Plan, word: str) -> set[int]:
    return {pid for pid in leftovers(plan.var) if word in command_of(pid)}


def test_what_it_prints_opens_and_ctrl_c_leaves_no_process(plan: Plan) -> None:
    with started(plan) as process:
        link = re.search(r"http://127\.0\.0\.1:\d+(/\S*)?", said(plan))
        assert link
        assert get(plan, "/healthz")[0] == 200
        assert get(plan, link.group(1) or "/")[0] == 200
        assert is_ready(readiness(plan))

        process.send_signal(signal.SIGINT)

        assert process.wait(SETTLED) == 0
        assert leftovers(plan.var) == []


def test_with_other_keys_than_the_database_was_begun_with_it_says_so_and_stops(plan: Plan) -> None:
    keys = plan.var / "keys.env"
    right = keys.read_text()
    keys.write_text(re.sub("INDEX_KEY=.*", "INDEX_KEY=another", right))

    second = refused(plan)

    keys.write_text(right)
    assert second.returncode == 1
    assert "INDEX_KEY is not the key" in second.stderr
    assert leftovers(plan.var) == []


@pytest.fixture(scope="module")
def again(plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """The second start, which the tests from here on share: each takes seconds."""
    kept = (plan.var / "keys.env").read_bytes()
    with started(plan) as process:
        assert (plan.var / "keys.env").read_bytes() == kept
        yield process


@pytest.mark.usefixtures("again")
class TestAgain:
    def test_the_data_is_kept(self, plan: Plan) -> None:
        assert "Loading" not in said(plan)
        assert "up to date" not in said(plan)

    def test_what_is_killed_is_started_again(self, plan: Plan) -> None:
        for word in ("gunicorn", "launch.workers", "redis-server"):
            before = pids(plan, word)
            for pid in before:
                os.kill(pid, signal.SIGKILL)

            until(lambda before=before, word=word: bool(pids(plan, word) - before))  # type: ignore[misc]  # bound here
            until(lambda: is_ready(readiness(plan)))

    def test_a_second_launcher_on_the_same_data_is_told_so(self, plan: Plan) -> None:
        second = refused(plan)

        assert second.returncode == 1
        assert "already runs" in second.stderr
        assert is_ready(readiness(plan))

    def test_after_a_killed_launcher_the_next_start_clears_up_and_sigterm_ends_it(
        self, plan: Plan, again: subprocess.Popen[str]
    ) -> None:
        again.kill()
        again.wait()
        orphans = set(leftovers(plan.var))
        assert orphans

        with started(plan) as process:
            assert is_ready(readiness(plan))
            assert orphans.isdisjoint(leftovers(plan.var))
            process.send_signal(signal.SIGTERM)
            assert process.wait(SETTLED) == 0

        assert leftovers(plan.var) == []
