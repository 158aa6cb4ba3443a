"""What docs/deploy.md tells people to install is right, and runs."""

import configparser
import json
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.outbox import Queue
from launch.machine import ROOT
from tests.conftest import INDEX_KEY, SEAL_KEY

pytestmark = pytest.mark.once(beside="browser")  # mostly waits, and asks no database of the run
UNITS = sorted((ROOT / "ops" / "systemd").glob("*.*"))  # services, and the timer of one
SITE = ROOT / "ops" / "nginx" / "pinganma.conf"
HOME = "/opt/pinganma"  # where the units expect the program
PATIENCE = 90.0


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert found, f"{name} is missing; ops/install-test-packages installs it"
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.2)


def unit(name: str) -> configparser.SectionProxy:
    """Return the [Service] of a unit."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read(ROOT / "ops" / "systemd" / name)
    return parser["Service"]


def command(name: str, instance: str = "") -> list[str]:
    """Return what a unit starts, with this checkout and this Python for the installed ones."""
    words = shlex.split(unit(name)["ExecStart"].replace("%i", instance))
    assert words[0] == f"{HOME}/.venv/bin/python"
    return [sys.executable, *words[1:]]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    copies = []
    for path in UNITS:
        copy = tmp_path / path.name
        text = path.read_text().replace(f"{HOME}/.venv/bin/python", sys.executable)
        copy.write_text(text.replace(HOME, str(ROOT)))
        copies.append(str(copy))

    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", *copies],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@dataclass(frozen=True, kw_only=True)
class House:
    """The site as systemd and nginx would run it."""

    http: int
    https: int
    folder: Path
    env: dict[str, str]

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        request = urllib.request.Request(f"https://localhost:{self.https}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, context=trust, timeout=20) as answer:  # noqa: S310 - as above
                return answer.status, answer.read().decode(errors="replace"), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace"), dict(error.headers)


@contextmanager
def process(words: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        started = subprocess.Popen(words, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        yield
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def write_nginx_config(folder: Path, *, http: int, https: int, web: int) -> Path:
    """Wrap the shipped site into a configuration that needs neither root nor port 443."""
    subprocess.run(
        [
            *(program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", "privkey.pem", "-out", "fullchain.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    site = SITE.read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("127.0.0.1:8000", f"127.0.0.1:{web}"),
        ("/etc/pinganma/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("pinganma.example.gov.cn", "localhost"),
    ):
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in places)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + f"events {{}}\nhttp {{\naccess_log {folder}/everybody.log;\n"  # as Debian has it
        + f"{temporary}include {folder}/site.conf;\n}}\n"
    )
    return config


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("production")
    http, https, web = free_port(), free_port(), free_port()
    config = write_nginx_config(folder, http=http, https=https, web=web)
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": f"sqlite:///{folder}/app.db",
        "REDIS_URL": f"unix://{folder}/redis.sock?db=0",
        "VAR": str(folder),
        "PORT": str(web),
        "PUBLIC_URL": f"https://localhost:{https}",
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": "test",
        "SEAL_KEYS": SEAL_KEY,
        "INDEX_KEY": INDEX_KEY,
    }
    redis = [program("redis-server"), "--port", "0", "--unixsocket", f"{folder}/redis.sock"]
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=env, check=True, capture_output=True)
    running = House(http=http, https=https, folder=folder, env=env)
    with ExitStack() as all_of_it:

        def start(words: list[str], name: str) -> None:
            all_of_it.enter_context(process(words, env, folder / f"{name}.log"))

        start([*redis, "--save", "", "--dir", str(folder)], "redis")
        start(command("pinganma-web.service"), "web")
        for queue in Queue:
            start(command("pinganma-worker@.service", queue.value), "worker")
        start(command("pinganma-schedule.service"), "schedule")
        start([program("nginx"), "-e", "stderr", "-c", str(config)], "nginx")
        until(lambda: _is_whole(running), "the whole house")
        yield running


def _is_whole(house: House) -> bool:
    try:
        status, body, _ = house.get("/readyz")
    except OSError:
        return False
    return status == 200 and all(json.loads(body)["workers"].values())


def test_nginx_finds_nothing_wrong_with_the_site(house: House) -> None:
    done = subprocess.run(
        [program("nginx"), "-t", "-e", "stderr", "-c", str(house.folder / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_every_unit_runs_and_the_site_answers_through_https(house: House) -> None:
    status, body, headers = house.get("/healthz")

    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert "max-age" in headers["Strict-Transport-Security"]


SECRET = "7Q2M9K4T1ZXW"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/u/{SECRET}", "/u/..."),
        (f"/u/{SECRET}/photo?key={SECRET}", "/u/..."),
        (f"/%75/{SECRET}", "/u/..."),
        (f"/h/{SECRET}", "/h/..."),
        (f"/r/{SECRET}", "/r/..."),
        (f"/R/{SECRET}", "/R/..."),
        (f"/c/{SECRET}/media/1", "/c/..."),
        (f"/S/{SECRET}", "/S/..."),
        (f"/staff/case/{SECRET}", "/staff/case/..."),
        (f"/track?number={SECRET}", "/track"),
    ],
)
def test_the_log_of_nginx_holds_no_key_to_anything(house: House, path: str, shown: str) -> None:
    referer = f"https://localhost:{house.https}/u/{SECRET}"

    house.get(path, Referer=referer)

    until(lambda: f'"GET {shown} HTTP' in logged(house, "pinganma.log"), f"a line of {shown}")
    for name in ("pinganma.log", "everybody.log", "nginx.log", "error.log"):
        assert SECRET not in logged(house, name), name


def test_nor_do_its_logs_when_the_site_is_away_and_what_nginx_says_is_chinese(
    tmp_path: Path,
) -> None:
    http, https = free_port(), free_port()
    config = write_nginx_config(tmp_path, http=http, https=https, web=free_port())
    alone = House(http=http, https=https, folder=tmp_path, env={})
    words = [program("nginx"), "-e", "stderr", "-c", str(config)]
    with process(words, dict(os.environ), tmp_path / "nginx.log"):
        until(lambda: _answers(alone), "nginx")

        status, page, _ = alone.get(f"/u/{SECRET}", Referer=f"https://localhost/r/{SECRET}")
        assert status == 502
        assert "您的东西还没有收到" in page

        status, page, _ = alone.get(f"/u/{SECRET}", **{"Content-Length": str(200 * 1024**2)})
        assert status == 413
        assert "照片少选几张" in page

        until(lambda: '"GET /u/... HTTP' in logged(alone, "pinganma.log"), "a line")
    for name in ("pinganma.log", "everybody.log", "nginx.log", "error.log"):
        assert SECRET not in logged(alone, name), name


def _answers(house: House) -> bool:
    try:
        return house.get("/healthz")[0] == 502
    except OSError:
        return False


def logged(house: House, name: str) -> str:
    file = house.folder / name
    return file.read_text(errors="replace") if file.exists() else ""


def test_a_page_comes_compressed(house: House) -> None:
    _, _, headers = house.get("/nothing-here", **{"Accept-Encoding": "gzip"})

    assert headers["Content-Encoding"] == "gzip"


def test_the_nightly_backup_runs_beside_the_house_and_can_be_restored(house: House) -> None:
    env = {**os.environ, **house.env, "BACKUP_DIR": str(house.folder / "backups")}
    (house.folder / "backups").mkdir()

    backup = subprocess.run(
        command("pinganma-backup.service"),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert backup.returncode == 0, backup.stderr
    (made,) = (house.folder / "backups").glob("pinganma-*.backup.tar")
    looked = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "restore", "--check", str(made)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "备份完好" in looked.stdout, looked.stderr


def test_who_comes_without_https_is_sent_there(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.http), timeout=20) as line:
        line.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = line.recv(4096).decode()

    assert answer.startswith("HTTP/1.1 301")
    assert "Location: https://localhost/healthz" in answer


def test_a_queue_without_a_unit_would_be_noticed(house: House) -> None:
    _, body, _ = house.get("/readyz")

    assert set(json.loads(body)["workers"]) == {queue.value for queue in Queue}
