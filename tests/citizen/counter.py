"""A clerk at the counter, as the tests of its pages see one."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen.models import Rating, Report, SaidFor
from citizen.rules import printed
from kernel.access import Actor
from tests.citizen.factories import deliver_all
from tests.factories import VILLAGE

COUNTER = "/staff/counter"


SignIn = Callable[[Actor], None]


WORDS = "路灯不亮，晚上看不见路"


class Desk:
    """A browser; who is signed in sends the token that their pages carry."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, data: Mapping[str, str] = MappingProxyType({})) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]*)"', self.get("/staff/account").text)
        return self.client.post(path, data={**data, **({"csrf_token": token[1]} if token else {})})


def form(**more: str) -> dict[str, str]:
    plain = {
        "submission_key": "key",
        "place": "10 01",
        "area": VILLAGE,
        "words": WORDS,
        "caller": "张奶奶 138 1234 5678",
        "channel": "phone",
    }
    return {**plain, **more}


def send(desk: Desk, **more: str) -> TestResponse:
    return desk.post(COUNTER, data=form(**{"step": "send", **more}))


def take(desk: Desk, session: Session, **more: str) -> Report:
    """Take one down and let it reach the grid."""
    answer = send(desk, **more)
    assert answer.status_code == 303, answer.text
    deliver_all(session)
    number = answer.location.rpartition("/")[2].replace("-", "")
    return session.scalars(select(Report).where(Report.number == number)).one()


def count(session: Session, table: type[Report] | type[SaidFor] | type[Rating]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def page_of(report: Report, part: str = "") -> str:
    return f"{COUNTER}/{printed(report.number)}{part}"
