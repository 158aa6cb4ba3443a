"""The screen of an activity before an audience, and each of its pages by day and at night."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from kernel.db import db
from kernel.grants import Role
from people.views import session_id
from tests.browser import assert_accessible, faults_of, new_phone
from tests.factories import GRID, VILLAGE, make_staff
from tests.fakes import NOON, FixedClock
from tests.qr.activities import carried, link, make_activity

pytestmark = pytest.mark.browser


class Hall:
    """A running application, an activity in it, and whoever keeps it."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.browser = app, browser
        self.clock: FixedClock = app.extensions["parts"].clock
        with app.app_context():
            code = make_activity(db.session(), GRID)
            self.one, self.link = f"/staff/activities/{code.id}", link(code)
            keeper = make_staff(db.session(), Role.VILLAGE_ADMIN, area=VILLAGE)
            db.session.commit()
            self.kept = {"_user_id": session_id(db.session(), keeper.id), "_fresh": True}
            db.session.remove()
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def keeper(self, **more: object) -> BrowserContext:
        """Return a browser in which the keeper is signed in."""
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        context = new_phone(self.browser, self.url, **more)
        cookie = {"name": "pinganma", "value": signer.dumps(self.kept), "url": self.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return context


@pytest.fixture
def hall(live: Flask, chromium: Browser) -> Iterator[Hall]:
    here = Hall(live, chromium)
    yield here
    here.server.shutdown()
    here.server.server_close()


def drawn(page: Page) -> str:
    return page.locator(".code svg").inner_html()


def test_a_screen_moves_on_by_itself_and_says_when_it_cannot(hall: Hall) -> None:
    hall.clock.moment = NOON + timedelta(seconds=59)
    context = hall.keeper()
    page = context.new_page()
    faults = faults_of(page)
    page.goto(f"{hall.one}/screen")
    page.evaluate("window.same = true")
    first = drawn(page)

    hall.clock.moment = NOON + timedelta(seconds=119)
    page.wait_for_function(
        "old => document.querySelector('.code svg').innerHTML !== old", arg=first
    )
    context.set_offline(True)
    expect(page.locator("#off")).to_be_visible()
    second = drawn(page)
    hall.clock.moment = NOON + timedelta(seconds=180)
    context.set_offline(False)
    page.wait_for_function(
        "old => document.querySelector('.code svg').innerHTML !== old", arg=second
    )

    expect(page.locator("#off")).to_be_hidden()
    assert page.evaluate("window.same")  # it was never loaded anew
    assert faults == []


def test_without_a_script_it_reloads_itself(hall: Hall) -> None:
    hall.clock.moment = NOON + timedelta(seconds=59)
    page = hall.keeper(java_script_enabled=False).new_page()
    page.goto(f"{hall.one}/screen")
    first = drawn(page)

    hall.clock.moment = NOON + timedelta(seconds=119)
    with page.expect_navigation():
        pass

    assert drawn(page) != first


def test_every_page_of_it_can_be_used_by_everybody(hall: Hall) -> None:
    client = hall.app.test_client()
    client.post(hall.link, data={**carried_by(hall), "name": "王芳", "phone": "13800138000"})
    page = hall.keeper(bypass_csp=True).new_page()
    for path in (
        "/staff/activities",
        "/staff/activities/new",
        hall.one,
        f"{hall.one}/screen",
        hall.link,
        hall.link.rpartition("/")[0],
    ):
        page.goto(path)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = !d.matches('.me'))"
        )
        assert_accessible(page, "dark")
        assert_accessible(page)


def carried_by(hall: Hall) -> dict[str, str]:
    with hall.app.app_context():
        return carried(hall.app.test_client(), hall.link)
