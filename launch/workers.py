"""`python -m launch.workers`: one process a queue and one for the schedule, from one parent.

The application is made once and then forked, which makes the start five times cheaper than
five programs.  Nothing has asked the database or Redis before the fork; were there a connection
all the same, the child lets go of it.
"""

import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from typing import Final, NoReturn

from flask import Flask

import worker
from bootstrap import create_app
from kernel.db import db
from kernel.logs import start_logging
from kernel.outbox import Queue
from kernel.settings import Settings
from launch.gate import pass_gate

ROLES: Final = (*(queue.value for queue in Queue), "schedule")
ENDS: Final = (signal.SIGTERM, signal.SIGINT)
PAUSE: Final = (
    1.0  # seconds before a worker that ended is replaced: no faster, should it fail at once
)
MISCONFIGURED: Final = 3  # a child's exit code: no use in starting it again
PR_SET_PDEATHSIG: Final = 1  # prctl(2): Linux only; elsewhere the launcher clears up


class Family:
    """A child for every role, until told to stop."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self.failed = False
        self._app = app
        self._redis_url = redis_url
        self._stopping = False
        self._children: dict[int, str] = {}

    def live(self) -> None:
        """Keep the children; return when the last has stopped."""
        for number in ENDS:
            signal.signal(number, self._on_signal)
        for role in ROLES:
            self._fork(role)
        while self._children:
            pid, status = os.wait()
            self._replace(self._children.pop(pid), os.waitstatus_to_exitcode(status))

    def _replace(self, role: str, code: int) -> None:
        if code == MISCONFIGURED and not self._stopping:
            self.failed = True  # it would say the same again every second
            self._stop()
        if not self._stopping:
            time.sleep(PAUSE)
        if not self._stopping:  # nor told so meanwhile
            self._fork(role)

    def _fork(self, role: str) -> None:
        # A signal to stop must not come between the fork and the note of it.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        pid = os.fork()
        if pid == 0:
            _be(role, self._app, self._redis_url)
        self._children[pid] = role
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def _stop(self) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stop()


def main() -> int:
    """Work until told to stop; 1 if the keys are such that no work can be done.

    Raises:
        Misconfigured: the settings are.
    """
    pass_gate()
    start_logging()
    settings = Settings.from_env(os.environ)
    family = Family(create_app(settings), settings.redis_url)
    gc.freeze()  # what is never looked at again stays shared with the children
    family.live()
    return int(family.failed)


def _be(role: str, app: Flask, redis_url: str) -> NoReturn:
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    code = 1
    try:
        with app.app_context():
            db.engine.dispose(close=False)
        worker.serve(app, redis_url, role)
        code = 0
    except SystemExit as end:  # Misconfigured, with its sentence
        sys.stderr.write(f"{role}: {end}\n")
        code = MISCONFIGURED
    except Exception:  # noqa: BLE001 - told, and never let into the parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
