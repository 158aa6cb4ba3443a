"""What must be in a backup, said in one table at its end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from upkeep.errors import Damaged

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.hmac"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One table or one file: its size and its SHA-256; of a table, rows and columns as well."""

    size: int
    sha256: str
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A file that the database named and the store did not have."""

    name: str
    attachment: int
    owner: str

    def __str__(self) -> str:
        return f"{self.name}（附件 {self.attachment}，{self.owner}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds, how it was made, and by what its keys are known again."""

    made_at: str  # ISO, UTC
    version: str  # of the program
    revision: str  # of the tables
    database: str  # "sqlite" or "postgresql"
    index_key: str  # fingerprints, never keys
    seal_keys: tuple[str, ...]
    tables: Mapping[str, Kept] = field(default_factory=dict)
    sequences: Mapping[str, int] = field(default_factory=dict)  # last number used, by table
    guards: tuple[str, ...] = ()  # the triggers that refuse a change
    media: Mapping[str, Kept] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


def as_text(manifest: Manifest) -> str:
    """Return what is written into the backup."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)


def from_text(text: str) -> Manifest:
    """Read what `as_text` wrote.

    Raises:
        Damaged: it is something else, or of a format this program does not know.
    """
    try:
        tree: dict[str, Any] = json.loads(text)
        if tree["format"] != FORMAT:
            raise Damaged("这份备份的格式（%(n)s）这个版本的程序不认识。", n=tree["format"])
        return Manifest(
            **{
                **tree,
                "seal_keys": tuple(tree["seal_keys"]),
                "guards": tuple(tree["guards"]),
                "tables": {name: _kept(one) for name, one in tree["tables"].items()},
                "media": {name: _kept(one) for name, one in tree["media"].items()},
                "missing": tuple(Missing(**one) for one in tree["missing"]),
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged("备份文件里的清单看不懂，文件可能坏了。") from None


def _kept(tree: dict[str, Any]) -> Kept:
    return Kept(**{**tree, "columns": tuple(tree["columns"])})
