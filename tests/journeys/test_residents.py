"""Residents at the real house: bad signal, no script, big letters, another phone, the keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.journeys.steps import (
    WAIT,
    assert_bare,
    number_of,
    record,
    reload_until,
    report,
    send,
    tap,
)
from tests.journeys.town import Town

pytestmark = pytest.mark.browser
Phone = Callable[..., Page]
FIRST_CARD = "document.querySelector('#f fieldset').id"
MOST_TABS = 60


def test_without_a_script_a_photo_and_words_are_sent_and_followed(
    town: Town, phone: Phone, photos: list[Path]
) -> None:
    page = phone(java_script_enabled=False)
    page.goto(town.scan)
    page.check("#k3")
    page.fill("#words", "没有脚本的手机")
    page.set_input_files("#photos", photos[:1])

    number = send(page)

    picture = page.locator("main .ph a").first
    reload_until(page, picture)
    assert_bare(page, picture.get_attribute("href") or "")
    assert town.reports("没有脚本的手机") == [number]
    reload_until(page, page.get_by_role("button", name="催一催"))
    page.locator("summary", has_text="补充说明").click()
    page.fill("#add-words", "补一句：在二楼")
    tap(page, "发出去")
    expect(page.locator(".tl")).to_contain_text("补一句：在二楼")


def test_without_a_script_what_is_missing_is_said_and_what_was_typed_stays(
    town: Town, phone: Phone
) -> None:
    page = phone(java_script_enabled=False)
    page.goto(town.scan)
    page.fill("#caller_name", "李阿姨")

    page.click("#send")

    expect(page.locator("#sum")).to_be_visible()
    expect(page.locator("#caller_name")).to_have_value("李阿姨")


def test_without_a_signal_it_is_kept_and_sent_once_when_it_is_back(
    town: Town, phone: Phone, photos: list[Path]
) -> None:
    page = phone()
    page.goto(town.scan)
    page.fill("#words", "地下车库没信号")
    page.set_input_files("#p2", photos)
    expect(page.locator("#ph li")).to_have_count(2)
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#msg")).to_contain_text("没有信号")
    assert town.reports("地下车库没信号") == []

    page.context.set_offline(False)

    number = number_of(page)
    assert town.reports("地下车库没信号") == [number]
    reload_until(page, page.locator("main .ph img").nth(1))


def test_a_page_closed_without_a_signal_is_sent_at_the_next_scan(town: Town, phone: Phone) -> None:
    page = phone()
    page.goto(town.scan)
    page.fill("#words", "关掉了再扫")
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#msg")).to_contain_text("没有信号")
    again = in_the_same_hand(page.context)

    page.context.set_offline(False)
    again.goto(town.scan)

    expect(again.locator("#msg")).to_contain_text("已经发出去了", timeout=WAIT)
    again.locator("#msg a").click()
    number = number_of(again)
    assert town.reports("关掉了再扫") == [number]


def test_an_answer_that_got_lost_makes_no_second_report(town: Town, phone: Phone) -> None:
    page = phone()
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route(f"**{town.scan}", lose)

    number = report(page, town.scan, "答复丢了")

    assert lost == [201]
    assert town.reports("答复丢了") == [number]


def test_in_the_big_size_one_speaks_taps_once_more_and_is_done(town: Town, phone: Phone) -> None:
    page = phone()
    page.goto(f"{town.scan}?fs=3")
    assert page.evaluate(FIRST_CARD) == "c-words"
    assert page.evaluate("document.getElementById('rec').offsetHeight") >= 150
    expect(page.locator("#say")).to_be_visible()
    record(page)

    page.keyboard.press("Enter")  # the button to send has the focus by itself

    number_of(page)
    expect(page.locator("html")).to_have_class(re.compile("f3"))
    expect(page.locator("#say")).to_be_visible()
    reload_until(page, page.locator("main audio"))


def test_a_code_nobody_knows_still_takes_a_report(town: Town, phone: Phone) -> None:
    page = phone()
    page.goto("/S/NOSUCHCODE999")
    expect(page.get_by_role("heading", level=1)).to_have_text("没认出这张码")
    page.select_option("#village", label="清溪社区")
    page.fill("#where", "卫生室对面")
    page.fill("#words", "牌子磨花了")

    number = send(page)

    assert town.reports("牌子磨花了") == [number]
    reload_until(page, page.locator("main", has_text="李站长"))


def test_another_phone_sees_the_state_by_the_number_and_all_by_the_phones_code(
    town: Town, phone: Phone
) -> None:
    mine, words = phone(), "换个手机查"
    mine.goto(town.scan)
    mine.fill("#words", words)
    mine.fill("#phone", "138 1234 0002")
    number = send(mine)
    other = phone()
    other.goto("/track")
    other.fill("#number", f"{number[:4]} {number[4:8].lower()}-{number[8:]}")
    tap(other, "查一查")
    expect(other.locator(".tl")).to_be_visible()
    expect(other.locator("main")).not_to_contain_text(words)
    expect(other.locator("main")).not_to_contain_text("0002")

    other.fill("#phone", "13812340002")
    tap(other, "发验证码")
    other.fill("#code", code_sent_to(town, "13812340002"))
    tap(other, "打开")

    expect(other.locator(".quote")).to_have_text(words)


def test_a_wrong_code_opens_nothing(town: Town, phone: Phone) -> None:
    number = report(phone(), town.scan, "不给别人看")
    other = phone()
    other.goto(f"/track?number={number}")
    other.fill("#phone", "13812340003")
    tap(other, "发验证码")
    other.fill("#code", "000000")
    tap(other, "打开")

    expect(other.locator("#e-code")).to_be_visible()
    expect(other.locator("main")).not_to_contain_text("不给别人看")


def test_in_english_a_report_is_sent_and_followed(town: Town, phone: Phone) -> None:
    page = phone(locale="en-GB")
    page.goto(f"{town.scan}?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.fill("#words", "The lamp is broken")

    number = send(page)

    assert town.reports("The lamp is broken") == [number]
    reload_until(page, page.locator(".tl li").nth(2))
    assert chinese_in(page.locator("main")) == []


def test_the_keyboard_alone_is_enough(town: Town, phone: Phone) -> None:
    page = phone()
    page.goto(town.scan)
    tab_to(page, "k1")
    page.keyboard.press("ArrowRight")
    tab_to(page, "words")
    page.keyboard.type("只用键盘报")
    tab_to(page, "send")

    page.keyboard.press("Enter")

    number = number_of(page)
    assert town.reports("只用键盘报") == [number]


def in_the_same_hand(context: BrowserContext) -> Page:
    """Close what is open; return a new page of the same phone."""
    context.pages[0].close()
    return context.new_page()


def code_sent_to(town: Town, phone: str) -> str:
    """Return the six digits that were written to a phone last."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", town.messages(phone)[0])
    assert found
    return found.group()


def tab_to(page: Page, wanted: str) -> None:
    """Press the tabulator until the element has the focus."""
    for _ in range(MOST_TABS):
        if page.evaluate("document.activeElement.id") == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} is not reached")


def chinese_in(part: Locator) -> list[str]:
    """Return what is not translated; names of people and places are what they are."""
    names = "老街菜场东门|王师傅|清溪社区|第1网格"
    lines = re.sub(names, "", part.inner_text()).splitlines()
    return [line for line in lines if re.search("[\u4e00-\u9fff]", line)]
