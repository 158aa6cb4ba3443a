"""A complaint about a grid worker: he meets it nowhere, and whoever complained gets an answer."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from kernel.clock import SHANGHAI
from tests.journeys.steps import report, sign_in_here, tap
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
WORDS = "王师傅收了商户的烟，占道的事就不管了"
PHONE = "13857123866"
THURSDAY = datetime(2026, 3, 5, 9, tzinfo=SHANGHAI)  # three working days later
ANSWER = "查过了：王师傅没有收烟，但没有及时处理占道，已经批评，今天上午清掉了。"
MANY = 10  # pages he can open, at least


def test_a_complaint_about_a_grid_worker_that_he_never_sees(still: StillTown) -> None:
    resident = still.phone()
    report(resident, still.scan, "菜场门口有人占道")
    still.works()
    wang = still.at_work("wang")
    before = set(all_he_can_open(wang))

    number = complain(resident)
    still.works()
    sun = still.at_work("sun")
    say_whom_it_is_about(sun, number)
    still.works()
    assert len(before) >= MANY
    after = all_he_can_open(wang)
    assert set(after) >= before
    for path, text in after.items():
        assert number not in text.replace("-", ""), path
        assert WORDS[3:9] not in text, path
    for path in ("/staff/complaints", f"/staff/complaints/{number}"):
        assert wang.request.get(path).status in {403, 404}
    still.it_is(THURSDAY)
    answer(sun)
    still.works()
    read_the_answer(resident, still.messages(PHONE))


def complain(page: Page) -> str:
    """From the foot of the receipt: who, where, what; return the complaint's number."""
    page.get_by_role("link", name="投诉建议").click()
    page.get_by_label("网格员或村干部").check()
    expect(page.locator("#area option:checked")).to_have_text("清溪社区")
    page.fill("#words", WORDS)
    page.fill("#phone", PHONE)
    tap(page, "提交")
    expect(page.locator("h1")).to_have_text("投诉建议收到了")
    expect(page.locator("main")).to_contain_text("3月9日 17:30 前答复")  # five working days
    expect(page.locator("main")).to_contain_text("被说到的人和他那一级看不到")
    return page.locator(".num strong").inner_text().replace("-", "")


def say_whom_it_is_about(sun: Page, number: str) -> None:
    """Find it by the menu, and write down who it is."""
    sun.get_by_role("link", name="投诉", exact=True).click()
    sun.locator(f"h2 a[href$='{number}']").click()
    expect(sun.locator(".quote").first).to_have_text(WORDS)
    sun.locator("summary", has_text="记下说的是哪一位").click()
    wang = sun.locator("#person option", has_text="王师傅").get_attribute("value")
    sun.select_option("#person", wang)
    sun.locator("form", has=sun.locator("#person")).get_by_role("button", name="记下").click()
    expect(sun.locator("#flash")).to_contain_text("看不到这件投诉")


def answer(sun: Page) -> None:
    """Sign in again, which leads back to the complaint, and answer."""
    sun.reload()
    sign_in_here(sun, "sun")
    sun.fill("#answer-words", ANSWER)
    tap(sun, "答复")
    expect(sun.locator("main")).to_contain_text(ANSWER)


def read_the_answer(page: Page, messages: list[str]) -> None:
    """A message says that there is one; it stands on the receipt, and is rated."""
    assert len(messages) == 1
    page.reload()
    expect(page.locator("h1")).to_have_text("已经答复了")
    expect(page.locator("main")).to_contain_text(ANSWER)
    page.locator("#rate").get_by_label("满意", exact=True).check()
    tap(page, "提交评价")
    expect(page.locator("#rate")).to_have_count(0)


def all_he_can_open(page: Page) -> dict[str, str]:
    """Follow every link of the staff's pages from his queue on; return what each page says."""
    seen, ahead = dict[str, str](), ["/staff/"]
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        answered = page.request.get(path)
        seen[path] = answered.text() if answered.ok else ""
        ahead += re.findall(r'href="(/staff/[^"#]*)"', seen[path])
    return seen
