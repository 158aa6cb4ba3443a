"""axe finds nothing on any page that residents and staff of the real house open."""

from collections.abc import Callable
from io import BytesIO
from typing import Literal

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible
from tests.journeys.steps import (
    QUEUE,
    TO_VERIFY,
    comes_up,
    open_case,
    report,
    report_result,
    sign_in,
    tap,
    verify,
)
from tests.journeys.town import NEXT_GRID, Town

pytestmark = pytest.mark.browser
Phone = Callable[..., Page]


def look(page: Page, *paths: str) -> None:
    """Open each page, with all that is folded on it, and have axe look."""
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 404, 422}, path
        look_here(page)


def look_here(page: Page) -> None:
    """Unfold everything and have axe look at the page as it is, by day and in the dark."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = !d.matches('.me'))")
    assert_accessible(page, "dark")
    assert_accessible(page)


def test_what_residents_open(town: Town, phone: Phone) -> None:
    page = phone(bypass_csp=True)
    look(page, "/", "/privacy", "/track", "/track?number=NONE", "/S/NOSUCHCODE999", "/nowhere")
    look(page, "/complain", "/around", "/around?village=330106001001")
    look(page, "/coins/rules", "/volunteer")
    look(page, town.scan, f"{town.scan}?fs=2", f"{town.scan}?fs=3", f"{town.scan}?lang=en&fs=1")
    page.goto(f"{town.scan}?lang=zh")
    page.click("#send")
    look_here(page)

    number = report(page, town.scan, "给所有人看看页面")

    look_here(page)
    look(page, f"/track?number={number}", f"/r/{number}?fs=3", "/me/sign-in")


def test_what_those_at_a_case_open(town: Town, phone: Phone) -> None:
    resident, wang = phone(bypass_csp=True), phone(bypass_csp=True)
    look(wang, "/staff/sign-in")
    number = report(resident, town.scan, "从头到尾看页面")
    sign_in(wang, "wang")
    comes_up(wang, QUEUE, number)
    look_here(wang)
    open_case(wang, number)
    look_here(wang)
    tap(wang, "接单")
    expect(wang.locator("#flash p")).to_be_visible()
    look_here(wang)
    look(wang, "/staff/patrol", "/staff/hours", "/staff/desk", f"{QUEUE}?fs=3")
    look(wang, "/staff/duty", "/staff/duty?fs=3", "/staff/account")
    wang.goto(f"/staff/case/{number}?fs=1")
    report_result(wang, "看过了，没事")

    li = sign_in(phone(bypass_csp=True), "li_zhan")
    comes_up(li, TO_VERIFY, number)
    look_here(li)
    verify(li, number)

    look(resident, f"/r/{number}", f"/r/{number}?fs=3")
    look(li, f"/staff/case/{number}")


def test_what_the_towns_desk_opens(town: Town, phone: Phone, desk: Phone) -> None:
    number = report(phone(), town.scan, "镇里看看页面")
    page = sign_in(desk(bypass_csp=True), "sun")
    comes_up(page, "/staff/desk", number)
    case = f"/staff/case/{number}"

    look(page, "/staff/desk", case, f"{case}/assign", f"{case}/merge", "/staff/hours", TO_VERIFY)
    look(page, "/staff/people", "/staff/areas", "/staff/desk?fs=3")
    look(page, "/staff/claims", "/staff/deductions", "/staff/deductions/new", "/staff/rules")
    look(page, "/staff/households", "/staff/households/new", "/staff/households/import")
    look(page, "/staff/duty", "/staff/duty?fs=3", "/staff/night?fs=1", "/staff/handover")


def test_what_whoever_looks_after_people_opens(desk: Phone) -> None:
    page = sign_in(desk(bypass_csp=True), "admin")

    look(page, "/staff/people", "/staff/people/new", "/staff/people/import", "/staff/areas")
    look(page, f"/staff/areas/{NEXT_GRID}", f"/staff/areas/{NEXT_GRID}/close")
    look(
        page, "/staff/areas/import", "/staff/audit", "/staff/operator/", "/staff/operator/messages"
    )
    look(page, "/staff/operator/state", "/staff/operator/backups", "/staff/operator/calendar")
    look(page, "/staff/account", "/staff/account/password")
    look(page, "/staff/account/totp")
    page.goto("/staff/people")
    with page.expect_navigation():
        page.locator(
            "main a[href^='/staff/people/']:not([href$=new]):not([href$=import])"
        ).first.click()
    look_here(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_authenticator_reads_the_code_off_the_screen(
    desk: Phone, scheme: Literal["light", "dark"]
) -> None:
    page = sign_in(desk(), "admin")
    page.emulate_media(color_scheme=scheme)
    page.goto("/staff/account/totp")

    seen = Image.open(BytesIO(page.locator("main img").screenshot()))

    assert [one.text[:15] for one in zxingcpp.read_barcodes(seen)] == ["otpauth://totp/"]
