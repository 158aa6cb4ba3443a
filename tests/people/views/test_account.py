import re
from collections.abc import Callable

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from people.models import Account
from people.rules import hash_password
from tests.factories import GRID, make_area, make_person, make_staff
from tests.fakes import CountingChance, FixedClock

SignIn = Callable[[Actor], None]
GOOD = "门前老槐树下的石凳"


@pytest.fixture
def worker(session: Session, sign_in: SignIn) -> Actor:
    make_area(session, GRID).name = "第3网格"
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    account = session.get_one(Account, worker.id)
    account.password = hash_password(GOOD, chance=CountingChance())
    sign_in(worker)
    return worker


def post(client: FlaskClient, path: str, page: str | None = None, **fields: str) -> tuple[int, str]:
    shown = client.get(page or path).text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(path, data={**fields, "csrf_token": token})
    return answer.status_code, answer.text


def test_the_account_says_who_one_is(client: FlaskClient, worker: Actor) -> None:
    page = client.get("/staff/account").text

    assert f"staff{worker.id}" in page
    assert "专职网格员" in page
    assert "第3网格" in page


def test_a_resident_has_no_such_page(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(Actor(make_person(session).id))

    assert client.get("/staff/account").status_code == 404
    assert client.get("/staff/account/totp").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/staff/account").location == "/staff/sign-in?next=/staff/account"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"current": "wrong", "new": "tulip-rivet-42", "again": "tulip-rivet-42"},
            "现在的密码不对",
        ),
        ({"current": GOOD, "new": "short", "again": "short"}, "至少"),
        ({"current": GOOD, "new": "tulip-rivet-42", "again": "tulip-rivet-43"}, "两遍写的不一样"),
        ({"current": GOOD, "new": "", "again": ""}, "请写新密码"),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    client: FlaskClient, worker: Actor, fields: dict[str, str], said: str
) -> None:
    status, text = post(client, "/staff/account/password", **fields)

    assert status == 422
    assert said in text
    assert not any(f'value="{typed}"' in text for typed in fields.values() if typed)


def test_without_the_token_nothing_is_changed(client: FlaskClient, worker: Actor) -> None:
    answer = client.post(
        "/staff/account/password",
        data={"current": GOOD, "new": "tulip-rivet-42", "again": "tulip-rivet-42"},
    )

    assert answer.status_code == 400


def test_totp_goes_on_with_a_code_and_off_with_the_password(
    client: FlaskClient, worker: Actor, session: Session, clock: FixedClock
) -> None:
    page = client.get("/staff/account/totp").text
    assert "<svg" in page
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    secret = found[1].replace(" ", "")

    assert post(client, "/staff/account/totp", code="000000")[0] == 422
    assert post(client, "/staff/account/totp", code=pyotp.TOTP(secret).at(clock.now()))[0] == 303

    session.expire_all()
    assert session.get_one(Account, worker.id).totp == secret
    assert secret not in client.get("/staff/account").text
    assert client.get("/staff/account/totp").location == "/staff/account"
    post(client, "/staff/account/totp/off", "/staff/account", password="wrong")
    session.expire_all()
    assert session.get_one(Account, worker.id).totp == secret
    post(client, "/staff/account/totp/off", "/staff/account", password=GOOD)
    session.expire_all()
    assert session.get_one(Account, worker.id).totp is None


def test_the_secret_stays_the_same_until_it_is_used(client: FlaskClient, worker: Actor) -> None:
    assert client.get("/staff/account/totp").text == client.get("/staff/account/totp").text


def test_the_policy_of_the_page_allows_no_foreign_script(
    client: FlaskClient, worker: Actor
) -> None:
    answer = client.get("/staff/account/totp")

    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_stale_page_does_not_give_passwords_back(client: FlaskClient, worker: Actor) -> None:
    typed = {"current": GOOD, "new": "tulip-rivet-42", "again": "tulip-rivet-42"}

    answer = client.post("/staff/account/password", data={**typed, "csrf_token": "stale"})

    assert answer.status_code == 400
    assert "再填一次" in answer.text
    assert not any(value in answer.text for value in typed.values())
