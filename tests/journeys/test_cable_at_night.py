"""A dangling cable at three in the morning: from the tap to the power company's answer."""

from datetime import date, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid import service as grid
from grid.rules.roster import USUAL, Kind, Line
from kernel.clock import SHANGHAI
from kernel.work import Work
from people.models import Account, Area, Person
from tests.journeys.steps import fold, look_into, open_case, report_result, send, sign_in_here, tap
from tests.journeys.still import StillTown
from tests.journeys.town import GRID, TOWN

pytestmark = pytest.mark.browser
THREE = datetime(2026, 3, 3, 3, tzinfo=SHANGHAI)
EIGHT = datetime(2026, 3, 3, 8, tzinfo=SHANGHAI)
WORDS = "电线断了垂在路上，还在冒火花"
PHONE, WANG, NIGHT_DESK = "13857123866", "13900000001", "0571-88880110"


def test_a_dangling_cable_at_three_in_the_morning(still: StillTown) -> None:
    still.prepared(the_night_is_covered)
    still.it_is(THREE)
    resident = still.phone()
    number = report_the_cable(resident, still)
    wang = still.at_work("wang")
    open_case(wang, number)

    two_phones_ring_until_he_goes(still, resident, wang)
    look_at_the_receipt_while_he_is_there(resident, wang)
    link = give_it_to_the_power_company(wang)
    unit = still.phone()
    the_power_company_comes(unit, link, resident)
    still.it_is(EIGHT)
    it_is_closed(still, wang, number)

    look_at_the_end(still, resident, unit)


def the_night_is_covered(work: Work) -> None:
    """Wang has the night and a phone; the town's desk has one, too."""
    wang = work.session.scalars(
        select(Person).join(Account, Account.person_id == Person.id).where(Account.login == "wang")
    ).one()
    wang.phone = WANG
    work.session.get_one(Area, TOWN).night_phone = NIGHT_DESK
    opens, closes = USUAL[Kind.NIGHT]
    monday = date(2026, 3, 2)
    night = Line(
        area=GRID,
        person_id=wang.id,
        kind=Kind.NIGHT,
        first_day=monday,
        last_day=monday,
        opens=opens,
        closes=closes,
    )
    grid.add_duty(work, night, by=None)


def report_the_cable(page: Page, still: StillTown) -> str:
    """Scan, choose, say that there is danger; read what to do first, and who comes by when."""
    page.goto(still.scan)
    page.get_by_label("安全隐患").check()
    page.get_by_label("有危险", exact=True).check()
    expect(page.locator(".cf", has_text="人先离开")).to_be_visible()
    page.fill("#words", WORDS)
    page.fill("#phone", PHONE)
    number = send(page)
    still.works()
    page.reload()
    receipt = page.locator("main")
    expect(page.locator("h1")).to_have_text("正等网格员接单")
    expect(receipt).to_contain_text("王师傅")
    expect(receipt).to_contain_text("今天 3:01 前接单")
    expect(receipt).to_contain_text("今天 3:05 前联系您")
    expect(receipt.locator("a[href='tel:119']")).to_be_visible()
    return number


def two_phones_ring_until_he_goes(still: StillTown, resident: Page, wang: Page) -> None:
    """He takes it, which at night is not enough; the desk sees that it rings; he goes; it rests."""
    assert (len(still.messages(WANG)), len(still.messages(NIGHT_DESK))) == (2, 1)
    tap(wang, "接单")
    expect(wang.locator("#flash")).to_contain_text("我去了")
    resident.reload()
    expect(resident.locator("h1")).to_have_text("网格员正在办")
    expect(resident.locator("main")).to_contain_text("今天 3:05 前联系您")
    still.passes(2)
    assert (len(still.messages(WANG)), len(still.messages(NIGHT_DESK))) == (6, 3)
    assert "老街菜场东门" in still.messages(NIGHT_DESK)[0]
    sun = still.at_work("sun")
    sun.get_by_role("link", name="1 件夜间急事").click()
    expect(sun.locator("main")).to_contain_text("网格员 王师傅")
    expect(sun.locator("main")).to_contain_text("打了值班室 3 次")

    tap(wang, "我去了")

    expect(wang.locator("#flash")).to_contain_text("路上小心")
    still.passes(2)
    assert (len(still.messages(WANG)), len(still.messages(NIGHT_DESK))) == (6, 3)
    sun.reload()
    expect(sun.locator("main")).to_contain_text("现在没有要管的急事")


def look_at_the_receipt_while_he_is_there(resident: Page, wang: Page) -> None:
    """He says what kind of thing it is; then the power company's own number stands there, too."""
    fold(wang, "classify")
    wang.select_option("#classify-category", "0103")
    wang.locator("#classify").get_by_role("button", name="改").click()
    expect(wang.locator("a[href='tel:95598']")).to_be_visible()
    resident.reload()
    expect(resident.locator("#hotlines a[href='tel:95598']")).to_be_visible()
    expect(resident.locator(".tl")).to_contain_text("出发去现场")
    expect(resident.locator("main")).not_to_contain_text("前联系您")
    expect(resident.locator("main")).to_contain_text("明天 3:00 前办好")


def give_it_to_the_power_company(wang: Page) -> str:
    """Make a link, and return it as it is copied; the power company stands there already."""
    wang.get_by_role("link", name="给外部单位一个链接").click()
    expect(wang.locator("#unit option:checked")).to_have_text("供电")
    wang.fill("#name", "国网清溪供电所")
    wang.fill("#what", "电线断了垂在路上，请马上断电、接好")
    tap(wang, "生成链接")
    link = wang.locator("#copy-text").input_value().strip()
    wang.get_by_role("link", name="回到这件事").click()
    return urlsplit(link).path


def the_power_company_comes(unit: Page, link: str, resident: Page) -> None:
    """Without an account: received, coming, done; of the resident nothing is seen."""
    unit.goto(link)
    expect(unit.locator("h2").first).to_have_text("电线断了垂在路上，请马上断电、接好")
    expect(unit.locator("main")).not_to_contain_text(WORDS)
    expect(unit.locator("main")).not_to_contain_text(PHONE[-4:])
    expect(unit.locator("main a[href^='tel:']")).to_be_visible()
    tap(unit, "收到")
    unit.fill("#words-coming", "半小时到")
    tap(unit, "告诉他们")
    unit.fill("#words-done", "断了电，换了线，路通了")
    tap(unit, "办好了")
    expect(unit.locator("main")).to_contain_text("记下了，谢谢。")
    expect(unit.locator("main")).to_contain_text("半小时到")
    resident.reload()
    expect(resident.locator(".tl")).to_contain_text("请了专业单位一起处理")


def it_is_closed(still: StillTown, wang: Page, number: str) -> None:
    """After his sleep he signs in again, reads what they did, reports; the leader looks."""
    wang.reload()
    sign_in_here(wang, "wang")
    expect(wang.locator("#others")).to_contain_text("断了电，换了线，路通了")
    report_result(wang, "供电所换了线，路通了")
    look_into(still.at_work("li_zhan"), number)


def look_at_the_end(still: StillTown, resident: Page, unit: Page) -> None:
    """The resident reads what came of it and is asked; the link opens nothing any more."""
    still.works()
    resident.reload()
    expect(resident.locator("h1")).to_have_text("已办结，请评价")
    expect(resident.locator("main")).to_contain_text("供电所换了线，路通了")
    expect(resident.locator("#rate")).to_be_visible()
    assert any("办结" in text for text in still.messages(PHONE))
    unit.reload()
    expect(unit.locator("h1")).to_have_text("这个链接打不开了")
    expect(unit.locator("main a[href^='tel:']")).to_be_visible()
