"""我的家 on a phone: in by card, by number, on one's own; and outsiders, who learn nothing."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.work import transaction
from people import service as people
from people.models import Household, Person
from people.queries import last_request
from qr import service as qr
from qr.models import Code
from qr.rules import CodeKind
from qr.service import Particulars
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area
from tests.people.homes import head_of, make_home, make_resident, members

SignIn = Callable[[Actor], None]


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, GRID)
    return make_home(session)


@pytest.fixture
def me(session: Session, home: Household, sign_in: SignIn) -> Actor:
    me = make_resident(session, "")
    sign_in(me)
    return me


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = client.get("/me/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(path, data={**fields, "csrf_token": token})


def card_of(session: Session, home: Household) -> str:
    session.commit()
    with transaction() as work:
        more = Particulars(household_id=home.id)
        issued = qr.issue(work, kind=CodeKind.HOUSEHOLD, area_code=GRID, more=more, by=None)
        return issued.token


def home_of(session: Session, by: Actor) -> int | None:
    return session.get_one(Person, by.id, populate_existing=True).household_id


@pytest.mark.parametrize("path", ["/me/home", "/me/home/join", "/me/data", "/me/home/leave"])
def test_strangers_are_asked_to_sign_in(client: FlaskClient, session: Session, path: str) -> None:
    answer = client.get(path, follow_redirects=True)

    assert answer.request.path == "/me/sign-in"


def test_a_card_that_is_scanned_leads_in(
    client: FlaskClient, session: Session, home: Household, me: Actor
) -> None:
    token = card_of(session, home)
    link = re.findall(r'href="(/me/home/join[^"]+)"', client.get(f"/S/{token}").text)[0]
    assert token in client.get(link).text

    answer = post(client, "/me/home/join", card=token, name="李明")

    assert answer.status_code == 303
    assert home_of(session, me) == home.id
    page = client.get("/me/home").text
    assert "李明" in page
    assert "王*" in page
    assert "王秀英" not in page


def test_the_whole_address_of_a_card_may_be_pasted(
    client: FlaskClient, session: Session, home: Household, me: Actor
) -> None:
    token = card_of(session, home)

    post(client, "/me/home/join", card=f"https://p.example/S/{token.lower()}", name="李明")

    assert home_of(session, me) == home.id


def test_a_card_that_ended_opens_nothing(
    client: FlaskClient, session: Session, home: Household, me: Actor
) -> None:
    token = card_of(session, home)
    code_id = session.scalars(select(Code.id).where(Code.household_id == home.id)).one()
    session.commit()
    with transaction() as work:
        qr.replace(work, code_id, reason="丢了", by=None)

    answer = post(client, "/me/home/join", card=token, name="李明")
    scanned = client.get(f"/S/{token}").text

    assert answer.status_code == 422
    assert "户码不对" in answer.text
    assert "作废" in scanned
    assert home_of(session, me) is None


@pytest.mark.parametrize("card", ["0" * 17, "x", "\x00", "😀" * 50])
def test_guessed_cards_are_counted(
    client: FlaskClient, session: Session, me: Actor, card: str
) -> None:
    answers = [post(client, "/me/home/join", card=card, name="李明").status_code for _ in range(21)]

    assert answers == [422] * 20 + [429]


def test_somebodys_number_and_nobodys_give_the_same_pages(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn
) -> None:
    pages = []
    for number in (home.number, "H000000"):
        sign_in(make_resident(session, ""))
        answer = post(client, "/me/home/join", number=number, name="李明")
        page = client.get("/me/home").text.replace(number, "N")
        pages.append((answer.status_code, answer.location, re.sub('value="[^"]+"', "", page)))

    assert pages[0] == pages[1]
    assert "王" not in pages[0][2]


def test_refused_and_unheard_say_the_same(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn, me: Actor
) -> None:
    head = head_of(session, home)
    sign_in(me)
    post(client, "/me/home/join", number=home.number, name="李明")
    sign_in(head)
    page = client.get("/me/home").text
    path = re.findall(r'action="(/me/home/requests/[0-9]+)"', page)[0]
    assert "李明" in page
    assert post(client, path, do="refuse").status_code == 303
    assert post(client, path, do="approve").status_code == 404

    sign_in(me)

    assert "没有通过" in client.get("/me/home").text
    assert home_of(session, me) is None


def test_the_head_decides_and_can_take_it_back(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn, me: Actor
) -> None:
    head, old = head_of(session, home), members(session, home)[1].id
    post(client, "/me/home/join", number=home.number, name="李明")
    sign_in(head)
    path = re.findall(r'action="(/me/home/requests/[0-9]+)"', client.get("/me/home").text)[0]

    post(client, path, do="approve")
    assert home_of(session, me) == home.id
    assert post(client, f"/me/home/members/{old}", do="out").status_code == 403
    assert post(client, f"/me/home/members/{me.id}", do="out").status_code == 303

    assert home_of(session, me) is None


def test_a_newcomer_opens_a_household_of_one_and_leaves_it(
    client: FlaskClient, session: Session, me: Actor
) -> None:
    assert VILLAGE in client.get("/me/home/open").text
    assert GRID in client.get(f"/me/home/open?village={VILLAGE}").text

    post(client, "/me/home/open", area=GRID, name="李明", address="8幢")
    assert "8幢" in client.get("/me/home").text
    second = post(client, "/me/home/open", area=GRID, name="李明")
    assert "注销" in client.get("/me/home/leave").text
    post(client, "/me/home/leave")

    assert second.status_code == 409
    assert home_of(session, me) is None


@pytest.mark.parametrize("area", ["", "x", "330106", "%00", "330106001009", "9" * 30])
def test_not_where_nobody_lives(
    client: FlaskClient, session: Session, me: Actor, area: str
) -> None:
    answer = post(client, "/me/home/open", area=area, name="李明")

    assert answer.status_code in {404, 422}


def test_an_outsider_decides_nothing(
    client: FlaskClient, session: Session, home: Household, me: Actor
) -> None:
    asks = make_resident(session)
    session.commit()
    with transaction() as work:
        people.ask_to_join(work, number=home.number, name="张三", by=asks)
    request = last_request(session, asks.id)
    number = request.id if request else 0
    session.commit()

    assert post(client, f"/me/home/requests/{number}", do="approve").status_code == 404
    assert post(client, f"/me/home/members/{asks.id}", do="head").status_code == 404
    assert post(client, "/me/home/requests/999999", do="approve").status_code == 404

    assert home_of(session, asks) is None


def test_who_looks_after_my_grid(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn
) -> None:
    make_area(session, VILLAGE).desk_phone = "0571-88880011"
    session.commit()

    anybody = client.get(f"/around?village={VILLAGE}").text
    sign_in(head_of(session, home))
    own = client.get("/around").text

    assert "tel:0571-88880011" in anybody
    assert "tel:0571-88880011" in own


@pytest.mark.parametrize("code", ["x", "%00", "330106001009", "9" * 40, NEXT_VILLAGE])
def test_no_such_place_is_asked_again(client: FlaskClient, session: Session, code: str) -> None:
    assert client.get(f"/around?grid={code}").status_code == 200
    assert client.get(f"/around?village={code}").status_code == 200
