"""The pages of a household's PIN: at the counter and on one's own phone."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from people.models import Household, HouseholdPin, Person
from tests.factories import GRID, VILLAGE, make_area, make_staff
from tests.people.homes import make_home, make_resident, members
from tests.people.views.doors import SignIn, post

PIN = "739416"


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, GRID)
    return make_home(session, "王秀英", "王小明")


@pytest.fixture
def clerk(session: Session, sign_in: SignIn, home: Household) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    sign_in(actor)
    return actor


@pytest.fixture
def member(session: Session, sign_in: SignIn, home: Household) -> Actor:
    actor = make_resident(session)
    session.get_one(Person, actor.id).household_id = home.id
    sign_in(actor)
    return actor


def sets(client: FlaskClient, path: str, **more: str) -> TestResponse:
    return post(client, path, **{"pin": PIN, "again": more.get("pin", PIN), **more})


def own(client: FlaskClient, **fields: str) -> TestResponse:
    found = re.search('name="csrf_token" value="([^"]+)"', client.get("/me/data").text)
    assert found
    return client.post("/me/pin", data={**fields, "csrf_token": found[1]})


def sets_own(client: FlaskClient, pin: str = PIN) -> TestResponse:
    return own(client, pin=pin, again=pin)


def test_the_counter_sets_it_and_takes_it_away_and_the_page_never_shows_it(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    path = f"/staff/households/{home.id}/pin"
    assert path in client.get(f"/staff/households/{home.id}").text
    came = str(members(session, home)[1].id)

    done, page = sets(client, path, who=came), client.get(path)
    gone = post(client, path, who="else", do="remove")

    assert (done.status_code, gone.status_code) == (303, 303)
    assert "谁也看不到" in page.text
    assert PIN not in page.text
    lines = session.scalars(select(AuditLine).where(AuditLine.action.like("household.pin-%")))
    assert [(one.action, one.detail) for one in lines] == [
        ("household.pin-set", f"person:{came}"),
        ("household.pin-remove", "代办"),
    ]
    assert session.get(HouseholdPin, home.id) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"who": ""}, "请选来的是谁"),
        ({"who": "999999"}, "请从列出来的里面选"),
        ({"again": "739417"}, "两遍写的不一样"),
        ({"pin": "123456"}, "太好猜"),
        ({"pin": "七三九四一六"}, "6 位数字"),
        ({"who": "", "do": "remove"}, "请选来的是谁"),
    ],
)
def test_what_cannot_be_set_is_said_and_the_digits_do_not_come_back(
    client: FlaskClient,
    session: Session,
    home: Household,
    clerk: Actor,
    typed: dict[str, str],
    said: str,
) -> None:
    page = sets(client, f"/staff/households/{home.id}/pin", **{"who": "else", **typed})

    assert page.status_code == 422
    assert said in page.text
    assert PIN not in page.text
    assert session.get(HouseholdPin, home.id) is None


def test_a_member_sets_and_takes_away_their_own(
    client: FlaskClient, session: Session, home: Household, member: Actor, statements: list[str]
) -> None:
    bad, done = sets_own(client, "000000"), sets_own(client)
    statements.clear()
    page = client.get("/me/pin").text
    asked = len(statements)
    gone = own(client, do="remove")

    assert (bad.status_code, done.status_code, gone.status_code) == (422, 303, 303)
    assert "您家有密码" in page
    assert PIN not in page
    assert asked <= 10
    assert session.get(HouseholdPin, home.id) is None


def test_whoever_belongs_nowhere_is_led_home_and_a_blocked_one_to_the_village(
    client: FlaskClient, session: Session, home: Household, member: Actor, sign_in: SignIn
) -> None:
    sets_own(client)
    kept = session.get_one(HouseholdPin, home.id)
    kept.blocked_at = kept.set_at
    session.commit()
    refused = sets_own(client)
    blocked = client.get("/me/pin").text
    sign_in(make_resident(session))

    nowhere, sent = client.get("/me/pin"), sets_own(client)

    assert refused.status_code == 403
    assert "到村里重新设" in blocked
    assert "动态码" in blocked
    assert "您还不在任何一户里" in nowhere.text
    assert sent.status_code == 404
