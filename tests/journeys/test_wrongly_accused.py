"""A shop that did nothing hears what was said, not by whom; it answers, and nothing stays on it."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import fold, look_into, open_case, send, tap
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
WORDS = "李记面馆天天把油倒进下水道，我住楼上，臭得受不了"
CLAIM = "有人反映店里把废油倒进下水道。"
REPORTER, NAME = "13857123866", "楼上的陈女士"
SHOP = "李记面馆"
ANSWER = "我们的废油都交给回收公司，这个月的单子都在店里。"
RESULT = "去看过，废油有回收公司的单子，下水道里没有油。"


def test_a_shop_is_wrongly_accused(still: StillTown) -> None:
    resident = still.phone()
    number = complain_of_the_shop(resident, still)
    still.works()
    wang, li = still.at_work("wang"), still.at_work("li_zhan")
    open_case(wang, number)
    tap(wang, "接单")
    tap(wang, "我去了")

    link = write_down_whom_it_is_against(wang)
    shop = still.phone()
    the_shop_answers(shop, link, number)
    find_it_unfounded(wang)
    look_into(li, number)
    still.works()

    shop.reload()
    expect(shop.locator("h1")).to_have_text("这件事查清了：不属实")
    expect(shop.locator("main")).to_contain_text("不公开，也不算在您头上")
    resident.reload()
    expect(resident.locator("main")).to_contain_text(RESULT)
    expect(resident.locator("main")).not_to_contain_text(ANSWER)
    nothing_is_public(still)


def complain_of_the_shop(page: Page, still: StillTown) -> str:
    """Report it, with name and number."""
    page.goto(still.scan)
    page.get_by_label("脏乱吵").check()
    page.fill("#words", WORDS)
    page.fill("#phone", REPORTER)
    page.fill("#caller_name", NAME)
    return send(page)


def write_down_whom_it_is_against(wang: Page) -> str:
    """The reporter's own words are refused, then it is put neutrally; return the shop's link."""
    wang.get_by_role("link", name="记下是谁、听对方说").click()
    wang.get_by_label("店铺或单位", exact=True).check()
    wang.fill("#accuse-who", SHOP)
    wang.fill("#accuse-claim", WORDS)
    tap(wang, "记下")
    expect(wang.locator("main")).to_contain_text("这里有上报人的原话")
    expect(wang.locator("#accuse-who")).to_have_value(SHOP)
    wang.fill("#accuse-claim", CLAIM)
    tap(wang, "记下")
    expect(wang.locator("main")).to_contain_text("还没有听对方怎么说")
    tap(wang, "给一个链接，让他自己写")
    link = wang.locator("#copy-text").input_value().strip()
    expect(wang.locator("main img")).to_be_visible()
    wang.get_by_role("link", name="回到这件事").click()
    expect(wang.locator("main")).to_contain_text("给过一个链接")
    return urlsplit(link).path


def the_shop_answers(shop: Page, link: str, number: str) -> None:
    """It reads the claim, whom to ring, nothing of the reporter; an empty answer is not one."""
    shop.goto(link)
    page = shop.locator("body")
    expect(page).to_contain_text(CLAIM)
    for hidden in (NAME, "楼上", REPORTER, number[-4:]):
        expect(page).not_to_contain_text(hidden)
    expect(shop.locator("main a[href^='tel:']")).to_be_visible()
    tap(shop, "发出去")
    expect(shop.get_by_role("alert")).to_have_text("请写一句您的说法。")
    shop.fill("#words", ANSWER)
    tap(shop, "发出去")
    expect(shop.get_by_role("status")).to_contain_text("收到了，谢谢")
    expect(page).to_contain_text(ANSWER)


def find_it_unfounded(wang: Page) -> None:
    """Read their side before saying what was found."""
    wang.get_by_role("link", name="回到这件事").click()
    expect(wang.locator("main")).to_contain_text(ANSWER)
    fold(wang, "result")
    wang.fill("#result-result_text", RESULT)
    wang.locator("#result").get_by_label("不属实", exact=True).check()
    wang.select_option("#result-category", "0503")
    wang.locator("#result").get_by_role("button", name="报结果").click()
    expect(wang.locator("main")).to_contain_text("等别人核实")


def nothing_is_public(still: StillTown) -> None:
    """Whoever looks around meets the shop's name nowhere."""
    passer_by = still.phone()
    passer_by.goto("/")
    passer_by.get_by_role("link", name="谁在管我这一片").click()
    for path in ("/", passer_by.url, still.scan):
        passer_by.goto(path)
        expect(passer_by.locator("body")).not_to_contain_text(SHOP)
