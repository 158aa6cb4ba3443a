"""`python -m launch.workers`: one process a queue and one for the schedule, from one parent.

The application is imported once and then forked, which makes the start five times cheaper
than five programs.  Each child builds an application of its own, so nothing that must not
be shared (a database connection, say) is there before the fork.
"""

import ctypes
import os
import signal
import sys
import time
import traceback
from typing import Final, NoReturn

import worker
from kernel.outbox import Queue

ROLES: Final = (*(queue.value for queue in Queue), "schedule")
ENDS: Final = (signal.SIGTERM, signal.SIGINT)
PAUSE: Final = (
    1.0  # seconds before a worker that ended is replaced: no faster, should it fail at once
)
MISCONFIGURED: Final = 3  # a child's exit code: no use in starting it again
PR_SET_PDEATHSIG: Final = 1  # prctl(2): Linux only; elsewhere the launcher clears up


def main() -> int:
    """Keep a child for every role until told to stop, and then until the last has stopped."""
    children: dict[int, str] = {}
    stopping = failed = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    for number in ENDS:
        signal.signal(number, stop)
    for role in ROLES:
        fork(role, children)
    while children:
        pid, status = os.wait()
        role = children.pop(pid)
        if os.waitstatus_to_exitcode(status) == MISCONFIGURED and not stopping:
            failed = True  # it would say the same again every second
            os.kill(os.getpid(), signal.SIGTERM)
            continue
        if not stopping:
            time.sleep(PAUSE)
        if not stopping:
            fork(role, children)
    return int(failed)


def fork(role: str, children: dict[int, str]) -> None:
    """Start a child that does *role*, and note it before a signal to stop can come between."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    pid = os.fork()
    if pid == 0:
        _be(role)
    children[pid] = role
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def _be(role: str) -> NoReturn:
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    code = 1
    try:
        code = worker.main([role])
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
