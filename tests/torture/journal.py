"""What a writer wished and what it was told: a file of its own, on the disk before it goes on."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Move = tuple[int, int, int]  # from which account, to which, how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a writer is going to ask for: it is written down before it is asked."""

    do: str  # a name in writer.DEEDS
    key: str  # the ledger's; that of a batch is followed by a number for each
    moves: tuple[Move, ...] = ()
    about: int = 0  # which hold is ended, or which posting undone
    given: tuple[int, ...] = ()  # how much of each line of the hold is handed out
    by: int = 1

    @classmethod
    def read(cls, row: dict[str, Any]) -> "Wish":
        """Return what was written down."""
        moves = tuple(tuple(move) for move in row.pop("moves"))
        return cls(moves=moves, given=tuple(row.pop("given")), **row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a wish: which postings, or a refusal's name, or what should never come."""

    posted: tuple[int, ...] = ()
    replayed: bool = False
    refused: str = ""
    broken: str = ""


class Journal:
    """One writer's file.  Whoever opens it again after a kill goes on where it ends."""

    def __init__(self, path: Path) -> None:
        kept = path.read_bytes() if path.exists() else b""
        whole = kept[: kept.rfind(b"\n") + 1]  # what was cut off had not been asked for yet
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.ftruncate(self._file, len(whole))
        rows = [*read(path)]
        self.count = len(rows)
        self.open = rows[-1][0] if rows and rows[-1][1] is None else None

    def wish(self, wish: Wish) -> None:
        """Write down what will be asked for."""
        self.count += 1
        self._write({"wish": asdict(wish)})

    def told(self, told: Told) -> None:
        """Write down the answer to the last wish."""
        self._write({"told": asdict(told)})

    def _write(self, row: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(row).encode() + b"\n")
        os.fsync(self._file)


def read(path: Path) -> Iterator[tuple[Wish, Told | None]]:
    """Yield each wish with its answer; only the last one may have none yet."""
    wish = None
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if "wish" in row:
            wish = Wish.read(row["wish"])
        elif wish is not None:
            told = row["told"]
            yield wish, Told(**told | {"posted": tuple(told["posted"])})
            wish = None
    if wish is not None:
        yield wish, None
