"""A code from the order to the wall, damaged, replaced, and the old sticker still leads on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kernel.work import Parts, Work
from qr.models import Code
from tests.browser import assert_accessible
from tests.journeys.steps import report, tap
from tests.journeys.still import StillTown
from tests.journeys.town import GRID

pytestmark = pytest.mark.browser
NAME = "河边公园北门灯杆"
HOST = "qr.qingxi.example.cn"


@pytest.fixture
def hanging(still: StillTown) -> Iterator[StillTown]:
    """Return the town with its final name, so that what is printed is no sample."""
    known: Parts = still.app.extensions["parts"]
    settings = replace(known.settings, public_url=f"https://{HOST}")
    still.app.extensions["parts"] = replace(known, settings=settings)
    yield still
    still.app.extensions["parts"] = known


def test_a_code_is_hung_damaged_replaced_and_still_leads_on(
    hanging: StillTown, photos: list[Path]
) -> None:
    chen, wang, resident = hanging.at_work("chen"), hanging.at_work("wang"), hanging.phone()
    order_it(chen)
    print_it(chen, hanging)
    old = scan_of(hanging)

    hang_it(wang, old, photos[0])
    say_it_is_damaged(resident, old)
    replace_it(chen)
    print_it(chen, hanging)
    new = scan_of(hanging)

    resident.goto(old)
    expect(resident.locator("main")).to_contain_text("这是旧牌子，已经换过新的了，点位号还是 1002")
    assert report(resident, old, "北门的灯还是不亮")
    wang.goto(old)
    expect(wang.locator("#staff")).to_contain_text("请贴新的那张")
    hang_it(wang, new, photos[1])
    hanging.works()
    wang.goto(new)
    expect(wang.locator("#staff p a")).to_have_count(1)
    tap(wang, "看过了，完好")
    expect(wang.locator("#flash")).to_contain_text("今天看过")
    what_the_register_says(chen)


def order_it(page: Page) -> None:
    """By the menu to the register, and a code for the lamp post; a heart in its name is refused."""
    page.goto("/staff/codes")
    page.get_by_role("link", name="申领一张").click()
    page.select_option("#area", GRID)
    page.select_option("#kind", label="点位码")
    page.fill("#name", f"{NAME}😀")
    tap(page, "申领")
    expect(page.locator(".sum")).to_contain_text("“😀”（U+1F600）印不出来")
    page.fill("#name", NAME)
    tap(page, "申领")
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text(HOST)


def print_it(page: Page, town: StillTown) -> None:
    """From the page of the code to a file, and back."""
    tap(page, "打印这一张")
    town.works()
    page.reload()
    expect(page.locator("main")).to_contain_text("每一张都读回来核对过")
    expect(page.locator("main")).not_to_contain_text("样张")
    page.goto("/staff/codes")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator("main")).to_contain_text("打印了，还没挂")


def scan_of(town: StillTown) -> str:
    """Return what the newest sticker opens."""
    found: list[str] = []

    def read(work: Work) -> None:
        tokens = select(Code.token).where(Code.place_name == NAME).order_by(Code.id.desc())
        found.append(work.session.scalars(tokens).first() or "")

    town.prepared(read)
    return f"/S/{found[0]}"


def hang_it(page: Page, scan: str, photo: Path) -> None:
    """The installer scans it on the spot, with a picture and where the phone is."""
    page.goto(scan)
    expect(page.locator("#staff")).to_contain_text("这里没有没办完的事")
    page.get_by_role("link", name="我刚把它贴好").click()
    page.set_input_files("#photo", photo)
    page.click("#locate")
    expect(page.locator("#locate")).to_contain_text("定好位了（误差约 25 米）")
    assert_accessible(page)
    tap(page, "贴好了")
    expect(page.locator("#flash")).to_contain_text("今天挂上的")
    expect(page.locator("main")).to_contain_text("30.10000, 120.20000")


def say_it_is_damaged(page: Page, scan: str) -> None:
    """Whoever passes says so, from the foot of the page, and is asked for nothing else."""
    page.goto(scan)
    expect(page.locator("header")).to_contain_text(f"网址 {HOST}")
    page.get_by_role("link", name="这个码有问题").click()
    expect(page.locator("main")).to_contain_text(HOST)
    assert_accessible(page)
    page.get_by_label("破损、看不清").check()
    tap(page, "告诉我们")
    expect(page.locator("h1")).to_have_text("谢谢，记下了")
    page.get_by_role("link", name="回去报事情").click()
    expect(page.locator("h1")).to_have_text(NAME)


def replace_it(page: Page) -> None:
    """The village finds it in the list of what is wrong, and puts a new one in its place."""
    page.goto("/staff/codes")
    page.get_by_role("link", name="有问题的码").click()
    expect(page.locator("main")).to_contain_text("破损、看不清")
    assert_accessible(page)
    page.get_by_role("link", name=NAME).click()
    page.fill("#reason", "被雨淋坏了")
    tap(page, "换一张")
    expect(page.locator("#flash")).to_contain_text("换好了")


def what_the_register_says(page: Page) -> None:
    """The new one hangs, was scanned once by the resident's eye and never on the new sticker."""
    page.goto("/staff/codes?watch=unscanned")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("挂着")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator("main")).to_contain_text(re.compile("最近扫码\\s*没人扫过"))
    expect(page.locator("main img")).to_be_visible()
    page.goto("/staff/codes/wrong")
    expect(page.locator("main")).to_contain_text("没有人说码有问题")
