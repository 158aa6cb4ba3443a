"""The receipt asks in which dialect, and when, somebody would like to be called."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from grid.models import Callback
from tests.citizen.factories import PHONE, close, make_case, make_report
from tests.fakes import FixedClock
from tests.grid.pages import plain

LINE = "要我们回电话吗"


def url(report: Report, path: str = "", *, secret: bool = True) -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


def test_it_is_said_kept_and_shown(client: FlaskClient, session: Session) -> None:
    report = make_case(session, phone=PHONE)
    session.commit()
    assert LINE in client.get(url(report)).text

    answer = client.post(
        url(report, "/callback"), data={"dialect": "wu_ningbo", "hours": "晚上 6 点以后"}
    )

    assert answer.status_code == 303
    page = plain(client.get(answer.location).text)
    assert "打电话的人会看到：讲宁波话 · 晚上 6 点以后" in page
    assert session.scalars(select(Callback.dialect)).all() == ["wu_ningbo"]


def test_it_is_only_for_whose_receipt_it_is(client: FlaskClient, session: Session) -> None:
    report = make_case(session, phone=PHONE)
    session.commit()

    assert LINE not in client.get(url(report, secret=False)).text
    answer = client.post(url(report, "/callback", secret=False), data={"hours": "晚上"})

    assert answer.status_code == 404
    assert session.scalars(select(Callback)).all() == []


def test_without_a_number_or_after_the_end_nobody_is_asked(
    client: FlaskClient, session: Session
) -> None:
    silent, over = make_case(session), make_case(session, phone=PHONE)
    close(session, over.case_id)

    assert LINE not in client.get(url(silent)).text
    assert LINE not in client.get(url(over)).text
    assert client.post(url(over, "/callback"), data={"hours": "晚上"}).status_code == 409


def test_before_the_grid_has_it_it_is_asked_to_come_again(
    client: FlaskClient, session: Session
) -> None:
    report = make_report(session, phone=PHONE)
    session.commit()

    assert LINE not in client.get(url(report)).text
    assert client.post(url(report, "/callback"), data={"hours": "晚上"}).status_code == 409


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"dialect": "klingon"}, "请从列表里选"),
        ({"hours": "晚" * 41}, "最多写 40 个字"),
    ],
)
def test_what_cannot_be_is_said_beside_it_and_what_was_typed_stays(
    client: FlaskClient, session: Session, typed: dict[str, str], said: str
) -> None:
    report = make_case(session, phone=PHONE)
    session.commit()

    answer = client.post(url(report, "/callback"), data=typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert typed.get("hours", "") in answer.text
    assert session.scalars(select(Callback)).all() == []


@pytest.mark.parametrize("hours", ["\x00晚上", "晚\n上", "<b>晚上</b>", "\ud800"])
def test_odd_words_are_no_fault(client: FlaskClient, session: Session, hours: str) -> None:
    report = make_case(session, phone=PHONE)
    session.commit()
    data = {"hours": hours.encode("utf-8", "surrogatepass")}

    assert client.post(url(report, "/callback"), data=data).status_code in {303, 422}
    assert "<b>晚上</b>" not in client.get(url(report)).text.replace("打电话的人会看到", "")


def test_the_night_says_who_has_it_and_from_when_they_call(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    clock.advance(hours=3)  # 23:00 in Shanghai
    report = make_case(session, phone=PHONE)
    session.commit()

    page = client.get(url(report)).text

    assert "夜里已收到并派给网格长 李师傅" in page
    assert "早上 7 点起联系您；有危险请拨 110、119、120。" in page
