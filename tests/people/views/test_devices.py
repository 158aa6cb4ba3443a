"""A stranger who guesses wrong keeps nobody from work whose device is known."""

import base64
import json

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.web.limits import MISSES
from kernel.work import transaction
from people import service
from people.models import Account
from people.rules import HatWanted, StaffRow
from people.rules.signing import FAILURES_A_LOCK
from tests.factories import GRID, make_area
from tests.fakes import FixedClock

GOOD = "门前老槐树下的石凳"
NEW = "tulip-rivet-42"
WRONG = "wrong-password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
COOKIE = "devices"


def open_account(session: Session, login: str = "wang.wei") -> Account:
    row = StaffRow(login=login, name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
    with transaction() as work:
        issued = service.add_staff(work, row, by=None, password=GOOD)
    return session.get_one(Account, issued.person_id)


@pytest.fixture
def account(session: Session) -> Account:
    make_area(session, GRID)
    session.commit()
    return open_account(session)


@pytest.fixture
def stranger(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


def enter(client: FlaskClient, password: str = GOOD, **more: str) -> TestResponse:
    client.delete_cookie("pinganma")  # the session before, not what the device keeps
    typed = {"login": "wang.wei", "password": password} | more
    return client.post("/staff/sign-in", data=typed)


def csrf(client: FlaskClient, path: str) -> str:
    return client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


def lock(stranger: FlaskClient, session: Session, account: Account) -> None:
    for _ in range(FAILURES_A_LOCK):
        assert enter(stranger, WRONG).status_code == 422
    session.expire_all()
    assert account.locked_until is not None


def test_a_strangers_wrong_guesses_do_not_lock_out_whose_device_is_known(
    client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
) -> None:
    enter(client)

    lock(stranger, session, account)

    assert enter(stranger).status_code == 422
    assert enter(client).status_code == 303
    # Nor is the stranger's lock lifted by that.
    assert enter(stranger).status_code == 422


def test_nor_do_they_when_the_stranger_sits_behind_the_same_address(
    client: FlaskClient, stranger: FlaskClient, account: Account
) -> None:
    enter(client)
    guesses = [enter(stranger, WRONG).status_code for _ in range(41)]
    assert 429 in guesses

    assert enter(client, login=" Wang.WEI").status_code == 303


def test_a_device_cookie_lets_nobody_in_without_password_and_code(
    client: FlaskClient, session: Session, account: Account, clock: FixedClock
) -> None:
    enter(client)
    account.totp = SECRET
    session.commit()
    code = pyotp.TOTP(SECRET).at(clock.now())

    assert enter(client).status_code == 422
    assert enter(client, WRONG, code=code).status_code == 422
    assert enter(client, code="000000").status_code == 422
    assert enter(client, code=code).status_code == 303


def test_its_own_wrong_guesses_are_few_and_then_those_of_a_stranger(
    client: FlaskClient, session: Session, account: Account
) -> None:
    enter(client)
    own = MISSES["device"][0].amount
    for _ in range(own):
        enter(client, WRONG)
    session.expire_all()
    assert (account.failures, account.locked_until) == (0, None)

    for _ in range(FAILURES_A_LOCK):
        enter(client, WRONG)

    session.expire_all()
    assert account.locked_until is not None
    assert enter(client).status_code == 422
    failed = session.scalars(select(AuditLine.action)).all()
    assert failed.count("sign-in.failed") == own + FAILURES_A_LOCK - 1


def test_right_passwords_are_not_counted_against_a_device(
    client: FlaskClient, account: Account, session: Session
) -> None:
    assert {enter(client).status_code for _ in range(12)} == {303}

    enter(client, WRONG)

    session.expire_all()
    assert account.failures == 0


class TestPasswordThatIsAnotherOne:
    def test_after_a_reset_the_device_is_a_strangers(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        enter(client)
        with transaction() as work:
            issued = service.reset_password(work, account.person_id, by=None)
        lock(stranger, session, account)

        assert enter(client, issued.password).status_code == 422

    def test_after_a_change_only_the_device_it_was_changed_on_is_known(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        other = client.application.test_client()
        enter(other)
        enter(client)
        path = "/staff/account/password"
        typed = {"current": GOOD, "new": NEW, "again": NEW, "csrf_token": csrf(client, path)}
        assert client.post(path, data=typed).status_code == 303

        lock(stranger, session, account)

        assert enter(other, NEW).status_code == 422
        assert enter(client, NEW).status_code == 303


class TestCookie:
    def test_is_long_lived_and_read_by_no_script(
        self, client: FlaskClient, account: Account
    ) -> None:
        answer = enter(client)

        (kept,) = [line for line in answer.headers.getlist("Set-Cookie") if COOKIE in line]
        assert "HttpOnly" in kept
        assert "SameSite=Lax" in kept
        assert "Max-Age=31536000" in kept

    def test_stays_when_its_owner_signs_out(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        enter(client)
        client.post("/staff/sign-out", data={"csrf_token": csrf(client, "/staff/account")})

        lock(stranger, session, account)

        assert enter(client).status_code == 303

    def test_a_failure_hands_out_none(self, client: FlaskClient, account: Account) -> None:
        assert COOKIE not in str(enter(client, WRONG).headers.getlist("Set-Cookie"))

    def test_one_that_is_forged_is_a_strangers(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        lock(stranger, session, account)
        entry = f"wang.wei:{account.epoch}:aaaaaaaaaaaaaaaa"
        body = base64.urlsafe_b64encode(json.dumps([entry]).encode()).decode().rstrip("=")

        for forged in (body, f"{body}.xxxx", "", "x" * 3000):
            client.set_cookie(COOKIE, forged)
            assert enter(client).status_code == 422

    def test_that_of_one_account_is_none_for_another(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        open_account(session, "li.na")
        session.commit()
        assert enter(client, login="li.na").status_code == 303

        lock(stranger, session, account)

        assert enter(client).status_code == 422

    def test_a_shared_desk_is_known_to_all_who_sign_in_there(
        self, client: FlaskClient, stranger: FlaskClient, session: Session, account: Account
    ) -> None:
        open_account(session, "li.na")
        session.commit()
        for _ in range(12):
            assert enter(client, login="li.na").status_code == 303
        enter(client)
        for _ in range(25):
            assert enter(client, login="li.na").status_code == 303

        lock(stranger, session, account)

        assert enter(client).status_code == 303
