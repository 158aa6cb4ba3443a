"""A house with two small jobs of its own, so that the kernel is tested without any feature."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.events import Event
from kernel.facts import establish
from kernel.grants import Role
from kernel.outbox import Delivery, Errand, Queue, Subscribers, make_routes, on
from kernel.work import Parts, Work
from tests.factories import DISTRICT, make_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Event):
    """Something a test announces."""

    name: str


def write_fact(work: Work, *, name: str) -> None:
    """A job whose effect can be counted."""
    establish(work, name, "written")


def hear(work: Work, event: Heard) -> None:
    """A subscriber whose effect can be counted."""
    establish(work, event.name, "heard")


@on(Queue.URGENT)
def hear_too(work: Work, event: Heard) -> None:
    """A second subscriber, in another queue."""
    establish(work, f"{event.name}-too", "heard")


def fail(work: Work, *, name: str) -> None:
    """A job that writes and then breaks."""
    establish(work, name, "must be undone")
    raise LookupError("broken on purpose")


RAN: list[str] = []


@on(Queue.OUTBOUND)
def go_out(work: Work, *, name: str) -> Errand:
    """A job that does something outside and writes down what came back."""

    def run(key: str) -> str:
        RAN.append(key)
        if name == "closed":
            raise OSError("nobody answers")
        return f"answer {key}"

    def after(work: Work, answer: str) -> None:
        establish(work, name, answer)

    return Errand(run, after)


def forgotten(work: Work, *, name: str) -> None:
    """A job nobody registered."""
    raise NotImplementedError


@pytest.fixture(autouse=True)
def house(app: Flask) -> Iterator[Parts]:
    """The application, with this module's handlers in its tables."""
    built: Parts = app.extensions["parts"]
    subscribers: Subscribers = {Heard: (hear, hear_too)}
    app.extensions["parts"] = replace(
        built,
        subscribers=subscribers,
        routes={**built.routes, **make_routes(subscribers, (write_fact, fail, go_out))},
    )
    RAN.clear()
    yield app.extensions["parts"]
    app.extensions["parts"] = built


@pytest.fixture
def rows(session: Session) -> "Rows":
    return Rows(session)


@dataclass
class Rows:
    """The outbox as a test looks at it, always fresh from the database."""

    session: Session

    def all(self) -> list[Delivery]:
        self.session.flush()
        self.session.expire_all()
        return self.session.query(Delivery).order_by(Delivery.id).all()

    def one(self) -> Delivery:
        (row,) = self.all()
        return row


@pytest.fixture
def gateway(house: Parts, app: Flask) -> None:
    """A text message gateway is set up."""
    settings = replace(house.settings, sms_url="https://sms.example/send", sms_key="k")
    app.extensions["parts"] = replace(house, settings=settings)


@pytest.fixture
def operator(session: Session) -> Actor:
    actor = make_staff(session, Role.SYSADMIN, area=DISTRICT)
    session.commit()
    return actor


@pytest.fixture
def token(client: FlaskClient) -> Callable[[], str]:
    """Return a function that takes the token off a page as a browser would."""

    def token() -> str:
        page: str = client.get("/staff/operator/calendar").text
        return page.partition('name="csrf_token" value="')[2].partition('"')[0]

    return token
