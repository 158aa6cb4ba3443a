"""Stand-ins for the parts an application is built with, and for its users."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.errors import Unavailable
from kernel.outbox import Ticket

# A Monday; 20:00 in Shanghai, so that neither the night rule nor a weekend is in play.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

# As a robot answers that took a message.
TAKEN = '{"errcode": 0, "errmsg": "ok"}'


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def advance(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass
class CountingChance:
    """Unguessable values a test can guess."""

    drawn: int = 0

    def token(self) -> str:
        self.drawn += 1
        return f"token-{self.drawn:017}"

    def letters(self, alphabet: str, count: int) -> str:
        """Count up in the numeral system of *alphabet*, so that no two are the same."""
        self.drawn += 1
        number, letters = self.drawn, ""
        while number or len(letters) < count:
            number, digit = divmod(number, len(alphabet))
            letters = alphabet[digit] + letters
        return letters[-count:]


@dataclass
class ListDispatch:
    """Keeps what would have been sent, unless a test takes the queue down."""

    sent: list[Ticket] = field(default_factory=list)
    up: bool = True

    def is_up(self) -> bool:
        return self.up

    def send(self, tickets: Sequence[Ticket]) -> None:
        self.sent.extend(tickets if self.up else ())


@dataclass
class PostBox:
    """Keeps what would have left the house, unless a test closes the way out."""

    posted: list[tuple[str, Mapping[str, object], Mapping[str, str]]] = field(default_factory=list)
    open: bool = True
    answer: str = TAKEN

    def __call__(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> str:
        if not self.open:
            raise Unavailable("nobody answers")
        self.posted.append((url, body, headers))
        return self.answer


class Browser(FlaskClient):
    """A client whose every request starts from nothing, as in production.

    A request made while an app context is open shares its ``g``; Flask-Login
    keeps the signed-in user there, so the second person would be the first.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - the base class's signature
        with self.application.app_context():
            return super().open(*args, **kwargs)
