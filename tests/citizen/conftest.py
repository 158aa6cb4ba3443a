"""What the tests of the front door share."""

from collections.abc import Iterator
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kernel.stores import FileStore
from kernel.work import Parts
from tests.citizen.factories import make_code


class Disk(FileStore):
    """The real file store, on a disk that a test can fill."""

    full = False

    def put(self, name: str, content: bytes) -> None:
        if self.full:
            raise OSError(ENOSPC, "No space left on device")
        super().put(name, content)


@pytest.fixture
def disk(app: Flask, session: Session, tmp_path: Path) -> Iterator[Disk]:
    """The application's store, empty."""
    known: Parts = app.extensions["parts"]
    disk = Disk(tmp_path / "media")
    app.extensions["parts"] = replace(known, store=disk)
    yield disk
    app.extensions["parts"] = known


@pytest.fixture
def token(session: Session) -> str:
    """The token of a code at a market gate."""
    return make_code(session)
