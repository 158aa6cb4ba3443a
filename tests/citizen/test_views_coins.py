"""Claiming the coins of a closed report with its receipt."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from grid.models import Case
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people.models import Person
from points.models import Claim
from qr import service as qr
from tests.citizen.factories import close, make_case
from tests.factories import VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import Desk, value
from tests.people.homes import make_home, make_resident

SignIn = Callable[[Actor], None]


def path(report: Report, what: str = "/coins") -> str:
    return f"/r/{rules.printed(report.number)}{what}?k={service.secret_of(report.number)}"


@pytest.fixture
def report(session: Session) -> Report:
    """A report without a name that is closed, of a kind that pays."""
    found = make_case(session)
    close(session, found.case_id)
    session.get_one(Case, found.case_id).category = "0301"
    session.commit()
    return found


def resident(session: Session, *, home: bool = True) -> Actor:
    found = make_resident(session)
    if home:
        session.get_one(Person, found.id).household_id = make_home(session).id
    return found


def test_the_receipt_offers_it_and_whoever_signs_in_claims_once(
    client: FlaskClient, session: Session, report: Report, sign_in: SignIn
) -> None:
    assert "认领绿币" in client.get(path(report, "")).text
    assert "先用手机号" in client.get(path(report)).text
    sign_in(resident(session))
    token = value(client.get(path(report)).text, "csrf_token")

    first = client.post(path(report), data={"csrf_token": token})

    assert first.status_code == 303
    claim = session.query(Claim).one()
    assert (claim.case_id, claim.rule_code, claim.coins) == (report.case_id, "P03", 2)
    assert "认领绿币" not in client.get(path(report, "")).text
    sign_in(resident(session))
    token = value(client.get("/me/data").text, "csrf_token")
    assert client.post(path(report), data={"csrf_token": token}).status_code == 409
    assert session.query(Claim).count() == 1


def test_a_stranger_who_only_knows_the_number_claims_nothing(
    client: FlaskClient, session: Session, report: Report, sign_in: SignIn
) -> None:
    sign_in(resident(session))
    token = value(client.get("/me/data").text, "csrf_token")
    bare = f"/r/{rules.printed(report.number)}/coins"

    assert client.post(bare, data={"csrf_token": token}).status_code == 404
    assert session.query(Claim).count() == 0


def test_after_seven_days_and_without_a_home_there_is_nothing(
    client: FlaskClient, session: Session, report: Report, sign_in: SignIn, clock: FixedClock
) -> None:
    sign_in(resident(session, home=False))
    page = client.get(path(report)).text
    assert "登记我的家" in page
    token = value(client.get("/me/data").text, "csrf_token")
    assert client.post(path(report), data={"csrf_token": token}).status_code == 200
    clock.advance(days=8)
    assert "认领绿币" not in client.get(path(report, "")).text
    assert session.query(Claim).count() == 0


def card_of(session: Session, household_id: int) -> str:
    session.commit()
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    with transaction() as work:
        return qr.issue_card(work, household_id, by=clerk).token


def test_without_an_account_the_households_card_claims_once(
    client: FlaskClient, session: Session, report: Report, clock: FixedClock
) -> None:
    home = make_home(session)
    card, token = card_of(session, home.id), {"k": service.secret_of(report.number)}
    guessed = client.post(path(report), data={**token, "card": "0123456789ABCDEFG"})
    assert guessed.status_code == 422
    assert "没有这张户码" in guessed.text
    bare = f"/r/{rules.printed(report.number)}/coins"
    assert client.post(bare, data={"card": card}).status_code == 404

    assert client.post(path(report), data={**token, "card": card}).status_code == 303
    assert session.query(Claim).one().household_id == home.id
    clock.advance(days=8)
    assert client.post(path(report), data={**token, "card": card}).status_code in {303, 409}
    assert session.query(Claim).count() == 1


def test_after_seven_days_a_card_claims_nothing(
    client: FlaskClient, session: Session, report: Report, clock: FixedClock
) -> None:
    card = card_of(session, make_home(session).id)
    clock.advance(days=8)
    fields = {"k": service.secret_of(report.number), "card": card}

    assert client.post(path(report), data=fields).status_code == 409
    assert session.query(Claim).count() == 0


def test_at_the_counter_a_clerk_claims_with_the_card_of_whoever_came(
    client: FlaskClient, session: Session, report: Report
) -> None:
    card, desk = card_of(session, make_home(session).id), Desk(client, session)
    desk.sits(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))
    counter = f"/staff/counter/{rules.printed(report.number)}"
    assert "用户卡认领绿币" in desk.read(counter)
    assert desk.post(f"{counter}/coins", card="x").status_code == 422

    assert desk.post(f"{counter}/coins", card=card).status_code == 303
    assert session.query(Claim).one().filed_by is not None
    assert "已经认领过" in desk.read(f"{counter}/coins")
