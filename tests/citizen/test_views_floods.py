"""Whoever pours reports or additions in is stopped, keeps what was typed, and stops nobody else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizen.models import Report
from citizen.rules import printed
from grid.models import Act, Step
from grid.rules import Move
from grid.service import Values
from kernel.web import count_sent
from kernel.web.limits import SENT
from tests.citizen.factories import PHONE, act, make_case, make_code, make_report
from tests.citizen.promised import ask, owner_of
from tests.citizen.test_views_receipt import url
from tests.factories import VILLAGE

HERE = {"REMOTE_ADDR": "203.0.113.20"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.21"}
# Everything in these tests, limits and floods, is so many times less than in life.
LESS = 10
# Twice the limit and one more: the time that is counted may end in between.
FLOOD = 2 * SENT["report-here"][0].amount // LESS + 1
TOO_MANY = "这一小时从这里报的太多，这一件还没收下。您写的都还在"
ENOUGH = "今天补充得太多，这一次没有收下。您写的都还在"


@pytest.fixture(autouse=True)
def less(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, limits in SENT.items():
        lower = [type(one)(one.amount // LESS, one.multiples) for one in limits]
        monkeypatch.setitem(SENT, kind, lower)


def report(
    client: FlaskClient, path: str, n: int, where: dict[str, str] = HERE, **more: str
) -> int:
    """Send a report of its own from an address; return the status."""
    said = {"submission_key": f"flood-{n}", "words": f"第{n}件", **more}
    return client.post(path, data=said, environ_overrides=where).status_code


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


class TestReports:
    def test_a_flood_at_one_code_ends_and_nobody_elsewhere_is_hit(
        self, client: FlaskClient, session: Session
    ) -> None:
        flooded, other = make_code(session), make_code(session, name="桥头")
        session.commit()

        answers = [report(client, f"/S/{flooded}", n) for n in range(FLOOD)]

        within = SENT["report-here"][0].amount
        assert answers[:within] == [303] * within
        assert 429 in answers
        assert count(session) == answers.count(303)
        # The next code from the same address, and the same code from another address.
        assert report(client, f"/S/{other}", FLOOD) == 303
        assert report(client, f"/S/{flooded}", FLOOD + 1, ELSEWHERE) == 303

    def test_a_village_in_the_dark_behind_one_address_is_heard(
        self, client: FlaskClient, session: Session
    ) -> None:
        codes = [make_code(session, name=f"路灯{n}") for n in range(5)]
        session.commit()

        answers = [report(client, f"/S/{codes[n % 5]}", n) for n in range(200 // LESS)]

        assert answers == [303] * (200 // LESS)

    def test_many_codes_do_not_help_a_script(
        self, app: Flask, client: FlaskClient, session: Session
    ) -> None:
        token = make_code(session)
        session.commit()
        with app.test_request_context(environ_overrides=HERE):
            for _ in range(SENT["report"][0].amount - 1):
                count_sent("report", TOO_MANY)

        # A number that is no code of ours is another place each time.
        answers = [report(client, f"/S/{n:013}", n, village=VILLAGE) for n in range(2)]

        assert answers == [303, 429]
        assert report(client, f"/S/{token}", 3) == 429
        assert report(client, f"/S/{token}", 4, ELSEWHERE) == 303

    def test_what_was_typed_comes_back_with_a_sentence(
        self, client: FlaskClient, session: Session
    ) -> None:
        token = make_code(session)
        session.commit()
        for n in range(FLOOD):
            if report(client, f"/S/{token}", n) == 429:
                break
        typed = {
            "words": "东门的路灯又灭了",
            "phone": PHONE,
            "caller_name": "李阿姨",
            "tile": "broken",
        }

        said = {"submission_key": "the-same-key", **typed}
        page = client.post(f"/S/{token}", data=said, environ_overrides=HERE)
        script = client.post(
            f"/S/{token}",
            data=said,
            environ_overrides=HERE,
            headers={"Accept": "application/json"},
        )

        assert page.status_code == script.status_code == 429
        assert TOO_MANY in page.text
        for kept in ("东门的路灯又灭了", PHONE, "李阿姨", "the-same-key"):
            assert kept in page.text
        assert script.json is not None
        assert TOO_MANY in script.json["message"]
        assert script.json["errors"] == {}
        assert report(client, f"/S/{token}", FLOOD, ELSEWHERE, **typed) == 303


class TestAdditions:
    @pytest.mark.parametrize("what", ["add", "callback"])
    def test_one_receipt_takes_so_many_a_day_from_wherever(
        self, client: FlaskClient, session: Session, what: str
    ) -> None:
        flooded, other = make_case(session, phone=PHONE), make_case(session, phone=PHONE)
        session.commit()
        most = SENT["add"][0].amount

        def add(one: Report, n: int) -> int:
            data = {"words": f"补充{n}", "hours": f"晚上{n}", "dialect": ""}
            where = {"REMOTE_ADDR": f"203.0.113.{n % 200}"}
            address = url(one, path=f"/{what}")
            return client.post(address, data=data, environ_overrides=where).status_code

        answers = [add(flooded, n) for n in range(2 * most + 1)]

        assert answers[:most] == [303] * most
        assert 429 in answers
        assert add(other, 0) == 303
        if what == "add":
            steps = select(func.count()).where(
                Step.case_id == flooded.case_id, Step.act == Act.SUPPLEMENT
            )
            assert session.scalar(steps) == answers.count(303)

    @pytest.mark.parametrize(("what", "field"), [("add", "add-words"), ("answer", "answer-words")])
    def test_what_was_typed_comes_back_with_a_sentence(
        self, client: FlaskClient, session: Session, what: str, field: str
    ) -> None:
        report = make_case(session, phone=PHONE)
        act(session, report.case_id, Move.ACCEPT, owner_of(session, report), Values())
        ask(session, report)
        session.commit()
        for n in range(2 * SENT["add"][0].amount + 1):
            if client.post(url(report, path="/add"), data={"words": f"{n}"}).status_code == 429:
                break

        answer = client.post(url(report, path=f"/{what}"), data={"words": "又灭了"})

        assert answer.status_code == 429
        assert ENOUGH in answer.text
        assert "又灭了</textarea>" in answer.text.partition(f'id="{field}"')[2]
        # It can still be read and urged.
        assert client.get(url(report)).status_code == 200
        assert client.post(url(report, path="/urge")).status_code == 303


def test_complaints_of_one_address_end_and_keep_what_was_typed(
    client: FlaskClient, session: Session
) -> None:
    make_code(session)
    session.commit()
    answers = []
    for n in range(2 * SENT["complaint"][0].amount + 1):
        said = {"submission_key": f"c{n}", "about": "app", "words": f"字太小{n}"}
        answers.append(client.post("/complain", data=said, environ_overrides=HERE))

    most = SENT["complaint"][0].amount
    assert [one.status_code for one in answers[:most]] == [303] * most
    refused = next(one for one in answers if one.status_code == 429)
    assert "您写的都还在" in refused.text
    assert f"字太小{answers.index(refused)}" in refused.text


def test_a_receipt_from_the_flood_is_still_read(client: FlaskClient, session: Session) -> None:
    report_ = make_report(session)
    session.commit()

    assert printed(report_.number) in client.get(url(report_), environ_overrides=HERE).text
