from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.calendar import calendar_of
from kernel.grants import Role
from kernel.outbound import Message, send_sms, send_voice
from kernel.work import Parts, transaction
from tests.factories import make_staff
from tests.fakes import NOON, FixedClock
from tests.kernel.conftest import Rows, write_fact

SignIn = Callable[[Actor], None]
TABLE = """date,kind,name
2027-01-01,off,元旦
2027-01-09,work,元旦
2027-05-01,off,劳动节
2027-10-01,off,国庆节
"""


@pytest.mark.parametrize("page", ["", "messages", "calendar"])
@pytest.mark.parametrize("role", [Role.TOWN_ADMIN, Role.GRID_FULL, Role.AUDITOR])
def test_the_operators_pages_are_the_operators(
    page: str, role: Role, client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(make_staff(session, role))

    assert client.get(f"/staff/operator/{page}").status_code == 403


def test_a_parked_row_is_shown_and_taken_up_again(
    client: FlaskClient,
    session: Session,
    rows: Rows,
    operator: Actor,
    sign_in: SignIn,
    token: Callable[[], str],
) -> None:
    with transaction() as work:
        work.later(write_fact, name="a")
    rows.one().parked_at = NOON
    rows.one().error = "LookupError: broken"
    number = rows.one().id
    sign_in(operator)

    assert "LookupError: broken" in client.get("/staff/operator/").text
    answer = client.post(f"/staff/operator/{number}/retry", data={"csrf_token": token()})

    assert answer.status_code == 303
    assert rows.one().parked_at is None
    assert session.query(AuditLine).one().action == "outbox.retry"


def test_a_message_nobody_could_send_is_shown(
    client: FlaskClient, operator: Actor, sign_in: SignIn
) -> None:
    with transaction() as work:
        send_sms(work, phone="13800000000", template="T01", text="验证码：123456")
    sign_in(operator)

    assert "验证码：123456" in client.get("/staff/operator/messages").text


def test_with_a_gateway_no_words_are_shown(
    client: FlaskClient, operator: Actor, sign_in: SignIn, gateway: None
) -> None:
    with transaction() as work:
        send_sms(work, phone="13800000000", template="T01", text="验证码：123456")
    sign_in(operator)

    page = client.get("/staff/operator/messages").text

    assert "<h2>验证码</h2>" in page
    assert "123456" not in page


class TestMessages:
    def test_numbers_are_masked_and_every_look_is_written_down(
        self, client: FlaskClient, session: Session, operator: Actor, sign_in: SignIn, gateway: None
    ) -> None:
        with transaction() as work:
            send_sms(work, phone="13812345678", template="T02", text="您好")
        sign_in(operator)

        page = client.get("/staff/operator/messages?state=waiting").text

        assert "138****5678" in page
        assert "13812345678" not in page
        (line,) = session.query(AuditLine).all()
        assert (line.action, line.actor_id, line.detail) == ("message.read", operator.id, "waiting")

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", {"T01", "T02", "T16"}),
            ("state=waiting", {"T01", "T16"}),
            ("state=held", {"T02"}),
            ("state=sent", set[str]()),
            ("channel=voice", {"T16"}),
            ("channel=sms&state=held", {"T02"}),
            ("state=nonsense&channel=%00&before=x", {"T01", "T02", "T16"}),
            ("before=%s", {"T01"}),
        ],
    )
    def test_it_shows_what_is_asked_for(
        self,
        client: FlaskClient,
        session: Session,
        operator: Actor,
        sign_in: SignIn,
        clock: FixedClock,
        query: str,
        shown: set[str],
    ) -> None:
        clock.moment = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 23:00 in Shanghai
        with transaction() as work:
            send_sms(work, phone="13812345678", template="T01", text="您好")
            send_sms(work, phone="13812345678", template="T02", text="您好")
            send_voice(work, phone="13812345678", template="T16", text="您好")
        sign_in(operator)

        second = session.query(Message.id).order_by(Message.id).all()[1][0]
        asked = query.replace("%s", str(second))
        page = client.get(f"/staff/operator/messages?{asked}").text

        scenes = {"T01": "验证码", "T02": "已受理", "T16": "夜间告警"}
        assert {one for one, scene in scenes.items() if f"<h2>{scene}</h2>" in page} == shown

    def test_a_gateway_for_calls_that_is_missing_is_said(
        self, client: FlaskClient, operator: Actor, sign_in: SignIn, house: Parts, app: Flask
    ) -> None:
        sign_in(operator)
        assert "没有接语音电话" in client.get("/staff/operator/messages").text

        settings = replace(house.settings, voice_url="https://voice.example/call")
        app.extensions["parts"] = replace(house, settings=settings)

        assert "没有接语音电话" not in client.get("/staff/operator/messages").text

    def test_the_rest_is_on_the_next_page(
        self, client: FlaskClient, operator: Actor, sign_in: SignIn
    ) -> None:
        with transaction() as work:
            for _ in range(60):
                send_sms(work, phone="13812345678", template="T02", text="您好")
        sign_in(operator)

        page = client.get("/staff/operator/messages?channel=sms").text

        assert page.count("<h2>") == 50
        assert "channel=sms" in page.partition("before=")[2][:40]


class TestCalendar:
    def test_the_first_page_says_which_year_is_unknown(
        self, client: FlaskClient, operator: Actor, sign_in: SignIn, clock: FixedClock
    ) -> None:
        sign_in(operator)
        assert "放假安排" not in client.get("/staff/operator/").text

        clock.moment = datetime(2026, 11, 1, 4, tzinfo=UTC)

        with client.session_transaction() as cookie:
            cookie.clear()  # or it would be a session that has been idle since March
        sign_in(operator)
        page = client.get("/staff/operator/")
        assert "2027 年的放假安排还没有载入" in page.text

    def test_takes_over_a_new_year(
        self,
        client: FlaskClient,
        session: Session,
        operator: Actor,
        sign_in: SignIn,
        token: Callable[[], str],
    ) -> None:
        sign_in(operator)

        answer = self.send(client, token(), TABLE.encode())

        assert answer == 303
        assert calendar_of(session).covers(2027)
        assert session.query(AuditLine).one().action == "calendar.load"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"date,kind,name\n2027-13-01,off,x\n", "第 2 行"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b"x" * 300_000, "太大"),
            (b"", "表头"),
        ],
    )
    def test_says_what_is_wrong_and_takes_nothing(
        self,
        content: bytes,
        said: str,
        client: FlaskClient,
        session: Session,
        operator: Actor,
        sign_in: SignIn,
        token: Callable[[], str],
    ) -> None:
        sign_in(operator)

        answer = client.post(
            "/staff/operator/calendar",
            data={"csrf_token": token(), "table": (BytesIO(content), "a.csv")},
        )

        assert answer.status_code == 422
        assert said in answer.text
        assert not calendar_of(session).covers(2027)

    def test_without_a_token_nothing_is_taken_and_the_page_offers_to_send_again(
        self, client: FlaskClient, operator: Actor, sign_in: SignIn
    ) -> None:
        sign_in(operator)

        assert self.send(client, "stale", TABLE.encode()) == 400

    def send(self, client: FlaskClient, token: str, content: bytes) -> int:
        data = {"csrf_token": token, "table": (BytesIO(content), "a.csv")}
        return client.post("/staff/operator/calendar", data=data).status_code
