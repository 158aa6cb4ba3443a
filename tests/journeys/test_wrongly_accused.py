"""A shop that did nothing: it hears what was said, not by whom, answers, and nothing stays on it."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import fold, open_case, send, tap, verify
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
WORDS = "李记面馆天天把油倒进下水道，我住楼上，臭得受不了"
CLAIM = "有人反映店里把废油倒进下水道。"
REPORTER, NAME = "13857123866", "楼上的陈女士"
SHOP = "李记面馆"
ANSWER = "我们的废油都交给回收公司，这个月的单子都在店里。"


def test_a_shop_is_wrongly_accused(still: StillTown) -> None:
    resident = still.phone()
    number = complain_of_the_shop(resident, still)
    still.works()
    wang = still.at_work("wang")
    open_case(wang, number)
    tap(wang, "接单")
    tap(wang, "我去了")

    link = write_down_whom_it_is_against(wang)
    shop = still.phone()
    the_shop_answers(shop, link)
    find_it_unfounded(wang)
    verify(still.at_work("li_zhan"), number)

    shop.reload()
    expect(shop.locator("h1")).to_have_text("这件事查清了：不属实")


def complain_of_the_shop(page: Page, still: StillTown) -> str:
    page.goto(still.scan)
    page.get_by_label("脏乱吵").check()
    page.fill("#words", WORDS)
    page.fill("#phone", REPORTER)
    page.fill("#caller_name", NAME)
    return send(page)


def write_down_whom_it_is_against(wang: Page) -> str:
    wang.get_by_role("link", name="记下是谁、听对方说").click()
    wang.get_by_label("店铺或单位", exact=True).check()
    wang.fill("#accuse-who", SHOP)
    wang.fill("#accuse-claim", WORDS)
    tap(wang, "记下")
    wang.click("h1")
    wang.fill("#accuse-claim", CLAIM)
    tap(wang, "记下")
    wang.click("h1")
    tap(wang, "让他自己写：给一个链接")
    wang.click("h1")
    link = wang.locator("#copy-text").input_value().strip()
    wang.get_by_role("link", name="回到这件事").click()
    wang.click("h1")
    return urlsplit(link).path


def the_shop_answers(shop: Page, link: str) -> None:
    shop.goto(link)
    shop.click("h1")
    tap(shop, "发出去")
    shop.click("h1")
    shop.fill("#words", ANSWER)
    tap(shop, "发出去")
    shop.click("h1")


def find_it_unfounded(wang: Page) -> None:
    wang.reload()
    wang.click("h1")
    wang.get_by_role("link", name="回到这件事").click()
    wang.click("h1")
    fold(wang, "result")
    wang.fill("#result-result_text", "去店里看过，废油有回收公司的单子，下水道里没有油。")
    wang.locator("#result").get_by_label("不属实", exact=True).check()
    wang.locator("#result").get_by_role("button", name="报结果").click()
