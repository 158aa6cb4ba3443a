"""A patrol: posted, signed up for, signed in to by a code that moves, confirmed, judged, paid."""

import io
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.coins import (
    HOME,
    NEIGHBOUR,
    OLD,
    at,
    desk_of_coins,
    follow,
    settle_homes,
)
from tests.journeys.steps import sign_in, tap
from tests.journeys.still import StillTown, enter

pytestmark = pytest.mark.browser
PATROL, RULE = "周三夜间巡防", "参加平安巡防（每次不少于1小时）（6 币）"


def test_a_patrol_is_paid_to_whoever_came(still: StillTown) -> None:
    still.prepared(settle_homes)
    li, volunteer = still.at_work("li_zhan"), still.phone()
    post(li)
    sign_up(volunteer, still)

    still.it_is(at(4, 18, 45))
    screen = sign_in(still.desk(), "li_zhan")
    first = scanned(screen)
    scan(volunteer, first, "签到", "签到成功")
    still.it_is(at(4, 18, 49))
    a_photo_of_the_screen_is_worth_nothing(still, first)
    without_a_phone(sign_in(li, "li_zhan"), "签到")

    still.it_is(at(4, 20, 55))
    screen.reload()
    scan(volunteer, seen(screen), "签退，我要走了", "签退好了")
    without_a_phone(li, "签退")
    still.it_is(at(4, 21, 31))
    confirm(li)
    judge(still.at_work("chen"))
    judge(still.at_work("sun"))

    follow(volunteer, "我的志愿活动")
    expect(volunteer.locator("main")).to_contain_text("已发币 · 6 币")
    follow(volunteer, "我家的绿币")
    expect(volunteer.locator("main")).to_contain_text("6 币可以用")


def post(page: Page) -> None:
    """The leader of the grid says what, when, and for how many."""
    follow(page, "更多")
    page.locator("#more").get_by_role("link", name="志愿").click()
    follow(page, "发布活动")
    for name, words in {
        "name": PATROL,
        "place": "文化礼堂门口",
        "day": "2026-03-04",
        "starts": "19:00",
        "ends": "21:00",
        "weeks": "1",
        "capacity": "10",
        "least": "60",
    }.items():
        page.fill(f"#{name}", words)
    page.get_by_label(RULE).check()
    page.select_option("#area", label="清溪街道 · 清溪社区")
    tap(page, "发布")
    expect(page.locator("#flash")).to_contain_text("居民看得到了")


def sign_up(page: Page, still: StillTown) -> None:
    """From the first page, with the phone's number."""
    page.goto("/")
    follow(page, "我是志愿者", PATROL, "登录后报名")
    enter(page, still, NEIGHBOUR)
    tap(page, "我要报名")
    expect(page.get_by_role("status")).to_contain_text("报上名了")


def scanned(page: Page) -> str:
    """Open the screen from the activity's page, and read the code off it."""
    follow(page, "志愿", PATROL, "打开签到屏幕")
    return seen(page)


def seen(page: Page) -> str:
    """Return what a phone finds in the code on the screen."""
    picture = Image.open(io.BytesIO(page.locator("div.code").screenshot()))
    link = urlsplit(zxingcpp.read_barcodes(picture)[0].text)
    return f"{link.path}?{link.query}"


def scan(page: Page, link: str, label: str, said: str) -> None:
    """Open what the phone found, and press the one button."""
    page.goto(link)
    tap(page, label)
    expect(page.get_by_role("status")).to_contain_text(said)


def a_photo_of_the_screen_is_worth_nothing(still: StillTown, link: str) -> None:
    """Whoever got it sent is asked to scan the screen itself."""
    page = still.phone()
    page.goto(link)
    expect(page.locator("main")).to_contain_text("再扫")
    expect(page.get_by_role("button", name="签到")).to_have_count(0)


def without_a_phone(page: Page, label: str) -> None:
    """The leader signs somebody in or out by household and name."""
    page.goto("/staff/volunteer")
    follow(page, PATROL)
    page.fill("#number-in", HOME)
    page.fill("#name-in", OLD)
    tap(page, label)
    expect(page.locator("#flash")).to_contain_text("记下了")


def confirm(page: Page) -> None:
    """The leader calls the roll."""
    page.goto("/staff/volunteer")
    expect(page.locator("main")).to_contain_text("等您确认名单")
    follow(page, PATROL)
    tap(page, "点名单")
    expect(page.get_by_label(f"{OLD} 来了")).to_be_checked()
    tap(page, "确认名单，送审")
    expect(page.locator("#flash")).to_contain_text("2 人等审核")


def judge(page: Page) -> None:
    """Pass the list as one."""
    desk_of_coins(page)
    follow(page, PATROL)
    tap(page, "其余都通过")
    expect(page.locator("#flash")).to_contain_text("审了 2 人")
