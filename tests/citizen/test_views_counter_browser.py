"""An old woman without a phone rings in the evening; a clerk at the receiver writes."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from citizen.models import Rating, Report, SaidFor, TakenDown
from citizen.rules import Channel, Satisfied, Solved, Wish
from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from kernel.work import transaction
from people.views import session_id
from qr import service as qr
from qr.rules import CodeKind
from tests.browser import assert_accessible, faults_of, new_desk, new_phone
from tests.citizen.factories import deliver_all, to_verify
from tests.factories import GRID, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock

pytestmark = pytest.mark.browser
EVENING = datetime(2026, 3, 2, 13, 50, tzinfo=UTC)  # a Monday, 21:50 in Shanghai
WORDS = "桥头的路灯不亮，看不见路"


class House:
    """A running application, a clerk of the village, one of the town, and who works in the grid."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.browser = app, browser
        self.faults: list[list[str]] = []
        self.clock: FixedClock = app.extensions["parts"].clock
        self.clock.moment = EVENING
        with app.app_context():
            make_area(db.session(), GRID)
            make_staff(db.session(), Role.GRID_LEADER, area=GRID)
            self.clerk = make_staff(db.session(), Role.VILLAGE_ADMIN, area=VILLAGE)
            self.town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
            db.session.commit()
            with transaction() as work:
                qr.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None)
            db.session.remove()
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sits(self, actor: Actor, new: Callable[..., object] = new_phone, **more: object) -> Page:
        """Return a page in front of which *actor* is signed in."""
        with self.app.app_context():
            kept = {"_user_id": session_id(db.session(), actor.id), "_fresh": True}
            db.session.remove()
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        base = f"http://127.0.0.1:{self.server.server_port}"
        make = new_phone if new is new_phone else new_desk
        context = make(self.browser, base, **more)
        context.add_cookies([{"name": "pinganma", "value": signer.dumps(kept), "url": base}])
        page = context.new_page()
        self.faults.append(faults_of(page))
        return page

    def works(self) -> None:
        """Let the workers do what is owed."""
        with self.app.app_context():
            deliver_all(db.session())
            db.session.remove()

    def handles(self, number: str) -> None:
        """Let the grid's people do the work."""
        with self.app.app_context():
            to_verify(db.session(), _case(number).id)
            db.session.commit()
            db.session.remove()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        assert [fault for found in self.faults for fault in found] == []


@pytest.fixture
def house(live: Flask, chromium: Browser) -> Iterator[House]:
    site = House(live, chromium)
    yield site
    site.close()


def _case(number: str) -> Case:
    return db.session.scalars(select(Case).where(Case.number == number)).one()


def take_down(page: Page, house: House, caller: str = "张奶奶") -> str:
    """Write it down with the keyboard alone; return the receipt's number."""
    page.goto("/staff/counter")
    expect(page.locator("#place")).to_be_focused()
    page.keyboard.type("一零 零一")
    expect(page.locator("#spot")).to_contain_text("桥头")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Tab")
    page.keyboard.type(caller)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("念给对方听")
    expect(page.locator("dl")).to_contain_text("桥头")
    # What is read is there before the browser has moved the focus to what comes next.
    expect(page.get_by_role("button", name="念过了")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/staff/counter/[0-9A-Z-]+$"))
    house.works()
    expect(page.locator(".read")).to_contain_text("前接单")  # the page asks again by itself
    return page.url.rpartition("/")[2].replace("-", "")


def find(page: Page, typed: str) -> None:
    """Look a receipt up for a caller."""
    page.goto("/staff/counter")
    page.fill("#q", typed)
    page.keyboard.press("Enter")
    expect(page.locator(".read")).to_be_visible()


def test_an_old_woman_without_a_phone_rings_at_ten_to_ten(house: House) -> None:
    number = rings(house)
    house.clock.moment += timedelta(hours=12)  # the next day
    house.handles(number)
    rings_again(house, number)
    says_it_is_solved(house, number)

    with house.app.app_context():
        report = db.session.scalars(select(Report)).one()
        assert (report.place_name, report.words, report.said_by) == ("桥头", WORDS, None)
        helper = db.session.get_one(TakenDown, report.id)
        assert (helper.by, helper.contact_given) == (house.clerk.id, False)
        assert _case(number).state is State.CLOSED
        rating = db.session.scalars(select(Rating)).one()
        assert (rating.solved, rating.satisfied) == (Solved.SOLVED, Satisfied.VERY_SATISFIED)
        said = db.session.scalars(select(SaidFor).order_by(SaidFor.id)).all()
        assert [(one.wish, one.by, one.channel) for one in said] == [
            (Wish.CONFIRM, house.town.id, Channel.PHONE),
            (Wish.RATE, house.town.id, Channel.PHONE),
        ]
        db.session.remove()


def rings(house: House) -> str:
    """The clerk takes it down, reads the receipt aloud and prints it; return its number."""
    clerk = house.sits(house.clerk)
    number = take_down(clerk, house)
    read = clerk.locator(".read")
    expect(read).to_contain_text(" ".join(number[:4]))
    expect(read).to_contain_text("没有手机也不要紧")
    expect(read).to_contain_text("没留电话，我们找不到您")
    expect(read).to_contain_text("今天 21:51 前接单")
    expect(read).to_contain_text("3月5日")
    clerk.get_by_role("link", name="打印回执").click()
    expect(clerk.locator(".slip")).to_contain_text("2026-03-02 21:50")
    return number


def rings_again(house: House, number: str) -> None:
    """She hears how far it is; the clerk, who knows nobody to ask back, cannot close it."""
    clerk = house.sits(house.clerk)
    find(clerk, f"{number[:4].lower()} {number[4:8]} {number[8:]}")
    expect(clerk.locator(".read")).to_contain_text("办好了，正等别人去核实")
    expect(clerk.locator("main")).not_to_contain_text(WORDS)
    expect(clerk.get_by_role("button", name="记下：解决了")).to_have_count(0)


def says_it_is_solved(house: House, number: str) -> None:
    """Somebody else at the telephone writes down that it is, and what she thinks of it."""
    colleague = house.sits(house.town)
    find(colleague, number)
    colleague.locator("summary", has_text="说已经解决了").click()
    colleague.get_by_role("button", name="记下：解决了").click()
    expect(colleague.locator("main")).to_contain_text("来电的人说已经解决")
    colleague.locator("summary", has_text="说办得怎么样").click()
    colleague.get_by_label("解决了", exact=True).check()
    colleague.get_by_label("很满意", exact=True).check()
    colleague.get_by_role("button", name="记下评价").click()
    expect(colleague.locator("main")).to_contain_text("评价记下了")


def test_without_a_script_enter_is_enough_and_the_place_is_said_before_it_is_taken(
    house: House,
) -> None:
    page = house.sits(house.clerk, java_script_enabled=False)
    page.goto("/staff/counter")
    page.fill("#place", "1001")
    page.fill("#words", WORDS)
    page.fill("#caller", "张奶奶 0571-8765 4321")

    page.locator("#caller").press("Enter")
    expect(page.locator("dl")).to_contain_text("桥头")
    page.get_by_role("button", name="不对，改一改").click()
    expect(page.locator("#words")).to_have_value(WORDS)
    page.get_by_role("button", name="念给对方核对").click()
    page.get_by_role("button", name="念过了，对方同意，收下").click()

    expect(page.locator(".read")).to_be_visible()


def test_at_a_desk_a_wrong_number_is_said_while_it_is_typed_and_nothing_is_lost(
    house: House,
) -> None:
    page = house.sits(house.clerk, new_desk)
    page.goto("/staff/counter")
    page.keyboard.type("9999")
    expect(page.locator("#spot")).to_contain_text("没有 9999 号点位")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")

    page.keyboard.press("Enter")

    expect(page.locator("#e-place")).to_be_visible()
    expect(page.locator("#words")).to_have_value("第一行\n第二行")


@pytest.mark.parametrize("size", [1, 3])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(house: House, size: int) -> None:
    page = house.sits(house.clerk, bypass_csp=True)
    number = take_down(page, house, "张奶奶 13812345678")
    page.goto(f"/staff/counter?fs={size}")
    page.fill("#place", "1001")
    page.fill("#words", WORDS)
    page.locator("#caller").press("Enter")
    expect(page.locator("dl")).to_be_visible()
    look(page)
    page.goto("/staff/counter")
    page.fill("#q", "13812345678")
    page.locator("#q").press("Enter")
    expect(page.locator(".lines")).to_be_visible()
    look(page)

    for path in ("", f"/{number}", f"/{number}/slip"):
        page.goto(f"/staff/counter{path}")
        look(page)
    page.goto("/report")
    look(page)


def look(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = !d.matches('.me'))")
    assert page.evaluate("document.documentElement.scrollWidth") == 412, page.url
    assert_accessible(page, "light")
    assert_accessible(page, "dark")
