"""A bad file costs nobody a word, in whichever form of a resident it came."""

from collections.abc import Mapping
from contextlib import closing
from io import BytesIO
from typing import Final

import pytest
from flask.testing import EnvironBuilder, FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen import rules, service
from kernel.media import MOST_BYTES, Attachment, Kind
from tests.citizen.conftest import Disk
from tests.citizen.factories import make_case
from tests.kernel.media.samples import HTML, picture

WORDS: Final = "路灯不亮，晚上看不见路，老人走着怕摔。"
TOO_MUCH: Final = 2500
BAD: Final[Mapping[str, tuple[str, bytes]]] = {
    "照片太大了": ("big.jpg", picture() + bytes(MOST_BYTES[Kind.PICTURE])),
    "是空的": ("empty.jpg", b""),
    "不是照片": ("page.jpg", HTML),
    "打不开": ("cut.jpg", picture()[:40]),
}
FORMS: Final = ("/S/{token}", "/r/{number}/add?k={secret}", "/complain", "/look-alike")


def fields(path: str, words: str = WORDS) -> dict[str, object]:
    """What is typed into the form at *path*."""
    if path == "/look-alike":
        return {"where": "菜场东门的墙上", "seen": words}
    return {"words": words, "about": "worker"}


def photos(path: str, *files: tuple[str, bytes]) -> dict[str, object]:
    name = "photo" if path == "/look-alike" else "photos"
    return {name: [(BytesIO(content), called) for called, content in files]}


def post(client: FlaskClient, path: str, data: Mapping[str, object]) -> TestResponse:
    """Send a form; what Werkzeug's builder writes large bodies to, it leaves open."""
    builder = EnvironBuilder(client.application, path, method="POST", data=dict(data))
    environ = builder.get_environ()
    builder.close()
    with closing(environ["wsgi.input"]):
        return client.open(environ)


@pytest.fixture
def address(session: Session, token: str, disk: Disk) -> Mapping[str, str]:
    report = make_case(session)
    session.commit()
    known = {
        "token": token,
        "number": rules.printed(report.number),
        "secret": service.secret_of(report.number),
    }
    return {path: path.format(**known) for path in FORMS}


@pytest.mark.parametrize("path", FORMS)
def test_a_bad_file_is_named_in_words_and_costs_none(
    client: FlaskClient, session: Session, address: Mapping[str, str], path: str
) -> None:
    for said, file in BAD.items():
        answer = post(client, address[path], {**fields(path), **photos(path, file)})

        assert answer.status_code in {413, 422}, said
        assert said in answer.text
        assert WORDS in answer.text
        assert "刚才选的照片没有收下，请再选一次" in answer.text
    assert session.scalar(select(func.count(Attachment.id))) == 0


@pytest.mark.parametrize("path", FORMS[:3])
def test_thirty_photos_or_too_many_words_with_one_cost_no_word(
    client: FlaskClient, session: Session, address: Mapping[str, str], path: str
) -> None:
    # No two are alike: the same photo twice is one.
    thirty = [(f"{n}.jpg", picture() + bytes([n])) for n in range(30)]
    long = "长" * TOO_MUCH

    many = post(client, address[path], {**fields(path), **photos(path, *thirty)})
    much = post(client, address[path], {**fields(path, long), **photos(path, thirty[0])})

    assert (many.status_code, much.status_code) == (422, 422)
    assert "照片最多" in many.text
    assert WORDS in many.text
    assert "2000 个字" in much.text
    assert long in much.text
    assert "请再选一次" in much.text
    assert session.scalar(select(func.count(Attachment.id))) == 0
