"""Two report the same hazard; when it is closed, whoever was first is paid, once."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.coins import GRANDSON, NEIGHBOUR, desk_of_coins, passes, resident, settle_homes
from tests.journeys.steps import fold, look_into, open_case, report, report_result, tap
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
HAZARD = "上报一般隐患并核实"
CHARGING = "0104"


def test_a_hazard_pays_its_first_reporter_once(still: StillTown) -> None:
    still.prepared(settle_homes)
    first, second = resident(still, GRANDSON), resident(still, NEIGHBOUR)
    number = report(first, still.scan, "楼道里拉了电线，给电瓶车充电")
    again = report(second, still.scan, "有人把电瓶车推进楼道充电")
    still.works()
    wang, li, sun = still.at_work("wang"), still.at_work("li_zhan"), still.at_work("sun")
    merge(sun, again, number)
    handle(wang, number)
    look_into(li, number)
    still.works()

    passes(sun, HAZARD)

    nothing_more_waits(sun)
    has(first, 5)
    expect(first.locator("main")).to_contain_text("报的事办结了，系统申报")
    has(second, 0)
    second.goto(f"/r/{again}")
    expect(second.locator("main")).to_contain_text("电线收走了")
    expect(second.get_by_role("link", name="绿币")).to_have_count(0)


def merge(page: Page, number: str, main: str) -> None:
    """The town sees that both say the same."""
    page.goto(f"/staff/case/{number}/merge")
    page.locator(f"input[name=main][value='{main}']").check()
    page.fill("#merge-reason", "同一个楼道，同一辆车。")
    tap(page, "合并过去")
    expect(page.locator("#flash")).to_contain_text("合并了")


def handle(page: Page, number: str) -> None:
    """Accept, go there, say what it is and what came of it."""
    page.reload()
    open_case(page, number)
    tap(page, "接单")
    tap(page, "我去了")
    fold(page, "classify")
    page.select_option("#classify-category", CHARGING)
    page.locator("#classify").get_by_role("button", name="改").click()
    report_result(page, "电线收走了，车推到车棚里充电。")


def nothing_more_waits(page: Page) -> None:
    """There was one claim, and it is settled."""
    desk_of_coins(page)
    expect(page.locator("main")).to_contain_text("没有等您审的")
    page.get_by_role("link", name="审完了").click()
    expect(page.locator("main tbody tr")).to_have_count(1)


def has(page: Page, coins: int) -> None:
    """Look at the household's coins."""
    page.goto("/me/coins")
    expect(page.locator("main")).to_contain_text(f"{coins} 币可以用")
