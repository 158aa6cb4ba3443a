from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Account, EndedSession
from people.rules import HatWanted, StaffRow
from tests.factories import DISTRICT, GRID, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock

HOME = "/staff/"  # the desk of who works in a grid
GOOD = "门前老槐树下的石凳"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def account(session: Session) -> Account:
    make_area(session, GRID)
    session.commit()
    row = StaffRow(login="wang.wei", name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
    with transaction() as work:
        issued = service.add_staff(work, row, by=None, password=GOOD)
    return session.get_one(Account, issued.person_id)


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """Every statement sent to the database, savepoints aside."""
    said: list[str] = []
    engine = session.get_bind().engine

    def note(*args: object) -> None:
        if not str(args[2]).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            said.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def enter(client: FlaskClient, password: str = GOOD, **more: str) -> TestResponse:
    return client.post("/staff/sign-in", data={"login": "wang.wei", "password": password, **more})


def _token(client: FlaskClient, path: str) -> str:
    return client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


def is_inside(client: FlaskClient) -> bool:
    return client.get("/staff/account").status_code == 200


class TestSignIn:
    def test_the_page_asks_the_database_nothing(
        self, client: FlaskClient, statements: list[str]
    ) -> None:
        client.get("/staff/sign-in")  # the first one asks once whether this is the demo
        statements.clear()

        page = client.get("/staff/sign-in")

        assert (page.status_code, statements) == (200, [])

    def test_signing_in_asks_it_little(
        self, client: FlaskClient, account: Account, statements: list[str]
    ) -> None:
        enter(client, "wrong-password")
        statements.clear()

        assert enter(client).status_code == 303

        assert len(statements) <= 5, statements

    def test_the_right_password_leads_on(self, client: FlaskClient, account: Account) -> None:
        answer = enter(client)

        assert (answer.status_code, answer.location) == (303, HOME)
        assert is_inside(client)
        assert "王伟" not in answer.text

    def test_every_failure_says_the_same(self, client: FlaskClient, account: Account) -> None:
        pages = [
            enter(client, "wrong-password"),
            client.post("/staff/sign-in", data={"login": "nobody", "password": GOOD}),
            *(enter(client, "wrong-password") for _ in range(4)),
            enter(client),  # locked by now
        ]

        assert {page.status_code for page in pages} == {422}
        said = {page.text.replace("nobody", "wang.wei") for page in pages}
        assert len(said) == 1
        assert "不对" in said.pop()
        assert not is_inside(client)

    def test_what_was_typed_stays_but_not_the_password(
        self, client: FlaskClient, account: Account
    ) -> None:
        page = enter(client, "wrong-password").text

        assert 'value="wang.wei"' in page
        assert "wrong-password" not in page

    @pytest.mark.parametrize("login", ["", "a\x00b", "\u202ewang", "x" * 100_000, "'; --", "😀"])
    def test_nonsense_is_refused_like_anything_else(
        self, client: FlaskClient, account: Account, login: str
    ) -> None:
        page = client.post("/staff/sign-in", data={"login": login, "password": "x" * 400})

        assert page.status_code == 422

    def test_failures_are_counted_although_the_page_is_a_refusal(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        enter(client, "wrong-password")

        session.expire_all()
        assert account.failures == 1

    def test_an_address_that_keeps_guessing_is_sent_away(self, client: FlaskClient) -> None:
        # Twenty a minute by the machine's own clock, so a minute that ends in between is allowed.
        codes = {client.post("/staff/sign-in").status_code for _ in range(41)}

        assert codes == {422, 429}

    def test_an_office_behind_one_address_gets_in(self, app: Flask, account: Account) -> None:
        codes = {enter(app.test_client()).status_code for _ in range(25)}

        assert codes == {303}

    @pytest.mark.parametrize(
        ("wanted", "leads_to"),
        [
            ("/staff/areas?under=1", "/staff/areas?under=1"),
            ("", HOME),
            ("//evil.example", HOME),
            ("/\\evil.example", HOME),
            ("https://evil.example/", HOME),
            ("javascript:alert(1)", HOME),
            ("/\t/evil.example", HOME),
            ("/a\r\nSet-Cookie: x=1", HOME),
        ],
    )
    def test_it_leads_to_pages_of_this_site_only(
        self, client: FlaskClient, account: Account, wanted: str, leads_to: str
    ) -> None:
        assert enter(client, next=wanted).location == leads_to

    def test_nothing_of_the_session_before_survives(
        self, client: FlaskClient, account: Account
    ) -> None:
        with client.session_transaction() as cookie:
            cookie["planted"] = "by somebody"
            cookie["totp"] = SECRET

        enter(client)

        with client.session_transaction() as cookie:
            assert "planted" not in cookie
            assert "totp" not in cookie

    def test_with_totp_a_code_is_needed_and_counts_once(
        self, client: FlaskClient, account: Account, session: Session, clock: FixedClock
    ) -> None:
        account.totp = SECRET
        session.commit()
        code = pyotp.TOTP(SECRET).at(clock.now())

        assert enter(client).status_code == 422
        assert enter(client, code=f"{code[:3]} {code[3:]}").status_code == 303
        client.post("/staff/sign-out", data={"csrf_token": token(client)})
        assert enter(client, code=code).status_code == 422

    def test_another_site_cannot_sign_anybody_in(
        self, client: FlaskClient, account: Account
    ) -> None:
        answer = client.post(
            "/staff/sign-in",
            data={"login": "wang.wei", "password": GOOD},
            headers={"Origin": "https://evil.example"},
        )

        assert answer.status_code == 403
        assert not is_inside(client)


class TestIssuedPassword:
    def test_nothing_opens_before_it_is_changed(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        account.must_change = True
        session.commit()

        first = enter(client, next="/staff/people").location
        assert first == "/staff/account/password?next=/staff/people"
        for path in ("/staff/account", "/staff/people", "/staff/account/totp"):
            assert client.get(path).location == f"/staff/account/password?next={path}"
        assert "一次性密码" in client.get("/staff/account/password").text

    def test_after_that_everything_does(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        account.must_change = True
        session.commit()
        enter(client)

        answer = change(client, GOOD, "tulip-rivet-42")

        assert answer.status_code == 303
        assert is_inside(client)


LIVE = {"X-Live": "1", "X-Requested-With": "XMLHttpRequest"}
QUEUE = "/staff/live/queue"


class TestPagesThatAskByThemselves:
    """What static/live.js asks for: it reloads the page on 401, and the page leads on."""

    def test_they_keep_nobody_signed_in(
        self, client: FlaskClient, account: Account, clock: FixedClock
    ) -> None:
        enter(client)
        answers = []
        for _ in range(9):
            answers.append(client.get(QUEUE, headers=LIVE).status_code)
            clock.advance(minutes=30)

        assert answers[0] == 200
        asked = client.get(QUEUE, headers=LIVE)
        assert asked.status_code == 401
        page = client.get("/staff/verify?page=2")
        assert page.location == "/staff/sign-in?next=/staff/verify?page%3D2"
        form = client.get(page.location).text
        assert 'value="/staff/verify?page=2"' in form
        assert enter(client, next="/staff/verify?page=2").location == "/staff/verify?page=2"
        assert client.get(QUEUE, headers=LIVE).status_code == 200

    def test_taps_do(self, client: FlaskClient, account: Account, clock: FixedClock) -> None:
        enter(client)
        for _ in range(9):
            client.get("/staff/")
            clock.advance(minutes=30)

        assert client.get(QUEUE, headers=LIVE).status_code == 200

    def test_a_password_that_was_reset_meanwhile_is_changed_on_a_page_of_its_own(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        enter(client)
        account.must_change = True
        session.commit()

        asked = client.get(QUEUE, headers=LIVE)
        page = client.get("/staff/verify")

        # 303 would be followed, and the form shown inside the list.
        assert asked.status_code == 401
        assert page.location == "/staff/account/password?next=/staff/verify"
        changed = client.post(
            page.location,
            data={
                "csrf_token": _token(client, page.location),
                "current": GOOD,
                "new": "tulip-rivet-42",
                "again": "tulip-rivet-42",
            },
        )
        assert changed.location == "/staff/verify"
        assert client.get(QUEUE, headers=LIVE).status_code == 200

    @pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "/\\evil"])
    def test_nobody_is_led_away_from_the_password(
        self, client: FlaskClient, account: Account, session: Session, wanted: str
    ) -> None:
        account.must_change = True
        session.commit()
        first = enter(client, next=wanted).location

        changed = client.post(
            first,
            data={
                "csrf_token": _token(client, first),
                "current": GOOD,
                "new": "tulip-rivet-42",
                "again": "tulip-rivet-42",
            },
        )

        assert changed.location == HOME

    def test_a_stranger_gets_the_same_answer(self, client: FlaskClient) -> None:
        assert client.get(QUEUE, headers=LIVE).status_code == 401
        assert client.get(QUEUE).status_code == 303


class TestSignOut:
    def test_ends_the_session_and_is_logged(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        enter(client)

        answer = client.post("/staff/sign-out", data={"csrf_token": token(client)})

        assert answer.location == "/staff/sign-in"
        assert not is_inside(client)
        assert "sign-out" in session.scalars(select(AuditLine.action)).all()

    def test_a_copy_of_the_cookie_opens_nothing_any_more(
        self, client: FlaskClient, account: Account
    ) -> None:
        enter(client)
        with client.session_transaction() as cookie:
            copied = dict(cookie)
        client.post("/staff/sign-out", data={"csrf_token": token(client)})

        with client.session_transaction() as cookie:
            cookie.update(copied)

        assert not is_inside(client)

    def test_elsewhere_the_same_person_stays_inside(
        self, client: FlaskClient, account: Account
    ) -> None:
        elsewhere = client.application.test_client()
        enter(elsewhere)
        enter(client)

        client.post("/staff/sign-out", data={"csrf_token": token(client)})

        assert not is_inside(client)
        assert is_inside(elsewhere)

    def test_which_sessions_were_ended_is_forgotten_when_no_cookie_is_left(
        self, client: FlaskClient, account: Account, session: Session, clock: FixedClock
    ) -> None:
        enter(client)
        client.post("/staff/sign-out", data={"csrf_token": token(client)})
        for days, left in ((30, 1), (2, 0)):
            clock.advance(days=days)
            session.commit()

            with transaction() as work:
                service.forget_sessions(work)

            assert len(session.scalars(select(EndedSession)).all()) == left

    def test_a_cookie_of_an_older_version_ends_nobody_elses(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        with transaction() as work:
            service.end_session(work, f"{account.person_id}.{account.epoch}")

        assert session.scalars(select(EndedSession)).all() == []

    def test_is_no_link(self, client: FlaskClient, account: Account) -> None:
        enter(client)

        assert client.get("/staff/sign-out").status_code == 405
        assert is_inside(client)


class TestSessions:
    def test_a_reset_ends_them_all(
        self, client: FlaskClient, account: Account, session: Session
    ) -> None:
        enter(client)
        session.commit()

        with transaction() as work:
            service.reset_password(work, account.person_id, by=None)

        assert not is_inside(client)

    def test_a_changed_password_ends_the_others_and_keeps_this_one(
        self, client: FlaskClient, account: Account
    ) -> None:
        other = client.application.test_client()
        enter(other)
        enter(client)

        change(client, GOOD, "tulip-rivet-42")

        assert is_inside(client)
        assert not is_inside(other)

    def test_a_forged_cookie_is_nobody(self, client: FlaskClient, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=VILLAGE)
        session.commit()

        for kept in (f"{worker.id}.1", "x", "", f"{worker.id}.0.0", "0.0"):
            with client.session_transaction() as cookie:
                cookie["_user_id"] = kept
            assert not is_inside(client)


def change(client: FlaskClient, current: str, new: str) -> TestResponse:
    return client.post(
        "/staff/account/password",
        data={
            "current": current,
            "new": new,
            "again": new,
            "csrf_token": token(client, "/staff/account/password"),
        },
    )


def token(client: FlaskClient, path: str = "/staff/account") -> str:
    page = client.get(path).text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_who_has_no_desk_comes_to_their_account(
    client: FlaskClient, account: Account, session: Session
) -> None:
    session.commit()
    with transaction() as work:
        service.give_hat(work, account.person_id, hat=HatWanted(Role.SYSADMIN, DISTRICT), by=None)
        service.take_hat(work, account.person_id, hat=HatWanted(Role.GRID_FULL, GRID), by=None)

    assert enter(client).location == "/staff/account"
    assert "/staff/audit" in client.get("/staff/account").text
    assert "/staff/people" in client.get("/staff/account").text
