"""The file itself, and what is left when making it breaks off."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from kernel.audit import AuditLine
from kernel.db import db
from kernel.facts import Fact, establish
from kernel.stores import FileStore
from kernel.work import transaction
from tests.upkeep.backups import add_picture, no_file_longer_than, started, until
from tests.upkeep.conftest import (
    House,
    inside,
    make_house,
    put_store,
    run,
)
from upkeep.errors import BackupFailed
from upkeep.service.writing import Backup, back_up

# Files and folders, whatever database stands behind them.
pytestmark = pytest.mark.once(beside="sqlite")


class TestTheFile:
    def test_only_its_owner_may_read_it(self, made: Backup) -> None:
        assert made.path.stat().st_mode & 0o777 == 0o600

    def test_the_newest_are_kept(self, house: House, tmp_path: Path) -> None:
        one, folder = house(built=True), tmp_path / "backups"
        folder.mkdir()
        (folder / "letter.txt").write_text("not ours")
        with inside(one):
            for _ in range(4):
                back_up(folder, keep=2)
                one.extensions["parts"].clock.advance(days=1)

        assert sorted(path.name for path in folder.iterdir()) == [
            "letter.txt",
            "pinganma-20260304T120000Z.backup.tar",
            "pinganma-20260305T120000Z.backup.tar",
        ]

    def test_another_is_never_written_over(self, house: House, tmp_path: Path) -> None:
        one = house(built=True)
        with inside(one):
            first = back_up(tmp_path / "a.tar")
            content = first.path.read_bytes()

            with pytest.raises(BackupFailed, match="没有覆盖"):
                back_up(tmp_path / "a.tar")
        assert first.path.read_bytes() == content

    def test_making_it_stands_in_the_log(self, town: Flask, made: Backup) -> None:
        with inside(town):
            line = db.session.scalars(
                sa.select(AuditLine).where(AuditLine.action == "backup.made")
            ).first()
            assert line is not None
            assert made.path.name in line.detail

    def test_without_a_place_the_command_asks_for_one(self, house: House) -> None:
        code, _ = run(house(), "backup")

        assert code == 1

    def test_it_goes_where_the_settings_say(self, house: House, tmp_path: Path) -> None:
        one = house()
        parts = one.extensions["parts"]
        one.extensions["parts"] = replace(
            parts, settings=replace(parts.settings, backup_dir=tmp_path)
        )
        with inside(one):
            upgrade()

        code, said = run(one, "backup")

        assert code == 0
        assert len(list(tmp_path.glob("pinganma-*.backup.tar"))) == 1
        assert "pinganma-20260302T120000Z.backup.tar" in said


class TestWhenItBreaksOff:
    @pytest.mark.parametrize(
        "words", [["backup"], ["retention", "--dry-run"], ["inspect"], ["seal", "rotate"]]
    )
    def test_a_database_that_is_away_is_told_in_a_sentence(
        self, words: list[str], tmp_path: Path
    ) -> None:
        away = make_house("postgresql://nobody@127.0.0.1:1/nothing", tmp_path)

        place = [str(tmp_path / "x")] if words[0] in {"backup", "inspect"} else []
        code, said = run(away, *words, *place)

        assert code == 1
        assert "库连不上" in said
        assert list(tmp_path.glob("*x*")) == []

    def test_a_full_disk_leaves_no_half_backup(self, house: House, tmp_path: Path) -> None:
        one, folder = house(built=True), tmp_path / "backups"
        folder.mkdir()
        with inside(one):
            add_picture(one, content=bytes(9_000_000))
            with pytest.raises(BackupFailed, match="磁盘满了"), no_file_longer_than(8_000_000):
                back_up(folder)
            assert list(folder.iterdir()) == []

            assert back_up(folder).manifest.missing == ()

    def test_a_full_disk_leaves_the_database_as_it_was(self, made: Backup, house: House) -> None:
        class Full(FileStore):
            def put(self, name: str, content: bytes) -> None:
                raise OSError(ENOSPC, "No space left on device")

        other = house(built=True)
        put_store(other, Full(other.extensions["parts"].settings.var / "media"))
        with inside(other), transaction() as work:
            establish(work, "precious", "x")

        code, said = run(other, "restore", "--replace", str(made.path))

        assert code == 1
        assert "No space left on device。库没有动过" in said
        with inside(other):
            assert db.session.get_one(Fact, "precious").value == "x"

    def test_two_at_once_in_one_folder_are_one_too_many(self, house: House, tmp_path: Path) -> None:
        one, folder = house(built=True), tmp_path / "backups"
        folder.mkdir()
        refused: list[str] = []

        class Nosy(FileStore):
            @contextmanager
            def open(self, name: str) -> Iterator[BinaryIO]:
                with one.app_context(), pytest.raises(BackupFailed) as refusal:
                    back_up(folder)
                refused.append(str(refusal.value))
                with super().open(name) as file:
                    yield file

        with inside(one):
            add_picture(one)
            put_store(one, Nosy(one.extensions["parts"].settings.var / "media"))
            one_made = back_up(folder)

        assert refused == ["另一个备份正写在这个文件夹里，等它做完再来。"]
        assert list(folder.iterdir()) == [one_made.path]

    def test_a_killed_one_leaves_nothing_under_a_backups_name(
        self, house: House, tmp_path: Path
    ) -> None:
        one, folder = house(built=True), tmp_path / "backups"
        folder.mkdir()
        var = one.extensions["parts"].settings.var
        with inside(one):
            add_picture(one, "pictures/slow.jpg")
        slow = var / "media" / "pictures" / "slow.jpg"
        slow.unlink()
        os.mkfifo(slow)  # whoever opens it waits for ever

        with started("backup", str(folder), app=one) as backup:
            until(lambda: any(folder.glob(".*.part")))
            backup.send_signal(signal.SIGKILL)

        assert list(folder.glob("pinganma-*")) == []
        slow.unlink()
        slow.write_bytes(b"picture")
        with inside(one):
            made = back_up(folder)
        assert list(folder.iterdir()) == [made.path]
