"""A backup that is damaged, or comes with the wrong keys or without its pictures."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from kernel.audit import AuditLine
from kernel.db import db
from kernel.media import Attachment, State
from kernel.stores import FileStore
from kernel.work import transaction
from people.models import Person
from tests.conftest import INDEX_KEY, SEAL_KEY
from tests.fakes import NOON
from tests.upkeep.backups import OTHER_KEY, add_picture, flip, rewritten
from tests.upkeep.conftest import (
    House,
    files,
    inside,
    put_store,
    run,
    url_of,
)
from upkeep.errors import Damaged, MediaMissing, WrongKeys
from upkeep.rules.manifest import MANIFEST, SEAL
from upkeep.service.restoring import check, restore
from upkeep.service.writing import Backup, back_up

# A damaged file is one, whatever database it came from.
pytestmark = pytest.mark.once(beside="sqlite")


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
        first = house(built=True)
        with inside(first), transaction() as work:
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
        one = house(built=True)
        with inside(one):
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
        one = house(built=True)

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
            add_picture(one, "incoming/x")
            put_store(one, Moving(one.extensions["parts"].settings.var / "media"))
            made = back_up(tmp_path / "a.tar")

        assert made.manifest.missing == ()
        assert set(made.manifest.media) == {"pictures/x.jpg"}
