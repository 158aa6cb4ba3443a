"""The staff pages in a real browser: axe finds nothing, and the queue lives."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from grid.rules import State, Urgency
from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from people.views import session_id
from tests.browser import assert_accessible, new_phone
from tests.factories import GRID, TOWN, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case

pytestmark = pytest.mark.browser


class Staffed:
    """A running application, two people at work, and cases in several states."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.browser = app, browser
        self.numbers: dict[str, str] = {}
        with app.app_context():
            session = db.session()
            self.worker = make_staff(session, Role.GRID_FULL, area=GRID)
            self.town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
            mine = {"owner_id": self.worker.id}
            rows = {
                "new": make_case(session, urgency=Urgency.URGENT, **mine),
                "handling": make_case(session, state=State.HANDLING, responded_at=NOON, **mine),
                "verify": make_case(session, state=State.TO_VERIFY),
                "returned": make_case(session, state=State.RETURNED),
            }
            self.numbers = {name: case.number for name, case in rows.items()}
            session.commit()
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sits(self, actor: Actor, **more: object) -> BrowserContext:
        """Return a phone on which *actor* is signed in."""
        with self.app.app_context():
            kept = {"_user_id": session_id(db.session(), actor.id), "_fresh": True}
            db.session.remove()
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        base = f"http://127.0.0.1:{self.server.server_port}"
        context = new_phone(self.browser, base, **more)
        context.add_cookies([{"name": "pinganma", "value": signer.dumps(kept), "url": base}])
        return context

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def staffed(live: Flask, chromium: Browser) -> Iterator[Staffed]:
    site = Staffed(live, chromium)
    yield site
    site.close()


def unfolded(page: Page, path: str) -> None:
    """Go to a page and open everything that can be."""
    page.goto(path)
    for summary in page.query_selector_all("main details:not([open]) > summary"):
        summary.click()


@pytest.mark.parametrize("who", ["worker", "town"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(staffed: Staffed, who: str) -> None:
    number = staffed.numbers
    paths = {
        "worker": ["", "verify", "patrol", *(f"case/{one}" for one in number.values())],
        "town": [
            *("", "desk", "hours"),
            *(f"case/{number['returned']}{part}" for part in ("", "/assign", "/merge")),
        ],
    }[who]
    page = staffed.sits(getattr(staffed, who), bypass_csp=True).new_page()

    for path in paths:
        unfolded(page, f"/staff/{path}")
        assert_accessible(page, "light")
        assert_accessible(page, "dark")
        assert page.evaluate("document.documentElement.scrollWidth") == 412, path


def test_a_case_is_taken_called_about_and_reported_done_by_taps(staffed: Staffed) -> None:
    page = staffed.sits(staffed.worker).new_page()
    page.goto("/staff/")

    page.get_by_role("button", name="接单").click()
    page.get_by_role("button", name="打电话给上报人").click()
    expect(page.get_by_role("link", name="138 0013 8000")).to_be_visible()
    page.check("#call-reached-reached-1")
    page.get_by_role("button", name="记下这通电话").click()
    page.fill("#result-result_text", "扶起来了，送医院了。")
    page.check("#result-finding-finding-1")
    page.select_option("#result-category", "0503")
    page.locator("#result button").click()

    expect(page.get_by_text("结果报上去了，等别人核实。")).to_be_visible()
