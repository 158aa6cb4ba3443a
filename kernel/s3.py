"""Pictures and voices in a store that many machines share: any that speaks S3.

Loaded only where ``MEDIA_URL`` asks for it; the client takes half a second to import.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from kernel.settings import Misconfigured

PATIENCE: Final = urllib3.Timeout(connect=3, read=20)
GONE: Final = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


class S3Store:
    """A bucket.  An object appears under its name only when all of it has arrived.

    Raises:
        Misconfigured: if *url* is not ``s3://host[:port]/bucket``, or ``s3+http://…`` inside
            a network that is trusted.
    """

    def __init__(self, url: str, *, access_key: str, secret_key: str) -> None:
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if parts.scheme not in {"s3", "s3+http"} or not parts.netloc or not bucket or "/" in bucket:
            raise Misconfigured("MEDIA_URL must look like s3://host/bucket; see docs/deploy.md.")
        self._bucket = bucket
        self._client = Minio(
            parts.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=parts.scheme == "s3",
            region="us-east-1",  # asking for it would be one more round trip; S3's own default
            http_client=urllib3.PoolManager(timeout=PATIENCE, retries=urllib3.Retry(2)),
        )

    def put(self, name: str, content: bytes) -> None:
        with _as_os_error():
            self._client.put_object(self._bucket, name, BytesIO(content), len(content))

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with _as_os_error():
            answer = self._client.get_object(self._bucket, name)
            try:
                content = answer.read()
            finally:
                answer.close()
                answer.release_conn()
        yield BytesIO(content)

    def delete(self, name: str) -> None:
        with _as_os_error():
            self._client.remove_object(self._bucket, name)

    def older(self, folder: str, moment: datetime) -> Iterator[str]:
        with _as_os_error():
            for found in self._client.list_objects(self._bucket, prefix=f"{folder}/"):
                written = found.last_modified
                if found.object_name and written is not None and written < moment:
                    yield found.object_name


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Say what a folder would say, so that whoever keeps files need not know where."""
    try:
        yield
    except S3Error as error:
        if error.code in GONE:
            raise FileNotFoundError(error.code) from error
        raise OSError(error.code) from error
    except (MinioException, HTTPError) as error:
        raise OSError(type(error).__name__) from error
