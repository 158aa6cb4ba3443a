import os
import stat
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from kernel.settings import KEYS, SIGN_KEY, Misconfigured, Settings, read_keys
from launch.plan import LONGEST_SOCKET, ensure_keys, make_plan

PATH = os.environ["PATH"]


def env_of(var: Path, **more: str) -> dict[str, str]:
    return {"PATH": PATH, "VAR": str(var), **more}


class TestPlan:
    def test_an_empty_environment_is_enough(self, tmp_path: Path) -> None:
        plan = make_plan(env_of(tmp_path / "var"))

        assert (plan.host, plan.port) == ("127.0.0.1", 8000)
        assert plan.env["DATABASE_URL"] == f"sqlite:///{tmp_path}/var/app.db"
        assert plan.env["PUBLIC_URL"] == "http://127.0.0.1:8000"
        assert plan.own_redis

    def test_a_redis_of_somebody_elses_is_not_started(self, tmp_path: Path) -> None:
        plan = make_plan(env_of(tmp_path, REDIS_URL="redis://queue.example:6379/0"))

        assert not plan.own_redis
        assert plan.env["REDIS_URL"] == "redis://queue.example:6379/0"

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００", "80 00"])
    def test_a_port_that_is_none_is_named(self, tmp_path: Path, port: str) -> None:
        with pytest.raises(Misconfigured, match="PORT"):
            make_plan(env_of(tmp_path, PORT=port))

    @pytest.mark.parametrize("url", ["sqlite:///here.db", "sqlite://", "nonsense"])
    def test_a_database_that_depends_on_who_asks_is_refused(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(Misconfigured, match="DATABASE_URL"):
            make_plan(env_of(tmp_path, DATABASE_URL=url))

    def test_a_long_path_gets_short_sockets_that_nobody_else_enters(self, tmp_path: Path) -> None:
        plan = make_plan(env_of(tmp_path / ("很长的名字" * 6) / ("x" * LONGEST_SOCKET)))

        assert len(str(plan.control_socket)) <= LONGEST_SOCKET
        assert stat.S_IMODE(plan.sockets.stat().st_mode) == 0o700
        plan.sockets.rmdir()

    def test_a_var_that_is_a_file_is_refused_in_words(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(Misconfigured, match="VAR="):
            make_plan(env_of(tmp_path / "file"))

    def test_listening_everywhere_shows_the_address_in_the_network(self, tmp_path: Path) -> None:
        plan = make_plan(env_of(tmp_path, HOST="0.0.0.0", PORT="8123"))  # noqa: S104 - what HOST may be

        assert plan.env["PUBLIC_URL"].endswith(":8123")
        assert "0.0.0.0" not in plan.env["PUBLIC_URL"]  # noqa: S104 - what must not be shown
        assert plan.address == "127.0.0.1"

    def test_a_demo_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(Misconfigured, match="DEMO"):
            make_plan(env_of(tmp_path, DEMO="huge"))

    def test_an_empty_database_can_stay_empty(self, tmp_path: Path) -> None:
        assert make_plan(env_of(tmp_path, DEMO="none")).demo == ()
        assert make_plan(env_of(tmp_path)).demo == ("demo", "load")


class TestKeys:
    def test_are_made_once_and_for_nobody_else(self, tmp_path: Path) -> None:
        ensure_keys(env_of(tmp_path), holds_data=False)
        made = (tmp_path / "keys.env").read_bytes()
        ensure_keys(env_of(tmp_path), holds_data=True)

        assert (tmp_path / "keys.env").read_bytes() == made
        assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600
        Fernet(read_keys(tmp_path / "keys.env")["SEAL_KEYS"])

    def test_differ_from_house_to_house_and_from_each_other(self, tmp_path: Path) -> None:
        keys: list[str] = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            ensure_keys(env_of(tmp_path / name), holds_data=False)
            keys += read_keys(tmp_path / name / "keys.env").values()

        assert len(set(keys)) == 2 * len((*KEYS, SIGN_KEY))
        assert min(map(len, keys)) >= 43

    def test_are_not_made_anew_for_a_database_sealed_with_others(self, tmp_path: Path) -> None:
        with pytest.raises(Misconfigured, match="only the old keys open"):
            ensure_keys(env_of(tmp_path), holds_data=True)

        assert not (tmp_path / "keys.env").exists()

    def test_one_that_is_missing_is_not_made_up_either(self, tmp_path: Path) -> None:
        (tmp_path / "keys.env").write_text("SECRET_KEY=a\nINDEX_KEY=b\n")

        with pytest.raises(Misconfigured, match="SEAL_KEYS"):
            ensure_keys(env_of(tmp_path), holds_data=True)

    def test_in_the_environment_need_no_file(self, tmp_path: Path) -> None:
        ensure_keys(env_of(tmp_path, **dict.fromkeys(KEYS, "k")), holds_data=True)

        assert not (tmp_path / "keys.env").exists()

    def test_may_lie_where_keys_file_says(self, tmp_path: Path) -> None:
        env = env_of(tmp_path, KEYS_FILE=str(tmp_path / "elsewhere.env"))
        ensure_keys(env, holds_data=False)

        plan = make_plan(env)
        kept, settings = read_keys(tmp_path / "elsewhere.env"), Settings.from_env(plan.env)
        assert settings.seal_keys == (kept["SEAL_KEYS"],)
        assert settings.ledger_sign_key == urlsafe_b64decode(kept[SIGN_KEY])
