"""Cases with promises, as the tests of the receipt make them."""

from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen.models import Report
from grid import service as grid
from grid.models import Case
from grid.rules import Finding, Move
from grid.service import Values
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import transaction
from people.queries import actor_of
from tests.citizen.factories import act, deliver_all
from tests.citizen.test_views_receipt import url
from tests.factories import TOWN, make_staff
from tests.grid.pages import plain

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


THURSDAY = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def owner_of(session: Session, report: Report) -> Actor:
    case = session.get_one(Case, report.case_id, populate_existing=True)
    owner = actor_of(session, case.owner_id or 0)
    assert owner is not None
    return owner


def ask(session: Session, report: Report, words: str = "在哪一段路？") -> None:
    owner = owner_of(session, report)
    session.commit()
    with transaction() as work:
        grid.ask(work, report.case_id or 0, by=owner, words=words)


def case_of(session: Session, report: Report) -> Case:
    return session.get_one(Case, report.case_id, populate_existing=True)


def reject(session: Session, case_id: int | None) -> None:
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    given = Values(reason="合同纠纷", responsible_channel="司法所")
    act(session, case_id, Move.REJECT, town, given)


def read(client: FlaskClient, report: Report, *, secret: bool = True) -> str:
    answer = client.get(url(report, secret=secret))
    assert answer.status_code == 200
    return plain(answer.text)


def send(client: FlaskClient, report: Report, what: str, **fields: object) -> TestResponse:
    client.get(url(report))  # the cookie that lets this phone in
    address = f"/r/{report.number}/{what}"
    return client.post(
        address,
        data=fields,
        content_type="multipart/form-data",
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def texts(session: Session) -> list[str]:
    deliver_all(session)
    return [one.template for one in session.scalars(select(Message).order_by(Message.id))]


def close_it(session: Session, report: Report) -> None:
    owner = owner_of(session, report)
    values = Values(result_text="清走了", proposed_finding=Finding.TRUE)
    act(session, report.case_id, Move.REPORT_RESULT, owner, values)
    verifier = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    act(session, report.case_id, Move.VERIFY, verifier, Values(finding=Finding.TRUE))
