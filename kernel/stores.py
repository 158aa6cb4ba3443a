"""Where pictures and voices lie: files on this machine, or a store that many machines share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Protocol


class Store(Protocol):
    """Keeps bytes under a name.  Names are made by us and never by a stranger."""

    def put(self, name: str, content: bytes) -> None:
        """Keep *content* whole or not at all.

        Raises:
            OSError: if it could not be kept (the disk is full, the store is away).
        """
        ...

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open what is kept under *name*.

        Raises:
            FileNotFoundError: if nothing is.
        """
        ...

    def delete(self, name: str) -> None:
        """Forget *name*; once forgotten, forgetting again does nothing."""
        ...

    def older(self, folder: str, moment: datetime) -> Iterator[str]:
        """Yield the names in *folder*, which has no folders inside, last written before *moment*.

        Raises:
            OSError: if the store is away.
        """
        ...


class FileStore:
    """A folder.  A file appears under its name only when all of it is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with self._path(name).open("rb") as file:
            yield file

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def older(self, folder: str, moment: datetime) -> Iterator[str]:
        place, limit = self._path(folder), moment.timestamp()
        if not place.is_dir():
            return
        with os.scandir(place) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # gone since it was listed
                    if entry.stat().st_mtime < limit:
                        yield f"{folder}/{entry.name}"

    def _path(self, name: str) -> Path:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise ValueError("a name that leads out of the store")
        return path
