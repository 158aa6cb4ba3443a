"""From any phone: the number shows the state, the phone that was left opens the rest."""

import re

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from kernel import crockford
from kernel.outbound import Message
from tests.citizen.factories import PHONE, make_case, make_report
from tests.fakes import FixedClock

WORDS = "东门的路灯不亮"
FORGED = crockford.with_check("7K3M9QTX42H")
STRANGER = "13999999999"


@pytest.fixture
def report(session: Session) -> Report:
    report = make_case(session, phone=PHONE)
    session.commit()
    return report


def sent_code(session: Session) -> str | None:
    text = session.scalar(select(Message).where(Message.template == "T01").order_by(Message.id))
    found = re.search(r"\d{6}", text.text) if text else None
    return found[0] if found else None


class TestTrack:
    @pytest.mark.parametrize("spelt", ["{}", " {} ", "{}。"])
    def test_a_number_is_found_however_it_is_typed(
        self, client: FlaskClient, report: Report, spelt: str
    ) -> None:
        number = rules.printed(report.number)
        typed = [number, number.lower(), number.replace("-", ""), number.replace("-", " ")]

        for text in typed:
            page = client.get("/track", query_string={"number": spelt.format(text).rstrip("。")})

            assert page.status_code == 200
            assert "正等网格长接单" in page.text
            assert WORDS not in page.text

    def test_a_number_that_nobody_has_is_asked_for_again(
        self, client: FlaskClient, report: Report
    ) -> None:
        page = client.get("/track", query_string={"number": FORGED})

        assert page.status_code == 404
        assert "没有这个回执号" in page.text
        assert f'value="{FORGED}"' in page.text

    @pytest.mark.parametrize("typed", ["x", "7K3M-9QTX-42H", "平安码", "1" * 900, "<b>"])
    def test_what_is_no_number_is_told_what_one_looks_like(
        self, client: FlaskClient, report: Report, typed: str
    ) -> None:
        page = client.get("/track", query_string={"number": typed})

        assert page.status_code == 422
        assert "样子像 7K3M-9QTX-42HR" in page.text
        assert f'value="{escape(typed[:40])}"' in page.text
        assert "<b>" not in page.text.partition("<form")[2].partition("</form>")[0].replace(
            "<b>回执号</b>", ""
        )

    def test_without_a_number_it_asks_for_one(self, client: FlaskClient) -> None:
        assert client.get("/track").status_code == 200
        assert client.get("/track?lang=en&fs=3").status_code == 200

    def test_ones_own_phone_is_led_to_the_receipt(
        self, client: FlaskClient, report: Report
    ) -> None:
        client.get(f"/r/{report.number}?k={service.secret_of(report.number)}")

        answer = client.get(f"/track?number={report.number}")

        assert answer.status_code == 303
        assert WORDS in client.get(answer.location).text


class TestPhoneCode:
    def ask(self, client: FlaskClient, report: Report, phone: str) -> str:
        data = {"number": rules.printed(report.number), "phone": phone}
        return client.post("/track/code", data=data).text

    def open(self, client: FlaskClient, report: Report, phone: str, code: str) -> int:
        data = {"number": rules.printed(report.number), "phone": phone, "code": code}
        return client.post("/track/open", data=data).status_code

    def test_the_phone_that_was_left_opens_all_of_it(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        self.ask(client, report, "138 1234 5678")
        code = sent_code(session)
        assert code is not None

        assert self.open(client, report, PHONE, code) == 303
        assert WORDS in client.get(f"/r/{report.number}").text

    def test_another_phone_gets_no_code_and_the_same_answer(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        right = self.ask(client, report, PHONE).replace(PHONE, "")
        session.query(Message).delete()
        session.commit()

        wrong = self.ask(client, report, STRANGER).replace(STRANGER, "")

        assert wrong == right
        assert sent_code(session) is None

    def test_a_code_opens_the_receipt_it_was_sent_for_and_no_other(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        other = make_report(session, phone=PHONE)
        session.commit()
        self.ask(client, report, PHONE)
        code = sent_code(session) or ""

        assert self.open(client, other, PHONE, code) == 422
        assert self.open(client, report, STRANGER, code) == 422
        assert WORDS not in client.get(f"/r/{other.number}").text

    def test_wrong_codes_count_and_old_ones_are_void(
        self, client: FlaskClient, session: Session, report: Report, clock: FixedClock
    ) -> None:
        self.ask(client, report, PHONE)
        code = sent_code(session) or ""
        for _ in range(5):
            assert self.open(client, report, PHONE, "not it") == 422

        assert self.open(client, report, PHONE, code) == 422

    @pytest.mark.parametrize("phone", ["", "12345", "平安", "\x00"])
    def test_what_is_no_phone_is_said_at_the_field(
        self, client: FlaskClient, report: Report, phone: str
    ) -> None:
        data = {"number": report.number, "phone": phone, "code": "123456"}

        for path in ("/track/code", "/track/open"):
            answer = client.post(path, data=data)

            assert answer.status_code == 422
            assert "11 位" in answer.text

    def test_asking_again_and_again_does_not_tell_whose_receipt_it_is(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        right = [self.ask(client, report, PHONE).replace(PHONE, "") for _ in range(3)]
        wrong = [self.ask(client, report, STRANGER).replace(STRANGER, "") for _ in range(3)]

        assert right == wrong
        assert "请过" in right[-1]
        assert session.query(Message).count() == 1

    def test_nor_does_asking_to_sign_in_with_that_number(
        self, client: FlaskClient, report: Report
    ) -> None:
        answers = set()
        for phone in (PHONE, STRANGER):
            self.ask(client, report, phone)
            answer = client.post("/me/sign-in", data={"phone": phone, "do": "send"})
            answers.add((answer.status_code, "刚发过验证码" in answer.text))

        assert answers == {(429, True)}

    @pytest.mark.parametrize("path", ["/track/code", "/track/open"])
    def test_forged_numbers_send_nothing(
        self, client: FlaskClient, session: Session, path: str
    ) -> None:
        answer = client.post(path, data={"number": FORGED, "phone": PHONE, "code": "123456"})

        assert answer.status_code == 404
        assert sent_code(session) is None


class TestOtherPages:
    @pytest.mark.parametrize("path", ["/", "/privacy", "/track"])
    @pytest.mark.parametrize("query", ["", "?lang=en", "?fs=3"])
    def test_it_is_there(
        self, client: FlaskClient, session: Session, path: str, query: str
    ) -> None:
        page = client.get(path + query)

        assert page.status_code == 200
        assert "None" not in page.text.partition("<main")[2].partition("</main>")[0]

    def test_the_notice_names_its_version(self, client: FlaskClient, session: Session) -> None:
        assert rules.NOTICE_VERSION in client.get("/privacy").text

    def test_the_front_page_leads_staff_to_their_door(
        self, client: FlaskClient, session: Session
    ) -> None:
        page = client.get("/").text

        assert "工作人员登录" in page
        assert 'href="/report"' in page
        assert "不扫码，直接报" in page
        assert "/track" in page

    def test_every_residents_page_says_where_to_complain(
        self, client: FlaskClient, session: Session
    ) -> None:
        for path in ("/", "/track", "/privacy"):
            foot = client.get(path).text.partition("<footer")[2]

            assert "投诉建议" in foot
            assert "tel:12345" in foot
