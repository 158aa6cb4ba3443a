"""In the big size the microphone comes first and is seen without a scroll; nothing else is lost."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE
from tests.pages.conftest import phone
from tests.pages.content import TOKEN
from tests.pages.sample import Server

pytestmark = pytest.mark.browser
SCAN = f"/S/{TOKEN}"
SMALL = {"width": 360, "height": 640}
# What one meets from top to bottom, of what can be tapped or is a question.
ORDER = """[...document.querySelectorAll('.sos,#rec,.nav,#say,#c-tile,#c-photos')]
    .filter(one => one.offsetHeight)
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map(one => one.id || one.className.split(' ')[0])"""
BIG = ["sos", "rec", "nav", "say", "c-tile", "c-photos"]
NORMAL = ["sos", "nav", "c-tile", "rec", "c-photos"]


def seen(page: Page, selector: str) -> float:
    """Return how much of something is seen above the button to send, from 0 to 1."""
    box, bar = page.locator(selector).bounding_box(), page.locator(".go").bounding_box()
    assert box is not None
    assert bar is not None
    return max(0.0, min(1.0, (bar["y"] - box["y"]) / box["height"]))


@pytest.mark.parametrize(
    ("size", "query", "at_least"),
    [(PHONE, "&demo=1", 1.0), (PHONE, "&lang=en", 1.0), (SMALL, "", 1.0), (SMALL, "&demo=1", 0.9)],
)
def test_the_microphone_is_seen_at_once(
    chromium: Browser, server: Server, size: dict[str, int], query: str, at_least: float
) -> None:
    context = phone(chromium, server, viewport=size)
    page = context.new_page()
    page.goto(f"{SCAN}?fs=3{query}")

    expect(page.locator("#rec")).to_be_visible()
    box = page.locator("#rec").bounding_box()
    assert box is not None
    assert box["height"] >= 150
    assert seen(page, "#rec") >= at_least
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # The numbers to ring in danger stand above it, each wide enough for a thumb.
    for number in page.locator(".sos .tel").all():
        tall = number.bounding_box()
        assert tall is not None
        assert tall["y"] + tall["height"] < box["y"]
        assert min(tall["width"], tall["height"]) >= 44
    context.close()


def test_it_comes_first_however_the_size_was_chosen_and_goes_back(page: Page) -> None:
    page.goto(f"{SCAN}?fs=3")
    assert page.evaluate(ORDER) == BIG

    page.locator(".z1").click()
    assert page.evaluate(ORDER) == NORMAL

    page.locator(".z2").click()
    page.locator(".z3").click()
    assert page.evaluate(ORDER) == BIG


def test_what_was_begun_stays_when_the_size_is_changed(page: Page) -> None:
    page.goto(SCAN)
    page.fill("#words", "灯不亮")
    page.check("#k3")

    page.locator(".z3").click()

    expect(page.locator("#words")).to_have_value("灯不亮")
    expect(page.locator("#k3")).to_be_checked()


def test_without_a_script_the_words_come_first(chromium: Browser, server: Server) -> None:
    context = phone(chromium, server, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{SCAN}?fs=3")

    words, tiles = page.locator("#words").bounding_box(), page.locator("#c-tile").bounding_box()
    assert words is not None
    assert tiles is not None
    assert words["y"] < tiles["y"]
    expect(page.locator(".nav")).to_be_visible()
    context.close()
