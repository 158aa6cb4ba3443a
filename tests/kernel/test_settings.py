from pathlib import Path

import pytest

from kernel.settings import ROBOT_URLS, Misconfigured, Settings

ENOUGH = {
    "DATABASE_URL": "sqlite://",
    "REDIS_URL": "redis://",
    "SECRET_KEY": "a",
    "SEAL_KEYS": "b,c",
    "INDEX_KEY": "d",
}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**ENOUGH, "VAR": str(tmp_path)}


def test_what_is_not_said_has_a_default_that_works_on_one_machine(env: dict[str, str]) -> None:
    settings = Settings.from_env(env)

    assert settings.seal_keys == ("b", "c")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.is_https
    assert settings.migration_url is None


@pytest.mark.parametrize("name", list(ENOUGH))
def test_a_missing_setting_stops_the_start_up_and_is_named(name: str, env: dict[str, str]) -> None:
    del env[name]

    with pytest.raises(Misconfigured, match=name):
        Settings.from_env(env)


def test_keys_may_lie_in_a_file_outside_the_database(env: dict[str, str], tmp_path: Path) -> None:
    lines = [f"{name}={env.pop(name)}" for name in ("SECRET_KEY", "SEAL_KEYS", "INDEX_KEY")]
    (tmp_path / "keys.env").write_text("# keep\n\n" + "\n".join(lines) + "\n")

    settings = Settings.from_env(env)

    assert (settings.secret_key, settings.index_key) == ("a", "d")


@pytest.mark.parametrize(
    "url", ["example.gov.cn", "ftp://example.gov.cn", "https://", "https://a.cn/?q=1", "x"]
)
def test_an_address_residents_could_not_open_is_refused(url: str, env: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        Settings.from_env({**env, "PUBLIC_URL": url})


@pytest.mark.parametrize("count", ["-1", "two", "1.5", "٣"])
def test_a_number_must_be_one(count: str, env: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="TRUSTED_PROXIES"):
        Settings.from_env({**env, "TRUSTED_PROXIES": count})


def test_https_is_taken_from_the_address(env: dict[str, str]) -> None:
    settings = Settings.from_env({**env, "PUBLIC_URL": "https://qr.example.cn/"})

    assert settings.is_https
    assert settings.public_url == "https://qr.example.cn"


def test_robots_are_those_of_two_firms_unless_somebody_says_otherwise(env: dict[str, str]) -> None:
    assert Settings.from_env(env).robot_url_allowed == ROBOT_URLS

    urls = "https://robots.example.gov.cn , http://10.0.0.1/hook,"
    settings = Settings.from_env({**env, "ROBOT_URLS": urls})

    # To the end of the host, or anybody could put a longer one behind it.
    assert settings.robot_url_allowed == ("https://robots.example.gov.cn/", "http://10.0.0.1/hook")


@pytest.mark.parametrize("url", ["example.gov.cn", "https://", "ftp://a.cn/", "https://a@b.cn/"])
def test_a_beginning_that_is_no_address_is_refused(url: str, env: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="ROBOT_URLS"):
        Settings.from_env({**env, "ROBOT_URLS": url})


def test_a_backup_goes_nowhere_until_it_is_told_where(env: dict[str, str], tmp_path: Path) -> None:
    silent = Settings.from_env(env)
    told = {"BACKUP_DIR": str(tmp_path), "BACKUP_KEEP": "3", "CERTIFICATE_FILE": "/x/y.pem"}
    settings = Settings.from_env({**env, **told})

    assert (silent.backup_dir, silent.certificate_file, silent.backup_keep) == (None, None, 14)
    assert (settings.backup_dir, settings.backup_keep) == (tmp_path, 3)
    assert settings.certificate_file == Path("/x/y.pem")


def test_calls_have_a_gateway_of_their_own(env: dict[str, str]) -> None:
    assert Settings.from_env(env).voice_url == ""

    settings = Settings.from_env({**env, "VOICE_URL": "https://voice.example", "VOICE_KEY": "k"})

    assert (settings.voice_url, settings.voice_key) == ("https://voice.example", "k")


def test_paper_is_set_in_the_fonts_and_links_that_somebody_names(env: dict[str, str]) -> None:
    assert Settings.from_env(env).print_font == ()
    assert Settings.from_env(env).print_upper

    own = {"PRINT_FONT": "/fonts/a.ttf, /fonts/b.ttf", "PRINT_LINKS": "lower"}
    settings = Settings.from_env({**env, **own})

    assert settings.print_font == ("/fonts/a.ttf", "/fonts/b.ttf")
    assert not settings.print_upper


@pytest.mark.parametrize(
    ("name", "value"),
    [("PRINT_FONT", "a.ttf"), ("PRINT_FONT", "/a,/b,/c"), ("PRINT_LINKS", "Upper")],
)
def test_fonts_and_links_that_cannot_be_are_refused(
    name: str, value: str, env: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({**env, name: value})
