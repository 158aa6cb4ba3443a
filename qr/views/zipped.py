"""An archive that is sent while it is made."""

import io
import zipfile
from collections.abc import Iterable, Iterator


class _Pipe(io.RawIOBase):
    """Takes what is written until somebody asks for it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: object, /) -> int:
        self._written.append(bytes(content))  # type: ignore[call-overload]
        return len(self._written[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        whole = b"".join(self._written)
        self._written.clear()
        return whole


def zipped(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a zip of *members*, which are asked for one by one; a PDF is not squeezed again."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            archive.writestr(name, content)
            yield pipe.taken()
    yield pipe.taken()
