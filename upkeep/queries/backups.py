"""Which backups lie in the folder for them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kernel.measures import written_at

ENDING: Final = ".backup.tar"
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """One backup as it lies there."""

    name: str
    size: int
    at: datetime


def backups(folder: Path | None) -> list[BackupFile] | None:
    """Return the newest backups, the newest first; None where no folder is set or readable."""
    if folder is None:
        return None
    try:
        found = sorted(folder.glob(f"*{ENDING}"), reverse=True)[:MOST_SHOWN]
        return [
            BackupFile(name=path.name, size=path.stat().st_size, at=written_at(path))
            for path in found
            if not path.name.startswith(".")
        ]
    except OSError:
        return None
