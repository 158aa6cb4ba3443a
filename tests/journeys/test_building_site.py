"""A noisy building site through two departments: handed over, returned, handled, and told."""

import pytest
from playwright.sync_api import Page, expect

from kernel.grants import Role
from kernel.work import Work
from people import service as people
from people.rules import HatWanted, StaffRow
from tests.journeys.steps import fold, look_into, open_case, report, report_result, tap
from tests.journeys.still import StillTown
from tests.journeys.town import PASSWORD, TOWN

pytestmark = pytest.mark.browser
WORDS = "工地夜里十一点还在打桩，老人睡不着"
OFFICER, ENGINEER = "何队长", "冯工"
NOT_OURS = "夜间施工由执法管，我们只管施工许可"
DONE = "责令工地夜里十点后停工，写了保证书"


def test_a_noisy_building_site_through_two_departments(still: StillTown) -> None:
    still.prepared(two_departments)
    resident, sun = still.phone(), still.at_work("sun")
    officer, engineer = still.at_work("he_dui"), still.at_work("feng_gong")
    number = report(resident, still.scan, WORDS)
    still.works()

    give_to(sun, number, OFFICER)
    sign(officer)
    reads(resident, "综合执法 何队长", "换了人来办")
    ask_to_hand_over(officer)
    agree(sun)
    sign(engineer)
    reads(resident, "住建 冯工")
    return_it(engineer)
    reads(resident, "这边办不了", "正在换个人来办")
    give_to(sun, number, OFFICER)
    sign(officer)
    tap(officer, "我去了")
    report_result(officer, DONE)
    look_into(still.at_work("li_zhan"), number)

    reads(resident, DONE, "已办结", "请评价")
    expect(resident.locator("#rate")).to_be_visible()


def two_departments(work: Work) -> None:
    """The town has somebody of two departments."""
    for login, name, department in (
        ("he_dui", OFFICER, "urban_mgmt"),
        ("feng_gong", ENGINEER, "housing"),
    ):
        hired = StaffRow(
            login=login,
            name=name,
            public_name=name,
            hats=(HatWanted(Role.DEPT_HANDLER, TOWN, department),),
        )
        people.add_staff(work, hired, by=None, password=PASSWORD)


def reads(resident: Page, *words: str) -> None:
    """The receipt says so, in words that need no explaining."""
    resident.reload()
    for word in words:
        expect(resident.locator("body")).to_contain_text(word)
    for jargon in ("签收", "派单", "承办单位未", "转办", "退回"):
        expect(resident.locator("main")).not_to_contain_text(jargon)


def give_to(sun: Page, number: str, name: str) -> None:
    """Find it in the list of all cases, and give it to somebody."""
    sun.get_by_role("link", name="台账", exact=True).click()
    open_case(sun, number)
    sun.locator(".case-page a[href$='/assign']").first.click()
    sun.get_by_role("radio", name=name).check()
    sun.fill("#assign-reason", "夜间施工归执法管")
    sun.locator("form:has([name=owner]) button").last.click()
    expect(sun.locator("#flash")).to_contain_text("派出去了")


def sign(page: Page) -> None:
    """Sign for what the department was given."""
    page.get_by_role("link", name="部门", exact=True).click()
    page.get_by_role("button", name="签收").click()
    expect(page.locator("#flash")).to_contain_text("签收了，现在归您办")


def ask_to_hand_over(officer: Page) -> None:
    """Ask the town whether another department may have it."""
    officer.get_by_role("link", name="转给别的部门").click()
    officer.select_option("#to", label="住建")
    officer.fill("#reason", "施工许可归住建管")
    tap(officer, "问镇里")
    expect(officer.locator("#others")).to_contain_text("等镇里定")


def agree(sun: Page) -> None:
    """Find on the first page that something waits, and consent."""
    sun.get_by_role("link", name="队列", exact=True).click()
    sun.get_by_role("link", name="1 件等您定").click()
    expect(sun.locator("#handovers")).to_contain_text("施工许可归住建管")
    sun.get_by_role("link", name="定一下").click()
    sun.get_by_label("同意转", exact=True).check()
    tap(sun, "定了")


def return_it(engineer: Page) -> None:
    """Say that it is not theirs, and why."""
    fold(engineer, "return")
    engineer.fill("#return-reason", NOT_OURS)
    engineer.locator("#return").get_by_role("button", name="退回").click()
    expect(engineer.locator("#flash")).to_be_visible()
