"""axe-core finds nothing on any page, in any size, in either light."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import assert_accessible
from tests.pages.conftest import phone
from tests.pages.content import NUMBER, TOKEN
from tests.pages.sample import Server

pytestmark = pytest.mark.browser
SCAN = f"/S/{TOKEN}"


def untouched(_: Page) -> None: ...


def refused(page: Page) -> None:
    page.click("#send")
    page.wait_for_selector("#sum:not([hidden])")


def filled(page: Page) -> None:
    page.check("#k1")
    page.check("#d1")
    page.check("#o2")


def opened(page: Page) -> None:
    for summary in page.query_selector_all("details > summary"):
        summary.click()


STATES: list[tuple[str, str, Callable[[Page], None]]] = [
    ("scan", SCAN, untouched),
    ("scan-f2", SCAN + "?fs=2", untouched),
    ("scan-f3", SCAN + "?fs=3", untouched),
    ("scan-refused", SCAN, refused),
    ("scan-filled", SCAN, filled),
    ("scan-english", SCAN + "?lang=en&demo=1", untouched),
    ("unknown", "/S/UNKNOWN", untouched),
    ("receipt", f"/r/{NUMBER}", opened),
    ("receipt-f3", f"/r/{NUMBER}?fs=3", untouched),
    ("receipt-plain", f"/r/{NUMBER}?plain=1", untouched),
    ("track", "/track?number=BAD", untouched),
    ("tracked", "/track?number=7K3M", untouched),
    ("privacy", "/privacy", untouched),
    ("error", "/err", untouched),
    ("staff", "/staff", untouched),
    ("staff-f3", "/staff?fs=3", untouched),
]


@pytest.mark.parametrize(("path", "touch"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_axe_finds_nothing(
    chromium: Browser, server: Server, path: str, touch: Callable[[Page], None]
) -> None:
    context = phone(chromium, server, bypass_csp=True)
    page = context.new_page()
    page.goto(path)
    touch(page)

    assert_accessible(page, "light")
    assert_accessible(page, "dark")

    context.close()


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize(
    "path", [SCAN, f"/r/{NUMBER}", "/track?number=7K3M", "/err?", "/staff", "/privacy"]
)
def test_no_page_scrolls_sideways(page: Page, size: int, path: str) -> None:
    page.goto(f"{path}{'&' if '?' in path else '?'}fs={size}")
    found = {}

    for width in (320, 412, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate("document.documentElement.scrollWidth")

    assert found == {320: 320, 412: 412, 1440: 1440}


# Links inside a sentence, radio dots (their rows are the target) and bare labels are not targets.
TARGETS = """least => [...document.querySelectorAll(
    'a,button,input:not([type=radio]):not([type=file]),select,textarea,summary,label')]
  .filter(e => e.tagName != 'LABEL' || e.matches('.t label,.at label,.ch'))
  .filter(e => e.offsetParent && !e.closest('.vh,p'))
  .map(e => [e.textContent.trim().slice(0, 12), Math.round(e.offsetHeight)])
  .filter(x => x[1] < least)"""


@pytest.mark.parametrize(("size", "least"), [(1, 44), (2, 60), (3, 60)])
@pytest.mark.parametrize("path", [SCAN, f"/r/{NUMBER}", "/track"])
def test_every_target_is_big_enough(page: Page, size: int, least: int, path: str) -> None:
    page.goto(f"{path}?fs={size}")

    small = page.evaluate(TARGETS, least)

    assert small == []
