"""What was given to an outside unit."""

import re

from flask.testing import FlaskClient

from grid.models import Case
from tests.grid.pages import Desk, url, value

ASKED = {"unit": "power", "what": "电线垂下来了", "where": "村东头", "name": "溪城供电所"}


def give(desk: Desk, case: Case, **fields: str) -> str:
    """Give the case to a unit on the page; return the path of the link."""
    page = desk.read(url(case, "outside"))
    answer = desk.post(url(case, "outside"), key=value(page, "key"), **{**ASKED, **fields})
    assert answer.status_code == 200, answer.text[-2000:]
    found = re.search(r"/u/[\w-]+", answer.text)
    assert found is not None
    return found[0]


def say(client: FlaskClient, path: str, said: str, words: str = "", key: str = "k") -> int:
    data = {"said": said, "words": words, "key": f"{key}-{said}"}
    return client.post(path, data=data, content_type="multipart/form-data").status_code


def stranger(desk: Desk) -> FlaskClient:
    """Return a browser nobody has signed in on."""
    return desk.client.application.test_client()
