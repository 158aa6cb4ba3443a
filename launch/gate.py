"""Where web and workers wait, with everything imported, until the database is ready.

The launcher holds a lock meanwhile.  Whoever is started later, or without a launcher, does not
wait; nor does anybody once the launcher has died.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

GATE: Final = "PINGANMA_GATE"  # in the environment of whoever is to wait: the file that is locked


@contextmanager
def shut(path: Path) -> Iterator[None]:
    """Let nobody pass until the block ends."""
    with path.open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def pass_gate() -> None:
    """Wait until the gate is open, if there is one."""
    path = os.environ.get(GATE)
    if path and Path(path).exists():
        with Path(path).open() as gate:
            fcntl.flock(gate, fcntl.LOCK_SH)
