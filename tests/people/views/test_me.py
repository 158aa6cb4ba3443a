import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.db import keyring
from kernel.grants import Role
from kernel.outbound import Message
from people.models import Person
from tests.factories import make_staff

PHONE = "13812345678"


def send(client: FlaskClient, phone: str = PHONE) -> TestResponse:
    return client.post("/me/sign-in", data={"phone": phone, "do": "send"})


def enter(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.post("/me/sign-in", data={"phone": PHONE, "code": code, **more})


def code_sent(session: Session) -> str:
    message = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    found = re.search("[0-9]{6}", message.text)
    assert found
    return found[0]


def test_a_code_opens_for_whoever_has_the_phone(client: FlaskClient, session: Session) -> None:
    assert "已经发出" in send(client).text

    answer = enter(client, code_sent(session), next="/me/sign-in?x=1")

    assert (answer.status_code, answer.location) == (303, "/me/sign-in?x=1")
    assert "已经登录" in client.get("/me/sign-in").text
    index = keyring().index(PHONE)
    assert session.scalars(select(Person).where(Person.phone_index == index)).one()


def test_enter_on_the_keyboard_checks_the_code(client: FlaskClient, session: Session) -> None:
    send(client)

    assert enter(client, code_sent(session), do="send").status_code == 303


def test_a_wrong_code_is_said_and_the_number_kept(client: FlaskClient, session: Session) -> None:
    send(client)

    page = enter(client, "000000")

    assert page.status_code == 422
    assert "验证码不对" in page.text
    assert f'value="{PHONE}"' in page.text
    assert "000000" not in page.text


def test_a_known_and_an_unknown_number_get_the_same_page(
    client: FlaskClient, session: Session
) -> None:
    worker = make_staff(session, Role.GRID_FULL)
    session.get_one(Person, worker.id).phone_index = keyring().index(PHONE)
    session.commit()

    known, unknown = send(client).text, send(client, "13912345678").text

    assert known == unknown.replace("13912345678", PHONE)


@pytest.mark.parametrize("phone", ["", "12", "0571-1234567", "\x00", "x" * 1000, "😀" * 11])
def test_what_is_no_number_gets_a_sentence_and_no_message(
    client: FlaskClient, session: Session, phone: str
) -> None:
    assert send(client, phone).status_code == 422
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_asking_again_at_once_is_too_much(client: FlaskClient, session: Session) -> None:
    send(client)

    page = send(client)

    assert page.status_code == 429
    assert "刚发过" in page.text


def test_tries_are_counted_although_the_page_is_a_refusal(
    client: FlaskClient, session: Session
) -> None:
    send(client)
    code = code_sent(session)

    for _ in range(5):
        enter(client, "000000")

    assert enter(client, code).status_code == 422


def test_staff_who_come_as_residents_are_residents(client: FlaskClient, session: Session) -> None:
    worker = make_staff(session, Role.GRID_FULL)
    session.get_one(Person, worker.id).phone_index = keyring().index(PHONE)
    session.commit()
    send(client)

    enter(client, code_sent(session))

    assert client.get("/staff/people").status_code == 403


def test_out_again(client: FlaskClient, session: Session) -> None:
    send(client)
    enter(client, code_sent(session))
    token = client.get("/me/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]

    assert client.post("/me/sign-out").status_code == 400
    assert client.post("/me/sign-out", data={"csrf_token": token}).status_code == 303

    assert "已经登录" not in client.get("/me/sign-in").text


def test_out_again_a_copy_of_the_cookie_opens_nothing(
    client: FlaskClient, session: Session
) -> None:
    send(client)
    enter(client, code_sent(session))
    token = client.get("/me/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    client.post("/me/sign-out", data={"csrf_token": token})

    with client.session_transaction() as cookie:
        cookie.update(copied)

    assert "已经登录" not in client.get("/me/sign-in").text


def test_a_residents_page_leads_to_the_residents_door(client: FlaskClient) -> None:
    answer = client.get("/staff/sign-in?next=/me/reports")

    assert answer.location == "/me/sign-in?next=/me/reports"


def test_one_address_cannot_have_messages_sent_without_end(
    client: FlaskClient, session: Session
) -> None:
    codes = [send(client, f"139{number:08}").status_code for number in range(125)]

    assert codes == [200] * 120 + [429] * 5
    assert session.scalar(select(func.count()).select_from(Message)) == 120
