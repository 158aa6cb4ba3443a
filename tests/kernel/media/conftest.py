"""A store that can fill up or go away, and files to try intake with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask

from kernel.delivery import deliver
from kernel.stores import FileStore
from kernel.work import Parts
from tests.kernel.conftest import Rows


class Shelf(FileStore):
    """The real file store, whose disk a test can fill and whose cable it can pull."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.full = self.away = False

    def put(self, name: str, content: bytes) -> None:
        if self.full or self.away:
            raise OSError(ENOSPC, "No space left on device")
        super().put(name, content)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        if self.away:
            raise ConnectionError
        with super().open(name) as file:
            yield file

    def delete(self, name: str) -> None:
        if self.away:
            raise ConnectionError
        super().delete(name)

    def names(self) -> set[str]:
        return {
            str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()
        }


@pytest.fixture(autouse=True)
def shelf(house: Parts, app: Flask, tmp_path: Path) -> Shelf:
    """The application's store, empty."""
    shelf = Shelf(tmp_path / "media")
    app.extensions["parts"] = replace(house, store=shelf)
    return shelf


def deliver_all(rows: Rows) -> None:
    """Be the worker, until nothing is owed that has not been tried."""
    seen: set[int] = set()
    while True:
        owed = {row.id for row in rows.all() if row.done_at is None} - seen
        # A savepoint that was only read in would take back what the worker commits meanwhile.
        rows.session.commit()
        if not owed:
            return
        for row_id in sorted(owed):
            deliver(row_id)
        seen |= owed
