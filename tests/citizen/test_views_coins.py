"""Claiming the coins of a closed report with its receipt."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from grid.models import Case
from kernel.access import Actor
from people.models import Person
from points.models import Claim
from tests.citizen.factories import close, make_case
from tests.fakes import FixedClock
from tests.grid.pages import value
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
