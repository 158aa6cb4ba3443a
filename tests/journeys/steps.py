"""What people do on the pages, in their words."""

import io
import re
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser import GPS
from tests.journeys.town import PASSWORD

QUEUE, TO_VERIFY = "/staff/", "/staff/verify"
IN_THE_QUEUE = 5_000  # ms: the issue's own bound, from the tap to the worker's queue
WAIT = 15_000  # ms for what has no bound of its own


def sign_in(page: Page, login: str, password: str = PASSWORD) -> Page:
    """Sign in through the form."""
    page.goto("/staff/sign-in")
    return sign_in_here(page, login, password)


def sign_in_here(page: Page, login: str, password: str = PASSWORD) -> Page:
    """Fill in the form where it has come up, as it does after a rest."""
    page.fill("#login", login)
    page.fill("#password", password)
    tap(page, "登录")
    expect(page.locator(".me")).to_be_visible()
    return page


def record(page: Page, seconds: int = 1) -> None:
    """Say something into the microphone."""
    page.click("#rec")
    expect(page.locator("#rt")).to_contain_text(f"{seconds}/60")
    page.click("#rec")
    expect(page.locator("#rout")).to_be_visible()


def send(page: Page) -> str:
    """Tap on send; return the receipt's number, without hyphens."""
    page.click("#send")
    return number_of(page)


def number_of(page: Page) -> str:
    """Return the number of the receipt that comes next."""
    page.wait_for_url(re.compile(r"/r/[0-9A-Z-]+"))
    return page.locator(".num strong").inner_text().replace("-", "")


def report(page: Page, scan: str, words: str) -> str:
    """Report something in words alone."""
    page.goto(scan)
    page.fill("#words", words)
    return send(page)


def comes_up(page: Page, path: str, number: str, within: int = WAIT) -> None:
    """Look at a list, again and again, until the case stands in it; ms."""
    page.goto(path)
    reload_until(page, page.locator(f"a[href*='/case/{number}']"), within)


def reload_until(page: Page, there: Locator, within: int = WAIT) -> None:
    """Read the page anew until something stands on it; ms."""
    deadline = time.monotonic() + within / 1000
    while there.count() == 0:
        assert time.monotonic() < deadline, f"waited in vain for {there}"
        page.reload()


def open_case(page: Page, number: str) -> None:
    """Follow the list's own link to a case."""
    page.locator(f"h2 a[href$='/case/{number}'], td a[href$='/case/{number}']").first.click()
    expect(page.locator(".case-page")).to_be_visible()


def fold(page: Page, name: str) -> None:
    """Open one of the folded forms of a case."""
    if page.locator(f"#{name}[open]").count() == 0:
        page.locator(f"#{name} > summary").click()


def tap(page: Page, label: str) -> None:
    """Press the one button that is called so."""
    page.get_by_role("button", name=label, exact=True).click()


def assert_bare(page: Page, src: str) -> None:
    """The picture opens, and tells nothing about phone and place."""
    answer = page.request.get(src)
    assert answer.ok, src
    exif = Image.open(io.BytesIO(answer.body())).getexif()
    assert not exif.get_ifd(GPS)
    assert dict(exif) == {}


def upload(page: Page, selector: str, paths: list[Path]) -> None:
    """Choose files, and see each of them on the page."""
    page.set_input_files(selector, paths)
    expect(page.locator("#ph li")).to_have_count(len(paths))


def report_result(page: Page, words: str, pictures: Sequence[Path] = ()) -> None:
    """Say what came of it, with a picture and a finding."""
    fold(page, "result")
    page.fill("#result-result_text", words)
    page.locator("#result").get_by_label("属实", exact=True).check()
    if page.locator("#result-category").count():
        page.select_option("#result-category", "0503")
    page.set_input_files("#result-photos", list(pictures))
    page.locator("#result").get_by_role("button", name="报结果").click()
    expect(page.locator("main")).to_contain_text("等别人核实")


def verify(page: Page, number: str) -> None:
    """Look whether it is settled, and close it."""
    comes_up(page, TO_VERIFY, number)
    settle_it(page, number)


def look_into(page: Page, number: str) -> None:
    """Go by the menu to what waits for a second look, and close the case."""
    page.get_by_role("link", name="待核实", exact=True).click()
    settle_it(page, number)


def settle_it(page: Page, number: str) -> None:
    """Open a case from the list, look at it, and say that it is settled."""
    open_case(page, number)
    fold(page, "verify")
    page.locator("#verify").get_by_role("button", name="核实办结").click()
    expect(page.locator("main")).to_contain_text("办结")
