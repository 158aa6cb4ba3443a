"""Two people receive goods on one phone each, and a resident without JavaScript reads the shelf."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from kernel.access import Actor
from kernel.db import db
from kernel.work import transaction
from people.views import session_id
from tests.browser import assert_accessible, faults_of, new_phone
from tests.factories import VILLAGE
from tests.shop.shops import NEXT_YEAR, Shop

pytestmark = pytest.mark.browser


class House:
    """A running application with a shop."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.browser = app, browser
        with app.app_context():
            with transaction() as work:
                self.shop = Shop(work)
                self.shop.bring(("G11", 3, NEXT_YEAR))
                self.rice = self.shop.gift("G11").id
            db.session.remove()
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def sits(self, actor: Actor) -> Page:
        """Return a phone on which *actor* is signed in."""
        with self.app.app_context():
            kept = {"_user_id": session_id(db.session(), actor.id), "_fresh": True}
            db.session.remove()
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        context = new_phone(self.browser, self.url)
        context.add_cookies([{"name": "pinganma", "value": signer.dumps(kept), "url": self.url}])
        return context.new_page()


@pytest.fixture
def house(live: Flask, chromium: Browser) -> Iterator[House]:
    site = House(live, chromium)
    yield site
    site.server.shutdown()
    site.server.server_close()


def write_down(first: Page) -> None:
    first.goto(f"/staff/shop/{VILLAGE}/goods/new")
    first.get_by_label("买的", exact=True).check()
    first.get_by_label("村集体经费").check()
    first.get_by_label("单位、店").check()
    first.fill("#giver", "供销社")
    first.fill("#paid", "300")
    first.get_by_label("大米：几份").fill("10")
    first.get_by_role("button", name="登记，等另一个人点收").click()
    expect(first.get_by_role("alert")).to_have_text("大米：请写保质期到哪一天。")
    assert_accessible(first)
    first.get_by_label("大米：保质期到哪一天").fill(NEXT_YEAR.isoformat())
    first.get_by_role("button", name="登记，等另一个人点收").click()
    expect(first.locator("#flash")).to_contain_text("请另一个人点收")


def confirm(second: Page, rice: int) -> None:
    second.goto("/staff/shop")
    second.get_by_role("link", name="有 1 次进货等第二个人点收").click()
    second.get_by_role("link", name="第 2 号").click()
    second.get_by_role("button", name="都对，点收入库").click()
    expect(second.locator("#flash")).to_contain_text("已经入库")
    second.goto("/staff/shop")
    assert_accessible(second)
    second.goto(f"/staff/shop/gifts/{rice}")
    expect(second.locator(".big")).to_contain_text("现有 13")
    assert_accessible(second)


def test_goods_come_by_two_hands_and_the_shelf_says_so(house: House) -> None:
    first, second = house.sits(house.shop.first), house.sits(house.shop.second)
    faults = faults_of(first), faults_of(second)
    write_down(first)
    confirm(second, house.rice)

    shelf = new_phone(house.browser, house.url, java_script_enabled=False).new_page()
    shelf.goto(f"/shop/{VILLAGE}")
    expect(shelf.locator("main li", has_text="大米").first).to_contain_text("60 币 · 有")
    assert faults == ([], [])
