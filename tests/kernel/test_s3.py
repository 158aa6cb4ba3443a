"""The store speaks S3 to a small server of our own: the edge of the house is outbound HTTP."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from kernel.s3 import S3Store
from kernel.settings import Misconfigured
from tests.fakes import NOON

NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
LISTED = (
    "<Contents><Key>%s</Key><LastModified>2025-12-31T00:00:00.000Z</LastModified>"
    "<ETag>1</ETag><Size>1</Size></Contents>"
)
DENIED = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"


class Bucket(BaseHTTPRequestHandler):
    """Keeps objects in memory.  Like a real one it wants a signature."""

    kept: dict[str, bytes]

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
            self.answer(403, DENIED)
            return
        self.kept[self.path] = content
        self.answer(200, headers={"ETag": '"1"'})

    def do_GET(self) -> None:
        if "list-type=2" in self.path:
            self.answer(200, self.listed())
        elif self.path in self.kept:
            self.answer(200, self.kept[self.path])
        else:
            self.answer(404, NO_SUCH_KEY)

    def listed(self) -> bytes:
        """Say what begins so; everything was written on the last day of 2025."""
        bucket, _, query = self.path.partition("?")
        prefix = parse_qs(query)["prefix"][0]
        names = [name.removeprefix(bucket).lstrip("/") for name in self.kept]
        found = "".join(LISTED % name for name in names if name.startswith(prefix))
        head = "<Name>media</Name><IsTruncated>false</IsTruncated>"
        return f"<ListBucketResult>{head}{found}</ListBucketResult>".encode()

    def do_DELETE(self) -> None:
        self.kept.pop(self.path, None)
        self.answer(204)

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        kind = "application/xml" if body.startswith(b"<") else "application/octet-stream"
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    handler = type("Handler", (Bucket,), {"kept": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"s3+http://127.0.0.1:{server.server_port}/media"
        server.shutdown()


@pytest.fixture
def store(address: str) -> S3Store:
    return S3Store(address, access_key="key", secret_key="secret")


def test_what_is_kept_is_found_until_it_is_forgotten(store: S3Store) -> None:
    store.put("ab/cd", b"one")
    store.put("ab/cd", b"two")

    with store.open("ab/cd") as file:
        assert file.read() == b"two"
    store.delete("ab/cd")
    store.delete("ab/cd")

    with pytest.raises(FileNotFoundError), store.open("ab/cd"):
        pytest.fail("opened what was forgotten")


def test_what_has_lain_there_for_long_is_listed(store: S3Store) -> None:
    store.put("incoming/a", b"x")
    store.put("pictures/b", b"x")

    assert list(store.older("incoming", NOON)) == ["incoming/a"]
    assert list(store.older("incoming", NOON - timedelta(days=300))) == []


def test_a_wrong_key_is_an_error_of_the_store(address: str) -> None:
    stranger = S3Store(address, access_key="other", secret_key="secret")

    with pytest.raises(OSError, match="AccessDenied"):
        stranger.put("a", b"x")


def test_a_store_that_is_away_is_one_too() -> None:
    store = S3Store("s3+http://127.0.0.1:1/media", access_key="key", secret_key="secret")

    with pytest.raises(OSError, match="MaxRetryError"):
        store.put("a", b"x")


@pytest.mark.parametrize("url", ["http://host/bucket", "s3://host", "s3:///bucket", "s3://h/a/b"])
def test_an_address_that_names_no_bucket_stops_the_start_up(url: str) -> None:
    with pytest.raises(Misconfigured, match="MEDIA_URL"):
        S3Store(url, access_key="", secret_key="")
