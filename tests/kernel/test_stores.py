import os
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.stores import FileStore
from tests.fakes import NOON


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


def test_what_is_kept_is_found_until_it_is_forgotten(store: FileStore) -> None:
    store.put("ab/cd", b"one")
    store.put("ab/cd", b"two")

    with store.open("ab/cd") as file:
        assert file.read() == b"two"
    store.delete("ab/cd")
    store.delete("ab/cd")

    with pytest.raises(FileNotFoundError), store.open("ab/cd"):
        pytest.fail("opened what was forgotten")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b"])
def test_a_name_cannot_lead_out(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        store.put(name, b"x")


def test_what_could_not_be_written_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="media"):
        store.put("a", b"x")


def test_what_has_lain_in_a_folder_for_long_is_listed(store: FileStore, tmp_path: Path) -> None:
    store.put("incoming/old", b"x")
    store.put("incoming/new", b"x")
    store.put("pictures/old", b"x")
    long_ago = (NOON - timedelta(days=2)).timestamp()
    for name in ("incoming/old", "pictures/old"):
        os.utime(tmp_path / "media" / name, (long_ago, long_ago))

    assert list(store.older("incoming", NOON - timedelta(days=1))) == ["incoming/old"]
    assert list(store.older("nowhere", NOON)) == []
