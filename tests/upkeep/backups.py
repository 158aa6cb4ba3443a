"""Backups that were tampered with, broken off or run beside the test."""

import json
import os
import resource
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from flask import Flask

from kernel.db import keyring
from kernel.media import Attachment, Kind, State
from kernel.work import transaction
from launch.machine import ROOT
from tests.conftest import INDEX_KEY, SEAL_KEY
from tests.fakes import NOON
from tests.upkeep.conftest import (
    url_of,
)
from upkeep.rules.manifest import MANIFEST, SEAL

OTHER_KEY = "nF3Q0r6u9Zt1oE2m3b4c5d6e7f8g9h0iJkLmNoPqRsM="


LATER = {"kernel_audit"}  # making and restoring a backup write a line


def add_picture(app: Flask, name: str = "pictures/one.jpg", content: bytes = b"picture") -> int:
    """Return the number of a row that names a picture, which lies in the store."""
    app.extensions["parts"].store.put(name, content)
    with transaction() as work:
        row = Attachment(
            key=name,
            owner="test:1",
            kind=Kind.PICTURE,
            state=State.READY,
            mime="image/jpeg",
            size=len(content),
            digest="-",
            stored=name,
            received_at=NOON,
        )
        work.session.add(row)
        work.session.flush()
        return row.id


def rewritten(path: Path, folder: Path, **changes: object) -> Path:
    """Return a copy of a backup whose manifest says something else, signed with our keys."""
    target = folder / "rewritten.tar"
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for entry in old.getmembers():
            file = old.extractfile(entry)
            assert file is not None
            content = file.read()
            if entry.name == MANIFEST:
                content = json.dumps({**json.loads(content), **changes}).encode()
                text = content.decode()
            if entry.name == SEAL:
                content = keyring().index(text).encode()
            entry.size = len(content)
            new.addfile(entry, BytesIO(content))
    return target


def flip(path: Path, folder: Path, inside_of: str) -> Path:
    """Return a copy of a backup with one bit of one of its files turned over."""
    with tarfile.open(path) as tar:
        entry = next(one for one in tar.getmembers() if one.name.startswith(inside_of))
        place = entry.offset_data + entry.size // 2
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    target = folder / "flipped.tar"
    target.write_bytes(content)
    return target


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Have the system refuse to write more, as it does when the disk is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@contextmanager
def started(*words: str, app: Flask) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process of its own, on that house."""
    settings = app.extensions["parts"].settings
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url_of(app),
        "REDIS_URL": settings.redis_url,
        "VAR": str(settings.var),
        "SECRET_KEY": "test",
        "INDEX_KEY": INDEX_KEY,
        "SEAL_KEYS": SEAL_KEY,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
