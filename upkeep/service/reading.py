"""Reads a backup, and believes nothing in it before all of it was checked."""

import gzip
import hmac
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from kernel.db import Sealed, db, keyring
from kernel.settings import Misconfigured
from upkeep.errors import Damaged, WrongKeys
from upkeep.rules.manifest import MANIFEST, SEAL, Kept, Manifest, from_text

PIECE: Final = 1024 * 1024
BROKEN: Final = (tarfile.TarError, EOFError, OSError, zlib.error, UnicodeDecodeError)
PROBES: Final = ("kernel_fact", "sealed-probe")


class Archive:
    """An open backup whose manifest is ours."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            # The last of a name counts, as in every tar.
            self._entries = {entry.name: entry for entry in tar.getmembers()}
            text = self._read(MANIFEST).decode()
            seal = self._read(SEAL).decode()
        except BROKEN:
            raise Damaged("备份文件不完整，读不到末尾的清单。换一份备份。") from None
        self.manifest = from_text(text)
        _check_keys(self.manifest)
        if not hmac.compare_digest(keyring().index(text), seal):
            raise Damaged("备份文件里的清单被改过，不能用。换一份备份。")

    def check(self) -> None:
        """Compare everything with the manifest, and open what is sealed.

        Raises:
            Damaged: naming the first thing that is not what it was.
            WrongKeys: something was sealed with a key that is not there.
        """
        for name, kept in self.manifest.tables.items():
            self._compare(_table(name), kept)
            self._check_rows(name, kept)
        for name, kept in self.manifest.media.items():
            self._compare(f"media/{name}", kept)

    def file(self, name: str) -> bytes:
        """Return what one picture or voice was."""
        return self._read(f"media/{name}")

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Yield the rows of one table, each as JSON has it."""
        with self._open(_table(name)) as file, gzip.GzipFile(fileobj=file) as lines:
            for line in lines:
                yield json.loads(line)

    def _check_rows(self, name: str, kept: Kept) -> None:
        sealed = [n for n, column in enumerate(kept.columns) if column in _sealed(name)]
        count = 0
        try:
            for row in self.rows(name):
                count += 1
                values = [row[n] for n in sealed]
                if name == PROBES[0] and PROBES[1] in row:
                    values = [row[kept.columns.index("value")]]
                for value in values:
                    if value is not None:
                        keyring().open(value)
        except Misconfigured:
            raise WrongKeys(
                "表 %(name)s 里有 SEAL_KEYS 打不开的内容。把当时的钥匙加到 SEAL_KEYS 里再试。",
                name=name,
            ) from None
        except (*BROKEN, ValueError, IndexError):
            raise Damaged("备份里的表 %(name)s 读不出来，文件坏了。", name=name) from None
        if count != kept.rows:
            raise Damaged("备份里的表 %(name)s 行数不对，文件坏了。", name=name)

    def _compare(self, name: str, kept: Kept) -> None:
        digest = sha256()
        try:
            with self._open(name) as file:
                while piece := file.read(PIECE):
                    digest.update(piece)
        except (*BROKEN, KeyError):
            raise Damaged("备份里缺 %(name)s，文件坏了。换一份备份。", name=name) from None
        if digest.hexdigest() != kept.sha256:
            raise Damaged("备份里的 %(name)s 变了样，文件坏了。换一份备份。", name=name)

    def _read(self, name: str) -> bytes:
        with self._open(name) as file:
            return file.read()

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        entry = self._entries.get(name)
        file = self._tar.extractfile(entry) if entry is not None else None
        if file is None:
            raise EOFError(name)
        with file:
            yield file


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup.

    Raises:
        Damaged: it is none, or not a whole one.
        WrongKeys: it was made with other keys.
    """
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed below
    except (tarfile.TarError, EOFError):
        raise Damaged("这个文件不是平安码的备份，或者坏了。") from None
    except OSError as error:
        raise Damaged("打不开备份文件：%(why)s。", why=error.strerror or "") from None
    with tar:
        yield Archive(tar)


def _check_keys(manifest: Manifest) -> None:
    index_key, seal_keys = keyring().fingerprints()
    if manifest.index_key != index_key:
        raise WrongKeys(
            "INDEX_KEY 不是做备份时的那一把。请把和这份备份一起保管的钥匙文件放回来再恢复。"
        )
    if not set(manifest.seal_keys) & set(seal_keys):
        raise WrongKeys(
            "SEAL_KEYS 里没有做备份时用的钥匙。请把和这份备份一起保管的钥匙文件放回来再恢复。"
        )


def _sealed(name: str) -> frozenset[str]:
    table = db.metadata.tables.get(name)
    columns = () if table is None else table.columns
    return frozenset(column.name for column in columns if isinstance(column.type, Sealed))


def _table(name: str) -> str:
    return f"tables/{name}.jsonl.gz"
