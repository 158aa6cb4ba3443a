"""The page a printed code opens."""

import pytest
from flask import Flask, redirect, request, url_for
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from kernel import crockford
from kernel.work import transaction
from qr import queries, rules, service
from qr.queries import Scanned
from qr.rules import CodeKind
from tests.factories import GRID, make_area

UNKNOWN = crockford.with_check("7K2M9XQ4AB3C")


def answer(scanned: Scanned) -> ResponseReturnValue:
    if request.method == "POST" and "words" in request.form:
        return redirect("/r/1", code=303)
    return f"{scanned.kind}|{scanned.place_name}|{scanned.revoked}|{scanned.replaced}"


@pytest.fixture(autouse=True)
def targets(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kind of code lead to a page that says what was found."""
    monkeypatch.setitem(app.extensions, "scan_targets", dict.fromkeys([None, *CodeKind], answer))


@pytest.fixture
def token(session: Session) -> str:
    make_area(session, GRID)
    session.commit()
    with transaction() as work:
        return service.issue(
            work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None
        ).token


def id_of(session: Session, token: str) -> int:
    code = queries.find(session, token)
    assert code is not None
    return code.id


class TestScan:
    @pytest.mark.parametrize("head", ["/S/", "/s/"])
    def test_a_scan_is_answered_in_place_whatever_its_case(
        self, client: FlaskClient, token: str, head: str
    ) -> None:
        for text in (token, token.lower(), rules.printed(token), f"{token}/"):
            answered = client.get(head + text)

            assert answered.status_code == 200
            assert answered.text == "spot|桥头|False|False"
            assert answered.headers["Cache-Control"] == "no-store"

    def test_head_says_the_same_without_the_page(self, client: FlaskClient, token: str) -> None:
        answered = client.head(f"/S/{token}")

        assert (answered.status_code, answered.data) == (200, b"")
        assert client.head(f"/S/{UNKNOWN}").status_code == 404

    def test_what_is_sent_goes_to_the_same_place(self, client: FlaskClient, token: str) -> None:
        answered = client.post(f"/S/{token}", data={"words": "灯不亮"})

        assert (answered.status_code, answered.location) == (303, "/r/1")

    @pytest.mark.parametrize("text", [UNKNOWN, UNKNOWN[:-1], "x", "%00", "平安", "7" * 5000])
    def test_an_unknown_code_is_404_whether_it_could_be_one_or_not(
        self, client: FlaskClient, text: str
    ) -> None:
        answered = client.get(f"/S/{text}")

        assert answered.status_code == 404
        assert answered.text == "None||False|False"
        assert answered.headers["Cache-Control"] == "no-store"

    def test_one_can_report_from_an_unknown_code_all_the_same(self, client: FlaskClient) -> None:
        answered = client.post(f"/S/{UNKNOWN}", data={"words": "灯不亮"})

        assert (answered.status_code, answered.location) == (303, "/r/1")

    def test_an_old_label_leads_on_without_a_redirect(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        with transaction() as work:
            service.replace(work, id_of(session, token), reason="", by=None)

        answered = client.get(f"/S/{token}")

        assert (answered.status_code, answered.text) == (200, "spot|桥头|False|True")

    def test_a_revoked_code_still_opens_its_page(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        with transaction() as work:
            service.revoke(work, id_of(session, token), reason="", by=None)

        assert client.get(f"/S/{token}").text == "spot|桥头|True|False"

    def test_the_address_we_build_is_the_one_that_is_printed(self, app: Flask, token: str) -> None:
        with app.test_request_context():
            assert url_for("qr.scan", token=token) == f"/S/{token}"

    def test_a_scan_is_one_statement(
        self, client: FlaskClient, token: str, reads: list[str]
    ) -> None:
        reads.clear()

        client.get(f"/S/{token}")

        assert len(reads) == 1


class TestMisses:
    @pytest.mark.parametrize("text", [UNKNOWN, "x"])
    def test_whoever_guesses_is_stopped_and_whoever_scans_is_not(
        self, client: FlaskClient, token: str, text: str
    ) -> None:
        where = {"REMOTE_ADDR": "203.0.113.7" if text == "x" else "203.0.113.8"}
        for _ in range(60):
            client.get(f"/S/{text}", environ_overrides=where)

        assert client.get(f"/S/{text}", environ_overrides=where).status_code == 429
        assert client.get(f"/S/{token}", environ_overrides=where).status_code == 200
        # Neighbours behind one address have worn out the tries; a report is taken all the same.
        sent = client.post(
            f"/S/{text}", data={"words": "着火了", "danger": "yes"}, environ_overrides=where
        )
        assert sent.status_code == 303
