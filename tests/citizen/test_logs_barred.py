"""Neither log tells whoever a case is against, or their kin, that there is a report at all."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Report
from grid.models.cases import ALARM
from kernel import audit
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message, send_sms
from kernel.work import transaction
from people.models import Kin
from people.service.bars import bar
from tests.citizen.counter import Desk, SignIn
from tests.citizen.factories import PHONE, make_case
from tests.factories import DISTRICT, VILLAGE, make_staff


@pytest.fixture
def report(session: Session) -> Report:
    report = make_case(session, phone=PHONE)
    session.commit()
    return report


def against_kin_of(session: Session, report: Report, person: Actor) -> None:
    accused = make_staff(session, Role.GRID_FULL, area=VILLAGE)
    first, second = sorted((accused.id, person.id))
    session.add(Kin(person_id=first, other_id=second, noted_at=report.said_at))
    session.commit()
    with transaction() as work:
        bar(work, "case", [report.case_id or 0], accused=[accused.id])


def test_who_looked_for_the_number_is_hidden(
    client: FlaskClient, session: Session, sign_in: SignIn, report: Report
) -> None:
    auditor = make_staff(session, Role.AUDITOR, area=DISTRICT)
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    with transaction() as work:
        service.note_look(work, report, by=clerk)
        audit.note(work, by=None, action="report.taken-down", subject=report.owner)
    sign_in(auditor)
    days = {"export-first": "2026-01-01", "export-last": "2026-12-31"}
    before = client.get("/staff/audit").text
    against_kin_of(session, report, auditor)

    after = client.get("/staff/audit").text.partition("<tbody>")[2]
    export = Desk(client).post("/staff/audit/export", days).text

    assert before.count(f">回执 {report.id}</td>") == 2
    assert report.number not in before.replace("-", "")
    assert "回执" not in after
    assert report.owner not in export
    assert "receipt.find" not in export


def test_what_was_sent_because_of_it_is_hidden_and_not_sent_again(
    client: FlaskClient, session: Session, sign_in: SignIn, report: Report
) -> None:
    operator = make_staff(session, Role.SYSADMIN, area=DISTRICT)
    session.commit()
    with transaction() as work:
        for about in (report.owner, f"{ALARM}{report.case_id}", "citizen.report:999999"):
            send_sms(work, phone=PHONE, template="T15", text=f"关于 {about}", about=about)
    sign_in(operator)
    before = client.get("/staff/operator/messages").text
    against_kin_of(session, report, operator)

    after = client.get("/staff/operator/messages").text
    number = session.query(Message.id).filter(Message.about == report.owner).first()
    again = Desk(client).post(f"/staff/operator/messages/{number[0] if number else 0}/again")

    assert f"关于 {report.owner}<" in before
    assert f"关于 {report.owner}<" not in after
    assert ALARM not in after
    assert "关于 citizen.report:999999" in after
    assert again.status_code == 404
