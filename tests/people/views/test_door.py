import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Account
from people.rules import HatWanted
from tests.factories import DISTRICT, GRID
from tests.fakes import FixedClock
from tests.people.views.doors import GOOD, HOME, SECRET, change, enter, is_inside, token


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
