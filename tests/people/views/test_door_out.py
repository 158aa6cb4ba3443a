"""Sessions end when they should, and pages that ask by themselves keep none alive."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Account, EndedSession
from tests.factories import VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.people.views.doors import GOOD, HOME, change, enter, is_inside, token

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
                "csrf_token": token(client, page.location),
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
                "csrf_token": token(client, first),
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
