"""What goes into a backup comes out of it, and a bad one changes nothing."""

import json
import os
import resource
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import ENOSPC
from http.server import ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from kernel.audit import AuditLine
from kernel.db import db, keyring
from kernel.facts import Fact, check_keys, establish
from kernel.media import Attachment, Kind, State
from kernel.s3 import S3Store
from kernel.stores import FileStore
from kernel.work import transaction
from launch.machine import ROOT
from people.models import Person
from tests.conftest import INDEX_KEY, SEAL_KEY
from tests.fakes import NOON
from tests.kernel.test_s3 import Bucket
from tests.upkeep.conftest import (
    House,
    everything,
    files,
    inside,
    make_house,
    put_store,
    run,
    url_of,
)
from upkeep.errors import BackupFailed, Damaged, MediaMissing, NotEmpty, TooNew, WrongKeys
from upkeep.queries.revisions import known_revisions, newest_revision
from upkeep.rules.manifest import MANIFEST, SEAL
from upkeep.service.restoring import check, restore
from upkeep.service.writing import Backup, back_up

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


class TestThereAndBack:
    def test_every_row_and_every_file_comes_back(
        self, town: Flask, made: Backup, house: House
    ) -> None:
        other = house()

        with inside(other):
            done = restore(made.path)

        before, after = everything(town), everything(other)
        assert done.lost == 0
        assert {name: rows for name, rows in after.items() if name not in LATER} == {
            name: rows for name, rows in before.items() if name not in LATER
        }
        assert after["kernel_audit"][:-1] == before["kernel_audit"][:-1]
        assert files(other) == files(town)
        assert len(files(other)) > 5

    def test_what_is_only_ever_added_to_stays_so(self, made: Backup, house: House) -> None:
        other = house()
        with inside(other):
            restore(made.path)

            for verb in ("UPDATE kernel_audit SET detail = 'x'", "DELETE FROM grid_step"):
                with pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
                    db.session.execute(sa.text(verb))
                db.session.rollback()

    def test_names_open_and_numbers_go_on_where_they_were(
        self, town: Flask, made: Backup, house: House
    ) -> None:
        other = house()
        with inside(town):
            names = db.session.scalars(sa.select(Person.name).order_by(Person.id)).all()
        with inside(other):
            restore(made.path)
            check_keys()

            there = db.session.scalars(sa.select(Person.name).order_by(Person.id)).all()
            last = db.session.scalar(sa.select(sa.func.max(AuditLine.id))) or 0
            with transaction() as work:
                establish(work, "a", "b")
                work.session.add(AuditLine(at=NOON, action="test", subject="test"))
                work.session.flush()
                fresh = work.session.scalar(sa.select(sa.func.max(AuditLine.id)))

        assert there == names
        assert fresh == last + 1

    def test_a_number_that_was_used_and_deleted_is_not_used_again(
        self, house: House, tmp_path: Path
    ) -> None:
        one, other = house(), house()
        with inside(one):
            upgrade()
            add_picture(one, "pictures/a")
            gone = add_picture(one, "pictures/b")
            with transaction() as work:
                work.session.execute(sa.delete(Attachment).where(Attachment.id == gone))
            made = back_up(tmp_path / "a.tar")
        with inside(other):
            restore(made.path)

            assert add_picture(other, "pictures/c") > gone

    def test_an_embedded_installation_moves_into_the_other_database(
        self, house: House, tmp_path: Path
    ) -> None:
        embedded, other = house(url=f"sqlite:///{tmp_path}/embedded.db"), house()
        with inside(embedded):
            upgrade()
            with transaction() as work:
                work.session.add(Person(name="王伟", made_at=NOON))
                establish(work, "a", "汉字 'quoted' \\ \n")
            made = back_up(tmp_path / "embedded.tar")
        with inside(other):
            restore(made.path)

            person = db.session.scalars(sa.select(Person)).one()
            assert (person.name, person.made_at, person.is_head) == ("王伟", NOON, False)
            assert db.session.get_one(Fact, "a").value == "汉字 'quoted' \\ \n"

    def test_it_shows_one_moment_however_busy_the_house_is(
        self, house: House, tmp_path: Path
    ) -> None:
        one, other = house(), house()

        class Busy(FileStore):
            """While a file is read somebody writes to two tables."""

            @contextmanager
            def open(self, name: str) -> Iterator[BinaryIO]:
                with one.app_context(), transaction() as work:
                    establish(work, "late", "x")
                    work.session.add(AuditLine(at=NOON, action="late", subject="x"))
                with super().open(name) as file:
                    yield file

        with inside(one):
            upgrade()
            add_picture(one)
            put_store(one, Busy(one.extensions["parts"].settings.var / "media"))
            made = back_up(tmp_path / "a.tar")
            assert db.session.get(Fact, "late") is not None
        with inside(other):
            restore(made.path)

            assert db.session.get(Fact, "late") is None
            late = sa.select(AuditLine).where(AuditLine.action == "late")
            assert db.session.scalars(late).all() == []

    def test_files_that_many_machines_share_are_taken_along_and_put_back(
        self, house: House, tmp_path: Path
    ) -> None:
        handler = type("Handler", (Bucket,), {"kept": {}})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"s3+http://127.0.0.1:{server.server_port}/media"
            store = S3Store(url, access_key="key", secret_key="secret")
            one, other = house(), house()
            for app in (one, other):
                app.extensions["parts"] = replace(app.extensions["parts"], store=store)
            with inside(one):
                upgrade()
                add_picture(one, content=b"shared")
                made = back_up(tmp_path / "a.tar")
            store.delete("pictures/one.jpg")
            with inside(other):
                restore(made.path)

            with store.open("pictures/one.jpg") as file:
                assert file.read() == b"shared"
            server.shutdown()


class TestOlder:
    def test_a_backup_of_older_tables_is_upgraded(
        self, house: House, made: Backup, tmp_path: Path
    ) -> None:
        old, other = house(), house()
        first = known_revisions()[-1]
        assert first != newest_revision()
        with inside(old):
            restore(made.path)
            downgrade(revision=first)
            older = back_up(tmp_path / "old.tar")
            assert older.manifest.revision == first
        with inside(other):
            restore(older.path)

            version = db.session.execute(sa.text("SELECT version_num FROM alembic_version"))
            assert version.scalar() == newest_revision()
        after = everything(other)  # the way down forgets what the old tables have no word for
        for name, kept in older.manifest.tables.items():
            assert name in LATER or len(after[name]) == kept.rows

    def test_a_backup_of_a_newer_version_is_refused(
        self, made: Backup, house: House, tmp_path: Path
    ) -> None:
        other = house()
        with inside(other):
            newer = rewritten(made.path, tmp_path, revision="9999", version="7.0")

            with pytest.raises(TooNew, match=r"更新的版本（7\.0"):
                restore(newer)
            assert sa.inspect(db.engine).get_table_names() == []

    def test_a_newer_database_is_never_written_over(self, made: Backup, house: House) -> None:
        other = house()
        with inside(other):
            upgrade()
            with transaction() as work:
                establish(work, "precious", "x")
                work.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

            with pytest.raises(TooNew, match="另建一个空库"):
                restore(made.path, replace=True)
            assert db.session.get_one(Fact, "precious").value == "x"


class TestOverData:
    def test_is_refused_until_it_is_asked_for(self, made: Backup, house: House) -> None:
        other = house()
        with inside(other):
            upgrade()
            with transaction() as work:
                establish(work, "precious", "x")
                work.session.add(AuditLine(at=NOON, action="old", subject="x"))

            with pytest.raises(NotEmpty, match="--replace"):
                restore(made.path)
            assert db.session.get_one(Fact, "precious").value == "x"

            restore(made.path, replace=True)

            assert db.session.get(Fact, "precious") is None
            old = sa.select(AuditLine).where(AuditLine.action == "old")
            assert db.session.scalars(old).all() == []

    def test_the_same_backup_twice_comes_to_the_same(self, made: Backup, house: House) -> None:
        other = house()
        with inside(other):
            restore(made.path)
            restore(made.path, replace=True)

        after = everything(other)
        assert len(after["people_person"]) == made.manifest.tables["people_person"].rows


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


class TestDamaged:
    @pytest.mark.parametrize("part", ["media/", "tables/grid_case", MANIFEST, SEAL])
    def test_one_bit_is_enough_to_be_refused(
        self, part: str, made: Backup, house: House, tmp_path: Path
    ) -> None:
        other = house()
        with inside(other):
            bad = flip(made.path, tmp_path, part)

            with pytest.raises(Damaged):
                restore(bad)
            assert sa.inspect(db.engine).get_table_names() == []
        assert files(other) == {}

    @pytest.mark.parametrize("kept", [0, 1, 600, 0.5, 0.96])
    def test_so_is_one_that_was_cut_off(
        self, kept: float, made: Backup, house: House, tmp_path: Path
    ) -> None:
        whole = made.path.read_bytes()
        bad = tmp_path / "cut.tar"
        bad.write_bytes(whole[: int(kept * len(whole)) if 0 < kept < 1 else int(kept)])

        with inside(house()), pytest.raises(Damaged):
            check(bad)

    def test_so_is_something_else(self, house: House, tmp_path: Path) -> None:
        (tmp_path / "words.tar").write_text("这不是备份" * 1000)

        code, said = run(house(), "restore", str(tmp_path / "words.tar"))

        assert code == 1
        assert "Error: 这个文件不是平安码的备份" in said

    def test_a_row_too_few_is_noticed(self, made: Backup, house: House, tmp_path: Path) -> None:
        with inside(house()):
            tree = json.loads(json.dumps(_tables(made)))
            tree["people_person"]["rows"] += 1
            bad = rewritten(made.path, tmp_path, tables=tree)

            with pytest.raises(Damaged, match="people_person 行数不对"):
                check(bad)

    def test_a_whole_one_is_said_to_be_whole(self, made: Backup, house: House) -> None:
        code, said = run(house(), "restore", "--check", str(made.path))

        assert code == 0
        assert "备份完好" in said


def _tables(made: Backup) -> dict[str, object]:
    with tarfile.open(made.path) as tar:
        file = tar.extractfile(MANIFEST)
        assert file is not None
        found: dict[str, object] = json.loads(file.read())["tables"]
        return found


class TestKeys:
    @pytest.mark.parametrize(
        ("more", "named"),
        [({"index_key": "another"}, "INDEX_KEY"), ({"keys": [OTHER_KEY]}, "SEAL_KEYS")],
    )
    def test_wrong_ones_are_refused_before_anything_is_touched(
        self, more: dict[str, object], named: str, made: Backup, house: House
    ) -> None:
        with inside(house(**more)):
            with pytest.raises(WrongKeys, match=named):
                restore(made.path)
            assert sa.inspect(db.engine).get_table_names() == []

    def test_an_old_one_behind_a_new_one_opens_it(self, made: Backup, house: House) -> None:
        with inside(house(keys=[OTHER_KEY, SEAL_KEY])):
            restore(made.path)

            assert db.session.scalars(sa.select(Person.name)).all()

    def test_one_key_of_two_is_not_enough_where_both_were_used(
        self, house: House, tmp_path: Path
    ) -> None:
        first = house()
        with inside(first):
            upgrade()
            with transaction() as work:
                work.session.add(Person(name="甲", made_at=NOON))
        both = house(url=url_of(first), keys=[OTHER_KEY, SEAL_KEY])
        with inside(both):
            with transaction() as work:
                work.session.add(Person(name="乙", made_at=NOON))
            made = back_up(tmp_path / "a.tar")

        with (
            inside(house(keys=[OTHER_KEY])),
            pytest.raises(WrongKeys, match="people_person"),
        ):
            check(made.path)

    def test_the_backup_holds_none(self, made: Backup) -> None:
        content = made.path.read_bytes()

        assert SEAL_KEY.encode() not in content
        assert f'"{INDEX_KEY}"'.encode() not in content


class TestMissingMedia:
    @pytest.fixture
    def lacking(self, house: House, tmp_path: Path) -> Backup:
        """A backup that was made after somebody had deleted a picture by hand."""
        one = house()
        with inside(one):
            upgrade()
            add_picture(one, "pictures/here.jpg")
            add_picture(one, "pictures/gone.jpg")
            one.extensions["parts"].store.delete("pictures/gone.jpg")
            return back_up(tmp_path / "lacking.tar")

    def test_the_backup_is_made_and_says_which(self, lacking: Backup) -> None:
        (one,) = lacking.manifest.missing

        assert (one.name, one.owner) == ("pictures/gone.jpg", "test:1")

    def test_restoring_is_refused_and_says_which(self, lacking: Backup, house: House) -> None:
        with inside(house()):
            with pytest.raises(MediaMissing, match=r"pictures/gone\.jpg.*test:1"):
                restore(lacking.path)
            assert sa.inspect(db.engine).get_table_names() == []

    def test_going_on_marks_them_as_lost(self, lacking: Backup, house: House) -> None:
        other = house()
        code, said = run(other, "restore", str(lacking.path), "--accept-missing")

        with inside(other):
            rows = db.session.scalars(sa.select(Attachment).order_by(Attachment.id)).all()
            assert [row.state for row in rows] == [State.READY, State.REFUSED]
            assert (rows[1].stored, rows[1].refused_why) == (
                None,
                "这个文件在恢复备份时已经找不到了。",
            )
            lost = sa.select(AuditLine.subject).where(AuditLine.action == "media.lost")
            assert db.session.scalars(lost).all() == [f"attachment:{rows[1].id}"]
        assert code == 0
        assert "标成已丢失的文件 · marked as lost: 1" in said

    def test_one_that_is_finished_meanwhile_is_not_missing(
        self, house: House, tmp_path: Path
    ) -> None:
        one = house()

        class Moving(FileStore):
            """The worker finishes a picture between our look at its row and at its file."""

            @contextmanager
            def open(self, name: str) -> Iterator[BinaryIO]:
                if name == "incoming/x":
                    self.put("pictures/x.jpg", b"done")
                    self.delete(name)
                    with one.app_context(), transaction() as work:
                        row = work.session.scalars(sa.select(Attachment)).one()
                        row.stored = "pictures/x.jpg"
                with super().open(name) as file:
                    yield file

        with inside(one):
            upgrade()
            add_picture(one, "incoming/x")
            put_store(one, Moving(one.extensions["parts"].settings.var / "media"))
            made = back_up(tmp_path / "a.tar")

        assert made.manifest.missing == ()
        assert set(made.manifest.media) == {"pictures/x.jpg"}


class TestTheFile:
    def test_only_its_owner_may_read_it(self, made: Backup) -> None:
        assert made.path.stat().st_mode & 0o777 == 0o600

    def test_the_newest_are_kept(self, house: House, tmp_path: Path) -> None:
        one, folder = house(), tmp_path / "backups"
        folder.mkdir()
        (folder / "letter.txt").write_text("not ours")
        with inside(one):
            upgrade()
            for _ in range(4):
                back_up(folder, keep=2)
                one.extensions["parts"].clock.advance(days=1)

        assert sorted(path.name for path in folder.iterdir()) == [
            "letter.txt",
            "pinganma-20260304T120000Z.backup.tar",
            "pinganma-20260305T120000Z.backup.tar",
        ]

    def test_another_is_never_written_over(self, house: House, tmp_path: Path) -> None:
        one = house()
        with inside(one):
            upgrade()
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


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Have the system refuse to write more, as it does when the disk is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


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
        one, folder = house(), tmp_path / "backups"
        folder.mkdir()
        with inside(one):
            upgrade()
            add_picture(one, content=bytes(9_000_000))
            with pytest.raises(BackupFailed, match="磁盘满了"), no_file_longer_than(8_000_000):
                back_up(folder)
            assert list(folder.iterdir()) == []

            assert back_up(folder).manifest.missing == ()

    def test_a_full_disk_leaves_the_database_as_it_was(self, made: Backup, house: House) -> None:
        class Full(FileStore):
            def put(self, name: str, content: bytes) -> None:
                raise OSError(ENOSPC, "No space left on device")

        other = house()
        put_store(other, Full(other.extensions["parts"].settings.var / "media"))
        with inside(other):
            upgrade()
            with transaction() as work:
                establish(work, "precious", "x")

        code, said = run(other, "restore", "--replace", str(made.path))

        assert code == 1
        assert "No space left on device。库没有动过" in said
        with inside(other):
            assert db.session.get_one(Fact, "precious").value == "x"

    def test_two_at_once_in_one_folder_are_one_too_many(self, house: House, tmp_path: Path) -> None:
        one, folder = house(), tmp_path / "backups"
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
            upgrade()
            add_picture(one)
            put_store(one, Nosy(one.extensions["parts"].settings.var / "media"))
            one_made = back_up(folder)

        assert refused == ["另一个备份正写在这个文件夹里，等它做完再来。"]
        assert list(folder.iterdir()) == [one_made.path]

    def test_a_killed_one_leaves_nothing_under_a_backups_name(
        self, house: House, tmp_path: Path
    ) -> None:
        one, folder = house(), tmp_path / "backups"
        folder.mkdir()
        var = one.extensions["parts"].settings.var
        with inside(one):
            upgrade()
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
