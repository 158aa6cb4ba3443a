"""A report's whole life through the pages: told, handled, verified, rated, done again, rated."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import (
    IN_THE_QUEUE,
    QUEUE,
    WAIT,
    assert_bare,
    comes_up,
    fold,
    open_case,
    record,
    reload_until,
    report_result,
    send,
    sign_in,
    tap,
    upload,
    verify,
)
from tests.journeys.town import PLACE, WORKER_PHONE, Town

pytestmark = pytest.mark.browser
WORDS = "菜场东门的路灯不亮，晚上看不见路"
PHONE = "13812340001"


def test_the_whole_life(
    town: Town, phone: Callable[..., Page], desk: Callable[..., Page], photos: list[Path]
) -> None:
    resident, wang, li = phone(), sign_in(phone(), "wang"), sign_in(phone(), "li_zhan")
    number = tell(resident, town, photos)
    comes_up(wang, QUEUE, number, IN_THE_QUEUE)

    handle(wang, number, photos)
    verify(li, number)
    see_it_closed(resident)
    rate(resident, solved=False)
    ask_again(resident)
    assign(sign_in(desk(), "sun"), number, to="陈主任")
    handle_again(sign_in(phone(), "chen"), number)
    verify(li, number)
    resident.reload()
    rate(resident, solved=True)

    expect(resident.locator("#rate")).to_have_count(0)
    expect(resident.locator(".tl")).to_contain_text("您申请重办")


def tell(page: Page, town: Town, photos: list[Path]) -> str:
    """Scan, choose, say, photograph, write, leave a number, send; read the receipt."""
    page.goto(town.scan)
    expect(page.get_by_role("heading", level=1)).to_have_text(PLACE)
    page.check("#k4")
    record(page)
    upload(page, "#p2", photos)
    page.fill("#words", WORDS)
    page.fill("#phone", PHONE)
    number = send(page)
    receipt = page.locator("main")
    expect(receipt).to_contain_text("王师傅", timeout=WAIT)
    expect(receipt).to_contain_text("前")  # by when
    expect(page.locator(f"a[href='tel:{WORKER_PHONE}']")).to_be_visible()
    expect(page.locator(".quote")).to_have_text(WORDS)
    return number


def handle(page: Page, number: str, photos: list[Path]) -> None:
    """Accept, call, go out, write down what the voice note says, classify, report the result."""
    open_case(page, number)
    expect(page.locator(".quote")).to_have_text(WORDS)
    expect(page.locator("audio")).to_have_count(1)
    for picture in page.locator(".ph a").all():
        assert_bare(page, picture.get_attribute("href") or "")
    tap(page, "接单")
    call(page)
    tap(page, "我去了")
    fold(page, "voice")
    page.fill("#voice-voice_line", "东门的灯坏了，请来修")
    page.locator("#voice").get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("东门的灯坏了，请来修")
    fold(page, "classify")
    page.select_option("#classify-category", "0301")
    page.locator("#classify").get_by_role("button", name="改").click()
    expect(page.locator("#classify > summary")).to_contain_text("路灯不亮或损坏")
    report_result(page, "换了灯泡，亮了", photos[1:])


def call(page: Page) -> None:
    """Be shown the number, and write down how the call went."""
    tap(page, "打电话给上报人")
    expect(page.locator("#call-now a")).to_have_attribute("href", f"tel:{PHONE}")
    page.locator("#call-now").get_by_label("打通了", exact=True).check()
    tap(page, "记下这通电话")
    expect(page.locator(".tl")).to_contain_text("电话")


def see_it_closed(page: Page) -> None:
    """Read on the same phone what came of it, with the pictures of before and after."""
    after = page.locator(".tl figure", has_text="处理后")
    reload_until(page, after)  # the picture is drawn by a worker
    expect(page.locator("main")).to_contain_text("换了灯泡，亮了")
    said = page.locator("section", has=page.get_by_role("heading", name="您报的"))
    expect(said.locator(".ph img")).to_have_count(2)
    expect(page.locator(".tl figure", has_text="处理前")).to_have_count(2)
    expect(page.locator("main audio")).to_have_count(1)
    for picture in page.locator("main .ph a").all():
        assert_bare(page, picture.get_attribute("href") or "")


def rate(page: Page, *, solved: bool) -> None:
    """Say whether it is settled and how it went."""
    form = page.locator("#rate")
    form.get_by_label("解决了" if solved else "没解决", exact=True).check()
    form.get_by_label("满意" if solved else "不满意", exact=True).check()
    tap(page, "提交评价")
    expect(form).to_have_count(0)


def ask_again(page: Page) -> None:
    """Ask for rework, with a reason."""
    if page.locator("#reopen[open]").count() == 0:
        page.locator("#reopen > summary").click()
    page.fill("#reason", "昨晚又不亮了")
    tap(page, "要求重办")
    expect(page.locator("#reopen")).to_have_count(0)


def assign(page: Page, number: str, *, to: str) -> None:
    """Give the case to somebody else."""
    comes_up(page, QUEUE, number)
    page.locator(f"a[href*='/case/{number}/assign']").first.click()
    page.get_by_role("radio", name=re.compile(to)).check()
    page.locator("form:has([name=owner]) button").last.click()
    expect(page.locator("main")).to_contain_text(to)


def handle_again(page: Page, number: str) -> None:
    """Do it once more, without ado."""
    comes_up(page, QUEUE, number)
    open_case(page, number)
    expect(page.locator("main")).to_contain_text("昨晚又不亮了")
    tap(page, "接单")
    tap(page, "我去了")
    report_result(page, "换了整套灯具")
