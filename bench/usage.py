"""CPU seconds of a process and all below it, from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """A process by its number.  ``cpu()`` counts its children, living and waited for."""

    pid: int

    def cpu(self) -> float:
        """Return the CPU seconds used so far, user and system."""
        return sum(_own(pid) for pid in _family(self.pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    try:
        below = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return found  # it ended while we looked
    for child in " ".join(below).split():
        found += _family(int(child))
    return found


def _own(pid: int) -> float:
    """Return what a process and the children it waited for used: proc(5), fields 14 to 17."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS
