"""What a phone remembers of its receipts, a desk of its accounts: a signed cookie, no session."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from kernel.work import parts

YEAR: Final = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Memory:
    """The numbers of one kind of receipt that this phone made or opened, or what is like them."""

    cookie: str
    most: int
    read_number: Callable[[str], str | None]  # a number as it is kept, or None for none
    of_receipts: bool = True

    def __post_init__(self) -> None:
        """Let receipts of this kind be forgotten with the others."""
        if self.of_receipts:
            RECEIPTS.append(self)

    def numbers(self) -> list[str]:
        """Return them, the newest first; nothing of a cookie that is not ours."""
        try:
            kept = self._serializer().loads(request.cookies.get(self.cookie, ""))
        except BadData:
            return []
        if not isinstance(kept, list):
            return []
        return [number for number in kept if self.read_number(str(number)) == number]

    def keep(self, response: Response, number: str) -> None:
        """Keep that number from now on: a phone then sees all of the receipt."""
        others = [other for other in self.numbers() if other != number]
        response.set_cookie(
            self.cookie,
            str(self._serializer().dumps([number, *others][: self.most])),
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=parts().settings.is_https,
        )

    def forget(self, response: Response) -> None:
        """Let this phone see none of them any more."""
        response.delete_cookie(
            self.cookie, httponly=True, samesite="Lax", secure=parts().settings.is_https
        )

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(str(current_app.secret_key), salt=self.cookie)


RECEIPTS: Final[list[Memory]] = []  # each kind there is, so that a phone can forget all of them


def remembers(number: str) -> bool:
    """Whether this phone made or opened the receipt with *number*, of whichever kind."""
    return any(number in kind.numbers() for kind in RECEIPTS)


def keeps_any() -> bool:
    """Whether this phone remembers a receipt of whichever kind."""
    return any(kind.numbers() for kind in RECEIPTS)


def forget_all(response: Response) -> None:
    """Let this phone remember no receipt of any kind: it is somebody else's."""
    for kind in RECEIPTS:
        kind.forget(response)
