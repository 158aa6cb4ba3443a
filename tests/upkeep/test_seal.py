"""Changing the keys: everything is sealed anew, and without the right ones nothing starts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel.audit import AuditLine
from kernel.db import db
from kernel.facts import check_keys
from kernel.settings import Misconfigured
from kernel.work import transaction
from launch.machine import ROOT
from people.models import Person
from tests.conftest import INDEX_KEY, SEAL_KEY, new_database
from tests.fakes import NOON
from tests.upkeep.conftest import House, drop, inside, make_house, run, url_of
from upkeep.service import sealing
from upkeep.service.restoring import restore
from upkeep.service.writing import Backup

NEW_KEY = "nF3Q0r6u9Zt1oE2m3b4c5d6e7f8g9h0iJkLmNoPqRsM="
TABLE = db.metadata.tables[Person.__tablename__]
THIRD_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.fixture(scope="module")
def begun_once(
    database_url: str, made: Backup, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The database of a district that was begun with the first key."""
    folder = tmp_path_factory.mktemp("begun")
    url = new_database(database_url, folder, "begun")
    with inside(make_house(url, folder / "var")):
        restore(made.path)
        check_keys()
    yield url
    drop(url)


@pytest.fixture
def begun(begun_once: str, house: House) -> Flask:
    """That district, for one test alone."""
    return house(like=begun_once)


def names(app: Flask) -> list[str]:
    with inside(app):
        return list(db.session.scalars(sa.select(Person.name).order_by(Person.id)))


class TestRotating:
    def test_afterwards_the_old_key_may_go(self, begun: Flask, house: House) -> None:
        before = names(begun)

        code, said = run(house(url=url_of(begun), keys=[NEW_KEY, SEAL_KEY]), "seal", "rotate")

        only_new = house(url=url_of(begun), keys=[NEW_KEY])
        assert code == 0, said
        assert "旧钥匙可以拿掉" in said
        assert names(only_new) == before
        with inside(only_new):
            check_keys()
            assert set(sealing.count().values()) == {0}

    def test_counting_changes_nothing_and_says_that_the_old_key_is_needed(
        self, begun: Flask, house: House
    ) -> None:
        app = house(url=url_of(begun), keys=[NEW_KEY, SEAL_KEY])

        code, said = run(app, "seal", "rotate", "--check")

        assert code == 1
        assert "旧钥匙先别拿掉" in said
        with inside(app):
            assert sealing.count()["people_person"] > len(names(begun))  # and their phones

    def test_doing_it_again_changes_nothing(self, begun: Flask, house: House) -> None:
        app = house(url=url_of(begun), keys=[NEW_KEY, SEAL_KEY])
        with inside(app):
            sealing.rotate()
            raw = sa.select(sa.type_coerce(Person.phone, sa.Text)).order_by(Person.id)
            once = db.session.scalars(raw).all()
            db.session.remove()

            sealing.rotate()

            assert db.session.scalars(raw).all() == once
            noted = sa.select(AuditLine.detail).where(AuditLine.action == "seal.rotate")
            assert db.session.scalars(noted.order_by(AuditLine.id.desc())).first() == "0"

    def test_what_somebody_changes_meanwhile_is_not_written_over(
        self, begun: Flask, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = house(url=url_of(begun), keys=[NEW_KEY, SEAL_KEY])
        with inside(app):
            with transaction() as work:
                person = work.session.scalars(sa.select(Person).order_by(Person.id)).first()
                assert person is not None
                number = person.id
            stale = [
                (TABLE.columns["name"], {"id": number}, "what it was when we looked"),
            ]

            done = sealing.seal_anew(stale)

            assert done == 0
            assert db.session.get_one(Person, number).name == names(begun)[0]

    def test_a_key_that_is_gone_stops_it(self, begun: Flask, house: House) -> None:
        before = names(begun)

        code, _ = run(house(url=url_of(begun), keys=[NEW_KEY, THIRD_KEY]), "seal", "rotate")

        assert code != 0
        assert names(begun) == before


class TestWithoutTheKeys:
    @pytest.fixture
    def begun(self, house: House) -> Flask:
        """A district of one person, begun with the first key."""
        app = house(built=True)
        with inside(app):
            check_keys()
            with transaction() as work:
                work.session.add(Person(name="王伟", made_at=NOON))
        return app

    def start(self, app: Flask, tmp_path: Path, *, program: list[str], **keys: str) -> str:
        """Start a program of the house as systemd would; return what it says when it gives up."""
        env = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url_of(app),
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "VAR": str(tmp_path / "var"),
            "PORT": "0",
            **{name: value for name, value in keys.items() if value},
        }
        done = subprocess.run(
            [sys.executable, *program],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        return done.stderr

    @pytest.mark.once(beside="sqlite")
    @pytest.mark.parametrize("gone", ["SECRET_KEY", "SEAL_KEYS", "INDEX_KEY"])
    def test_a_lost_one_is_named(self, gone: str, begun: Flask, tmp_path: Path) -> None:
        keys = {"SECRET_KEY": "k", "SEAL_KEYS": SEAL_KEY, "INDEX_KEY": INDEX_KEY, gone: ""}

        said = self.start(begun, tmp_path, program=["worker.py", "schedule"], **keys)

        assert f"{gone} is not set" in said

    @pytest.mark.once(beside="sqlite")
    @pytest.mark.parametrize(
        ("wrong", "program"),
        [
            ("SEAL_KEYS", ["-m", "gunicorn", "-c", "ops/gunicorn.conf.py", "wsgi:app"]),
            ("INDEX_KEY", ["worker.py", "schedule"]),
            ("SEAL_KEYS", ["worker.py", "urgent"]),
        ],
        ids=["web", "schedule", "worker"],
    )
    def test_another_one_is_not_taken_for_it(
        self, wrong: str, program: list[str], begun: Flask, tmp_path: Path
    ) -> None:
        keys = {"SECRET_KEY": "k", "SEAL_KEYS": SEAL_KEY, "INDEX_KEY": INDEX_KEY, wrong: NEW_KEY}

        said = self.start(begun, tmp_path, program=program, **keys)

        assert wrong in said

    def test_what_was_sealed_says_so(self, begun: Flask, house: House) -> None:
        other = house(url=url_of(begun), keys=[NEW_KEY])
        with inside(other), pytest.raises(Misconfigured, match="SEAL_KEYS"):
            db.session.scalars(sa.select(Person.name)).all()


def test_what_may_never_be_changed_keeps_its_key(house: House) -> None:
    app = house(built=True)
    with inside(app), transaction() as work:
        work.session.add(Person(name="王伟", made_at=NOON))
        for verb in ("UPDATE", "DELETE"):
            freeze(work.session.connection(), verb)
    turned = house(url=url_of(app), keys=[NEW_KEY, SEAL_KEY])

    code, said = run(turned, "seal", "rotate")

    assert code == 1
    assert "people_person  1" in said
    assert names(turned) == ["王伟"]


def freeze(connection: sa.Connection, verb: str) -> None:
    """Guard a table as the migrations guard the log."""
    action = (
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
        if connection.dialect.name == "sqlite"
        else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    name = f"people_person_no_{verb.lower()}"
    connection.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON people_person {action}"))
