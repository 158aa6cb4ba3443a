"""Keeps the processes through supervisord, and takes everything down again."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from kernel.late import late
from kernel.settings import Misconfigured
from launch.gate import shut
from launch.machine import ROOT, end_leftovers, wait_until
from launch.plan import Plan

if TYPE_CHECKING:
    import redis
else:
    redis = late("redis")  # while the others load their own

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE: Final = 300.0  # seconds until we say that it does not start: slow machines do, later
END: Final = "--"  # of a command, see launch.commands
REDIS_PATIENCE: Final = 20.0  # it may have to read its whole file first
FAREWELL: Final = 25.0  # seconds to stop in order; then it is killed
LAST_WORDS: Final = 15  # lines of a log


class House:
    """The running processes."""

    def __init__(
        self,
        plan: Plan,
        supervisor: "subprocess.Popen[bytes]",
        control: Any,  # noqa: ANN401 - supervisord's remote control
        gate: ExitStack,
    ) -> None:
        self.plan = plan
        self._gate = gate
        self._supervisor = supervisor
        self._control = control

    def start_app(self) -> None:
        """Let web and workers go on, which have everything imported by now or soon.

        With a Redis that answers, forgets nothing on its own, and holds no dead worker's lock.

        Raises:
            Misconfigured: it does not answer, or it throws jobs away when memory is short.
        """
        with redis.Redis.from_url(self.plan.env["REDIS_URL"], decode_responses=True) as ours:
            if not wait_until(lambda: _answers(ours), REDIS_PATIENCE):
                raise Misconfigured("Redis does not answer; see REDIS_URL, or redis.log under VAR.")
            _check_policy(ours)
            # A worker killed while it tidied up would keep all others from it for a quarter
            # of an hour (QR.md, section 6).  On our own Redis no worker is alive right now.
            stale = ["rq:clean_registries:*", *["rq:worker*"] * self.plan.own_redis]
            for key in [key for pattern in stale for key in ours.scan_iter(pattern)]:
                ours.delete(key)
        self._gate.close()

    def wait_until_ready(self) -> None:
        """Wait until reports are taken and every queue has a worker.

        Raises:
            Misconfigured: something does not start; its last words are in the message.
        """
        if not wait_until(lambda: self.plan.control_socket.exists() or not self.is_up(), PATIENCE):
            raise Misconfigured("supervisord does not start; see supervisor.log under VAR.")
        done = wait_until(lambda: is_ready(readiness(self.plan)) or self._falters(), PATIENCE)
        if self._falters():
            raise Misconfigured(f"{self._last_words()}\nIt does not start; the above is why.")
        if not done:
            raise Misconfigured(
                f"It does not answer after {PATIENCE:.0f} seconds; see the logs in {self.plan.log}."
            )

    def is_up(self) -> bool:
        """Whether supervisord is alive."""
        return self._supervisor.poll() is None

    def processes(self) -> dict[str, int]:
        """Return the process id of everything that runs, by name."""
        everything = self._control.getAllProcessInfo()
        return {each["name"]: each["pid"] for each in everything if each["pid"]}

    def _falters(self) -> bool:
        """Whether web or workers have ended: supervisord only calls it so if they did so soon."""
        app = [each for each in self._control.getAllProcessInfo() if each["group"] == "app"]
        return any(each["stop"] or each["statename"] == "BACKOFF" for each in app)

    def _last_words(self) -> str:
        said = []
        for name in ("web", "workers"):
            path = self.plan.log / f"{name}.log"
            lines = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
            said += [f"[{name}] {line}" for line in lines[-LAST_WORDS:]]
        return "\n".join(said)


@contextmanager
def supervised(plan: Plan) -> Iterator[House]:
    """Run supervisord, which starts everything at once, and leave no process behind.

    Web and workers wait at the gate, until ``House.start_app``.
    """
    plan.control_socket.unlink(missing_ok=True)
    gate = ExitStack()
    gate.enter_context(shut(plan.gate))
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(ROOT / "ops/supervisord.conf")],
        cwd=ROOT,
        env=plan.env,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl-C is for us; we take the house down in order
    )
    transport = SupervisorTransport(None, None, f"unix://{plan.control_socket}")
    control = ServerProxy("http://127.0.0.1", transport=transport)
    house = House(plan, supervisor, control.supervisor, gate)
    try:
        yield house
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # the end is near; a second Ctrl-C is patience
        supervisor.terminate()
        with suppress(subprocess.TimeoutExpired):
            supervisor.wait(FAREWELL)
        end_leftovers(plan.var)
        supervisor.wait()
        gate.close()


def flask(plan: Plan, *commands: Sequence[str]) -> str:
    """Run some of the application's commands, one by one, and return what they print.

    Raises:
        Misconfigured: one failed, and has said why.
    """
    words = [word for command in commands for word in (*command, END)]
    done = _run(plan, *words, stderr=None)
    if done.returncode:
        named = " && ".join(f"flask {' '.join(command)}" for command in commands)
        raise Misconfigured(f"`{named}` failed; the above is why.")
    return done.stdout


def ask(plan: Plan, *command: str) -> str:
    """Return what one of the application's commands answers; "" if it fails."""
    done = _run(plan, *command, stderr=subprocess.PIPE)
    return "" if done.returncode else done.stdout


def _run(plan: Plan, *words: str, stderr: int | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "launch.commands", *words],
        cwd=ROOT,
        env=plan.env,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=False,
    )


def readiness(plan: Plan) -> dict[str, Any]:
    """Return what /readyz says, or nothing while nobody answers."""
    connection = http.client.HTTPConnection(plan.address, plan.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        facts: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return facts


def is_ready(facts: Mapping[str, Any]) -> bool:
    """Whether reports are taken and every queue has a worker."""
    workers = facts.get("workers") or {"none": 0}
    return bool(facts.get("database") and facts.get("redis") and all(workers.values()))


class Trouble:
    """Reads the logs as they grow, for lines that somebody should see."""

    MARKS: Final = ("ERROR", "CRITICAL", "Traceback")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = {path: path.stat().st_size for path in folder.glob("*.log")}

    def fresh(self) -> Iterator[str]:
        """Yield the troubled lines since the last call, each with the name of its log."""
        for path in sorted(self._folder.glob("*.log")):
            start = self._read.get(path, 0)
            if path.stat().st_size < start:
                start = 0  # supervisord has begun a new file
            with path.open("rb") as file:
                file.seek(start)
                text = file.read()
                self._read[path] = file.tell()
            for line in text.decode("utf-8", "replace").splitlines():
                if any(mark in line for mark in self.MARKS):
                    yield f"[{path.stem}] {line}"


def _answers(ours: "redis.Redis") -> bool:
    try:
        return bool(ours.ping())
    except redis.RedisError:
        return False


def _check_policy(ours: "redis.Redis") -> None:
    try:
        policy = ours.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except redis.ResponseError:
        return  # a managed Redis may keep this to itself
    if policy != "noeviction":
        raise Misconfigured(
            f"Redis has maxmemory-policy {policy}: set it to noeviction, or jobs get lost."
        )
