"""What is kept about oneself: seen, copied, put right, taken back."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen import rules, service
from citizen.models import Report
from grid.models import Case
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbound import Message, send_sms
from kernel.work import transaction
from people.models import Person
from tests.citizen.factories import PHONE, make_case, make_report
from tests.factories import GRID, VILLAGE, make_area, make_staff
from tests.people.homes import make_resident

SignIn = Callable[[Actor], None]
WORDS = "东门的路灯不亮"


@pytest.fixture
def me(session: Session, sign_in: SignIn) -> Actor:
    make_area(session, GRID)
    me = make_resident(session, "李明")
    sign_in(me)
    return me


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = client.get("/me/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(path, data={**fields, "csrf_token": token})


def own_case(session: Session, me: Actor) -> Report:
    report = make_case(session, phone=session.get_one(Person, me.id).phone, caller_name="李明")
    report.said_by = me.id
    session.get_one(Case, report.case_id).reported_by = me.id
    session.commit()
    return report


def by_phone(session: Session, me: Actor) -> Report:
    return make_case(session, phone=session.get_one(Person, me.id).phone, words="半夜的噪音")


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


def test_all_of_it_is_shown_and_the_look_is_noted(
    client: FlaskClient, session: Session, me: Actor
) -> None:
    mine, other = own_case(session, me), by_phone(session, me)
    make_report(session, words="别人的事")

    page = client.get("/me/data").text

    assert "李明" in page
    assert WORDS in page
    assert rules.printed(mine.number) in page
    assert rules.printed(other.number) in page
    assert "半夜的噪音" not in page  # whose number it was opens that with a code
    assert "别人的事" not in page
    assert re.search(r"最晚 2026-0[0-9]-[0-9]{2} 答复", page)
    assert "person.read" in actions(session)


def test_a_copy_for_programs(client: FlaskClient, session: Session, me: Actor) -> None:
    mine = own_case(session, me)

    answer = client.get("/me/data/copy")

    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.json is not None
    assert answer.json["name"] == "李明"
    assert [one["number"] for one in answer.json["reports"]] == [rules.printed(mine.number)]
    assert answer.json["reports"][0]["words"] == WORDS
    assert "person.copy" in actions(session)


def test_messages_to_ones_own_number_are_shown_and_copied(
    client: FlaskClient, session: Session, me: Actor
) -> None:
    mine = own_case(session, me)
    phone = session.get_one(Person, me.id).phone or ""
    theirs = make_report(session, words="别人的事")
    session.commit()
    with transaction() as work:
        send_sms(work, phone=phone, template="T06", text="给我的", about=mine.owner)
        send_sms(work, phone="13700000000", template="T06", text="给旧号的", about=mine.owner)
        send_sms(work, phone=phone, template="T06", text="别的事", about=theirs.owner)
        send_sms(work, phone=phone, template="T01", text="验证码：123456")

    page, copy = client.get("/me/data").text, client.get("/me/data/copy").json

    assert copy is not None
    assert copy["messages"][0]["text"] == "给我的"
    assert phone[3:-4] not in copy["messages"][0]["to"]
    assert "给我的" in page
    assert all(other not in page for other in ("给旧号的", "别的事", "验证码：123456"))
    assert not {"给旧号的", "别的事"} & {one["text"] for one in copy["messages"]}


def test_name_and_number_are_put_right(client: FlaskClient, session: Session, me: Actor) -> None:
    post(client, "/me/data/name", name="李白")
    sent = post(client, "/me/data/phone", phone="13700000000")
    message = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    code = re.findall("[0-9]{6}", message.text)[0]
    session.commit()
    wrong = post(client, "/me/data/phone", phone="13700000000", code="000000")
    right = post(client, "/me/data/phone", phone="13700000000", code=code)

    assert (sent.status_code, wrong.status_code, right.status_code) == (200, 422, 303)
    found = session.get_one(Person, me.id, populate_existing=True)
    assert (found.name, found.phone) == ("李白", "13700000000")


@pytest.mark.parametrize("phone", ["", "12", "\x00", "x" * 500])
def test_what_is_no_number_is_said(client: FlaskClient, me: Actor, phone: str) -> None:
    assert post(client, "/me/data/phone", phone=phone).status_code == 422


def test_consent_is_taken_back_everywhere_and_the_cases_go_on(
    client: FlaskClient, session: Session, me: Actor
) -> None:
    mine, other = own_case(session, me), by_phone(session, me)
    strangers = make_case(session, phone=PHONE)
    told = client.get("/me/data/withdraw").text
    assert rules.printed(mine.number) in told
    assert post(client, "/me/data/withdraw").status_code == 422

    post(client, "/me/data/withdraw", sure="yes")

    session.expire_all()
    for report in (mine, other):
        case = session.get_one(Case, report.case_id)
        assert (report.phone_index, case.caller_phone, case.caller_name) == (None, None, None)
        assert case.phone_index is None
    assert mine.said_by == me.id
    assert session.get_one(Case, strangers.case_id).caller_phone == PHONE
    assert "person.withdraw-consent" in actions(session)


def test_an_account_is_deleted_and_nothing_leads_back(
    client: FlaskClient, session: Session, me: Actor
) -> None:
    mine = own_case(session, me)
    assert post(client, "/me/data/delete").status_code == 422

    answer = post(client, "/me/data/delete", sure="yes")

    session.expire_all()
    case = session.get_one(Case, mine.case_id)
    gone = session.get_one(Person, me.id)
    assert answer.status_code == 200
    assert (gone.name, gone.phone, gone.phone_index) == ("", None, None)
    assert (mine.said_by, mine.phone_index) == (None, None)
    assert (case.reported_by, case.caller_phone, case.words) == (None, None, WORDS)
    assert client.get("/me/data").status_code == 303
    assert "person.delete" in actions(session)


def test_a_copied_cookie_of_a_deleted_account_shows_nothing(
    client: FlaskClient, session: Session, sign_in: SignIn, me: Actor
) -> None:
    own_case(session, me)
    post(client, "/me/data/delete", sure="yes")

    sign_in(me)

    assert WORDS not in client.get("/me/data", follow_redirects=True).text


def test_whoever_works_here_is_told_why_not(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(make_staff(session, Role.GRID_FULL, area=VILLAGE))
    token = client.get("/staff/account").text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = client.post("/me/data/delete", data={"sure": "yes", "csrf_token": token})

    assert answer.status_code == 409
    assert "工作账号" in answer.text


class TestWithoutAccount:
    def url(self, report: Report, path: str = "") -> str:
        return f"/r/{rules.printed(report.number)}{path}?k={service.secret_of(report.number)}"

    def test_name_and_number_go_from_report_and_case(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE, caller_name="李阿姨")
        assert "/forget?" in client.get(self.url(report)).text
        assert "还没办完" in client.get(self.url(report, "/forget")).text
        session.commit()

        unsure = client.post(self.url(report, "/forget"))
        answer = client.post(self.url(report, "/forget"), data={"sure": "yes"})

        assert (unsure.status_code, answer.status_code) == (422, 303)
        session.expire_all()
        case = session.get_one(Case, report.case_id)
        assert (case.caller_name, case.caller_phone, case.phone_index) == (None, None, None)
        assert report.phone_index is None
        assert "/forget?" not in client.get(self.url(report)).text
        assert "case.contact-forget" in actions(session)

    def test_before_the_grid_has_it(self, client: FlaskClient, session: Session) -> None:
        report = make_report(session, phone=PHONE)

        client.post(self.url(report, "/forget"), data={"sure": "yes"})

        session.expire_all()
        assert (report.phone, report.phone_index) == (None, None)

    def test_the_number_of_the_receipt_alone_is_not_enough(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE)
        path = f"/r/{rules.printed(report.number)}/forget"
        session.commit()

        assert client.get(path).status_code == 404
        assert client.post(path, data={"sure": "yes"}).status_code == 404

        session.expire_all()
        assert session.get_one(Case, report.case_id).caller_phone == PHONE
