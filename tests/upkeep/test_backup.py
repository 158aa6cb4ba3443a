"""What goes into a backup comes out of it, and a bad one changes nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from kernel.audit import AuditLine
from kernel.db import db
from kernel.facts import Fact, check_keys, establish
from kernel.media import Attachment
from kernel.s3 import S3Store
from kernel.stores import FileStore
from kernel.work import transaction
from people.models import Person
from tests.fakes import NOON
from tests.kernel.test_s3 import Bucket
from tests.upkeep.backups import LATER, add_picture, rewritten
from tests.upkeep.conftest import (
    House,
    everything,
    files,
    inside,
    put_store,
)
from upkeep.errors import NotEmpty, TooNew
from upkeep.queries.revisions import known_revisions, newest_revision
from upkeep.service.restoring import restore
from upkeep.service.writing import Backup, back_up


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
        one, other = house(built=True), house()
        with inside(one):
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
        one, other = house(built=True), house()

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
            one, other = house(built=True), house()
            for app in (one, other):
                app.extensions["parts"] = replace(app.extensions["parts"], store=store)
            with inside(one):
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
        other = house(built=True)
        with inside(other):
            with transaction() as work:
                establish(work, "precious", "x")
                work.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

            with pytest.raises(TooNew, match="另建一个空库"):
                restore(made.path, replace=True)
            assert db.session.get_one(Fact, "precious").value == "x"


class TestOverData:
    def test_is_refused_until_it_is_asked_for(self, made: Backup, house: House) -> None:
        other = house(built=True)
        with inside(other):
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
