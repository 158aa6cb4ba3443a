"""Who passes the gate, and what it says to whoever does not."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from kernel.access import PUBLIC, SIGNED_IN, access_of, public
from kernel.db import db
from kernel.errors import NotFound, Refusal, TooLarge, TooMany, Unavailable
from kernel.permissions import Permission
from kernel.web import install_gate
from kernel.web.pages import status_of

FOREIGN = [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
OWN = [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}]


def test_every_view_says_who_may(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    assert {access_of(view) for view in views.values()} <= {PUBLIC, SIGNED_IN, *Permission}


def test_a_silent_view_stops_the_start_up() -> None:
    app = Flask("silent")
    app.add_url_rule("/", view_func=lambda: "hello", endpoint="hello")

    with pytest.raises(RuntimeError, match="hello"):
        install_gate(app, "redis://")


def test_an_unknown_address_is_answered_in_chinese(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text


def test_a_script_gets_its_answer_as_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})

    assert answer.json == {
        "message": "没有找到这一页。网址可能抄错了，再扫一次码最稳妥。",
        "errors": {},
    }


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_another_site_sends_is_not_taken(headers: dict[str, str], client: FlaskClient) -> None:
    answer = client.post("/nowhere", headers=headers, data={"words": "灯不亮"})

    assert answer.status_code == 403
    assert "灯不亮" in answer.text


@pytest.mark.parametrize("headers", OWN)
def test_what_our_own_pages_send_passes(headers: dict[str, str], client: FlaskClient) -> None:
    assert client.post("/nowhere", headers=headers).status_code == 404


def test_every_answer_tells_the_browser_to_run_nothing_else(client: FlaskClient) -> None:
    headers = client.get("/nowhere").headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal("x"), 400),
        (NotFound("x"), 404),
        (TooLarge("x"), 413),
        (TooMany("x"), 429),
        (Unavailable("x"), 503),
    ],
)
def test_a_refusal_has_its_status(refusal: Refusal, status: int) -> None:
    assert status_of(refusal) == status


def test_a_body_beyond_all_measure_is_refused_with_a_sentence(client: FlaskClient) -> None:
    answer = client.post("/sink", data={"words": "字" * 1_000_000})

    assert answer.status_code == 413
    assert "太大" in answer.text


def test_a_database_that_is_gone_is_503_and_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/gone", data={"words": "灯不亮"})

    assert answer.status_code == 503
    assert "灯不亮" in answer.text


def test_a_language_and_a_size_are_remembered_without_a_session(client: FlaskClient) -> None:
    answer = client.get("/nowhere?lang=en&fs=3")

    cookies = answer.headers.getlist("Set-Cookie")
    assert sorted(cookie.partition(";")[0] for cookie in cookies) == ["fs=3", "lang=en"]


def test_a_language_nobody_speaks_is_ignored(client: FlaskClient) -> None:
    answer = client.get("/nowhere?lang=xx&fs=9")

    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.status_code == 404


@pytest.fixture(autouse=True)
def doors(app: Flask) -> None:
    """Two views that only these tests have."""
    if "sink" in app.view_functions:
        return

    @public
    def sink() -> str:
        return f"{len(request.form['words'])}"

    @public
    def gone() -> str:
        db.session.rollback()
        raise OperationalError("SELECT 1", {}, OSError("no such server"))

    app.url_map.add(app.url_rule_class("/sink", endpoint="sink", methods={"POST"}))
    app.url_map.add(app.url_rule_class("/gone", endpoint="gone", methods={"POST"}))
    app.view_functions |= {"sink": sink, "gone": gone}
