"""A person at work in a browser, for the tests of the staff pages."""

import re
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grid.models import Case
from kernel.access import Actor
from people.views import session_id


class Desk:
    """Somebody signed in, with the form token their pages carry."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session = client, session

    def sits(self, actor: Actor) -> None:
        """Let *actor* sit down at it."""
        self.session.commit()
        with self.client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = session_id(self.session, actor.id)

    def get(self, path: str, **headers: str) -> TestResponse:
        self.session.commit()
        return self.client.get(path, headers=headers)

    def read(self, path: str) -> str:
        """Return a page's text, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text[-2000:]
        return answer.text

    def post(self, path: str, **fields: Any) -> TestResponse:  # noqa: ANN401 - files among them
        """Send a form with the token of the menu's sign-out button."""
        page = self.get("/staff/account").text
        data = {"csrf_token": value(page, "csrf_token"), **fields}
        return self.client.post(path, data=data, content_type="multipart/form-data")


def value(page: str, name: str) -> str:
    """Return what a hidden field holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no {name}"
    return found[1]


def plain(page: str) -> str:
    """Return the words of a page, without its markup."""
    body = page.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


def url(case: Case, what: str = "") -> str:
    return f"/staff/case/{case.number}" + (f"/{what}" if what else "")


def photo() -> tuple[BytesIO, str]:
    """Return a small picture as a browser sends it."""
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, "JPEG")
    buffer.seek(0)
    return buffer, "a.jpg"


def seen(case: Case) -> dict[str, str]:
    """Return what the forms of a page say it has seen."""
    return {"state": case.state.value, "turn": str(case.turn)}
