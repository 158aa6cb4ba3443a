"""Writes a backup: one file that appears under its name only when all of it is there."""

import errno
import fcntl
import gzip
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kernel import audit
from kernel.db import db, keyring
from kernel.measures import BACKED_UP
from kernel.media import Attachment
from kernel.stores import Store
from kernel.work import Work, parts, transaction
from upkeep.errors import BackupFailed
from upkeep.queries import tables
from upkeep.rules.findings import LACKS
from upkeep.rules.manifest import MANIFEST, SEAL, Kept, Manifest, Missing, as_text
from upkeep.rules.plain import as_line

ENDING: Final = ".backup.tar"
PART: Final = ".part"
# Pictures are finished and forgotten while we read; then the database is read once more.
MOST_LOOKS: Final = 5
PIECE: Final = 1024 * 1024
MEGA: Final = 1_000_000
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made."""

    path: Path
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a row names."""

    name: str
    attachment: int
    owner: str


def back_up(target: Path, *, keep: int = 0) -> Backup:
    """Write a backup into the folder *target*, or under that name; leave the newest *keep*.

    Raises:
        BackupFailed: with a sentence; what was there before is still there.
    """
    now = parts().clock.now()
    into_folder = target.is_dir()
    path = target / f"pinganma-{now:%Y%m%dT%H%M%SZ}{ENDING}" if into_folder else target
    if path.exists():
        raise BackupFailed("已经有 %(name)s 了，没有覆盖它。", name=path.name)
    try:
        with _only_one(path.parent), _appearing(path) as file:
            manifest = _Writer(file, path.parent, now).write()
        size = path.stat().st_size
        if into_folder and keep:
            _thin_out(target, keep)
    except OSError as error:
        why = "磁盘满了" if error.errno in FULL else error.strerror or type(error).__name__
        raise BackupFailed("备份没有做成：%(why)s。原来的备份都还在。", why=why) from error
    made = Backup(path=path, size=size, manifest=manifest)
    with transaction() as work:
        _note(work, made)
    return made


def _note(work: Work, made: Backup) -> None:
    manifest = made.manifest
    said = f"{made.path.name} · {made.size / MEGA:.1f} MB"
    if manifest.missing:
        said += f" · {LACKS} {len(manifest.missing)}"
    audit.note(work, by=None, action=BACKED_UP, subject="backup", detail=said)


class _Writer:
    """Fills one archive: files first, then the tables that name them, then what must be in it."""

    def __init__(self, file: IO[bytes], folder: Path, now: datetime) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by write
        self._folder, self._now = folder, now
        self._media: dict[str, Kept] = {}

    def write(self) -> Manifest:
        with self._tar:
            manifest = self._consistent()
            text = as_text(manifest)
            self._add(MANIFEST, text.encode())
            self._add(SEAL, keyring().index(text).encode())
        return manifest

    def _consistent(self) -> Manifest:
        """Return the manifest of a moment whose files were all there, as far as they ever were."""
        for look in range(MOST_LOOKS):
            with tables.snapshot(db.engine) as connection:
                wanted = _wanted(connection)
                lost = [one for one in wanted if not self._copy(parts().store, one.name)]
                if look == MOST_LOOKS - 1 or not _has_moved_on(lost):
                    return self._tables(connection, wanted, lost)
        raise AssertionError("the last look always returns")

    def _tables(self, connection: Connection, wanted: list[Wanted], lost: list[Wanted]) -> Manifest:
        found = tables.known(connection)
        index_key, seal_keys = keyring().fingerprints()
        names = {one.name for one in wanted}
        return Manifest(
            made_at=self._now.isoformat(),
            version=version("pinganma"),
            revision=tables.revision(connection) or "",
            database=connection.dialect.name,
            index_key=index_key,
            seal_keys=seal_keys,
            tables={table.name: self._table(connection, table) for table in found.sorted_tables},
            sequences=tables.sequences(connection, found),
            guards=tables.guards(connection),
            media={name: kept for name, kept in self._media.items() if name in names},
            missing=tuple(
                Missing(name=one.name, attachment=one.attachment, owner=one.owner) for one in lost
            ),
        )

    def _table(self, connection: Connection, table: sa.Table) -> Kept:
        count = 0
        with TemporaryFile(dir=self._folder) as spool:
            with gzip.GzipFile(fileobj=spool, mode="wb", mtime=0) as packed:
                for row in tables.rows(connection, table):
                    packed.write(as_line(row))
                    count += 1
            size = spool.tell()
            spool.seek(0)
            digest = self._add_file(f"tables/{table.name}.jsonl.gz", spool, size)
        columns = tuple(column.name for column in table.columns)
        return Kept(size=size, sha256=digest, rows=count, columns=columns)

    def _copy(self, store: Store, name: str) -> bool:
        """Take a file along unless it was already; say whether there is one."""
        if name in self._media:
            return True
        try:
            with store.open(name) as file:
                content = file.read()
        except FileNotFoundError:
            return False
        self._add(f"media/{name}", content)
        self._media[name] = Kept(size=len(content), sha256=sha256(content).hexdigest())
        return True

    def _add(self, name: str, content: bytes) -> None:
        self._add_file(name, io.BytesIO(content), len(content))

    def _add_file(self, name: str, file: IO[bytes], size: int) -> str:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(self._now.timestamp())
        counted = _Counted(file)
        self._tar.addfile(entry, counted)
        return counted.digest.hexdigest()


class _Counted(io.RawIOBase):
    """A file that is being read, and the digest of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _wanted(connection: Connection) -> list[Wanted]:
    table = db.metadata.tables[Attachment.__tablename__]
    if not sa.inspect(connection).has_table(table.name):
        return []
    columns = table.columns
    found = connection.execute(
        sa.select(columns.id, columns.owner, columns.stored, columns.thumb).order_by(columns.id)
    )
    return [
        Wanted(name, number, owner) for number, owner, *names in found for name in names if name
    ]


def _has_moved_on(lost: list[Wanted]) -> bool:
    """Whether the database no longer names what was not there: it was finished or forgotten."""
    if not lost:
        return False
    with tables.snapshot(db.engine) as connection:
        still = {one.name for one in _wanted(connection)}
    return any(one.name not in still for one in lost)


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that gets its name when all of it is on the disk, and none if it fails."""
    part = path.with_name(f".{path.name}{PART}")
    file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", PIECE)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _sync(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Let one backup write into *folder* at a time, and sweep up what a killed one has left."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("另一个备份正写在这个文件夹里，等它做完再来。") from None
        for left in folder.glob(f".*{PART}"):
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(lock)


def _thin_out(folder: Path, keep: int) -> None:
    made = sorted(folder.glob(f"pinganma-*{ENDING}"))
    for old in made[:-keep]:
        old.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
