"""A grandson claims for a good deed; two look; coins come, are taken wrongly, and come back."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.coins import (
    GRANDSON,
    HOME,
    at,
    follow,
    other_desk,
    passes,
    resident,
    settle_homes,
)
from tests.journeys.steps import sign_in, sign_in_here, tap
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
DEED = "志愿助老或探访（每次）"
FACTS = "3月3日三楼楼道堆着纸箱，挡了半边路。"
SIDE = "纸箱是隔壁装修放的，不是我们家的。"
WHY = "隔壁认了，是他们放的。"


def test_a_grandson_claims_and_what_was_taken_wrongly_comes_back(still: StillTown) -> None:
    still.prepared(settle_homes)
    grandson, chen, sun = resident(still, GRANDSON), still.at_work("chen"), still.at_work("sun")
    claim(grandson)
    passes(chen, DEED)
    passes(sun, DEED)
    grandson.reload()
    expect(grandson.locator("main")).to_contain_text("3 币可以用")

    give_notice(chen)
    object_to_it(grandson)
    still.it_is(at(11, 9))
    say_it_is_not_mended(chen)
    agree(sun)
    appeal(grandson)
    uphold(still.at_work("zhou"))
    grandson.reload()
    expect(grandson.locator("main")).to_contain_text("等另一个人签")
    sign(still.at_work("wu_jie"))

    grandson.reload()
    expect(grandson.locator("main")).to_contain_text("申诉成立")
    follow(grandson, "公开更正")
    expect(grandson.locator("main")).to_contain_text("王*")
    expect(grandson.locator("main")).not_to_contain_text(WHY)  # whoever decided wrote it for him
    grandson.goto("/me/coins")
    expect(grandson.locator("main")).to_contain_text("3 币可以用")


def claim(page: Page) -> None:
    """In large type, for whoever reads along, he writes down what they did."""
    page.goto("/me/home?fs=3")
    follow(page, "我家的绿币", "申报一件好事")
    tap(page, "提交")
    expect(page.get_by_role("alert")).to_contain_text("请选做了什么")
    page.get_by_label(DEED).check()
    page.fill("#words", "陪隔壁李奶奶去卫生站量血压，奶奶和我一起去的。")
    tap(page, "提交")
    expect(page.get_by_role("status")).to_contain_text("申报收到了")
    expect(page.locator("main")).to_contain_text("等审核")


def give_notice(page: Page) -> None:
    """The village says what it saw, and by when to put it right."""
    other_desk(page, "扣币")
    follow(page, "告知一户")
    page.fill("#number", HOME)
    page.fill("#name", "王小明")
    page.get_by_label("楼道或公共区域乱堆物").check()
    page.fill("#words", FACTS)
    tap(page, "告知")
    expect(page.locator("#flash")).to_contain_text("告知记下了")


def object_to_it(page: Page) -> None:
    """He finds the notice where he looks at the coins, and says their side."""
    page.reload()
    follow(page, "看告知")
    expect(page.locator("main")).to_contain_text(FACTS)
    page.get_by_label("您怎么说").fill(SIDE)
    tap(page, "提交")
    expect(page.get_by_role("status")).to_contain_text("您说的记下了")


def say_it_is_not_mended(page: Page) -> None:
    """The village looks when the time is over."""
    page.reload()
    sign_in_here(page, "chen")
    expect(page.locator("main")).to_contain_text(SIDE)
    page.fill("#words", "还在。")
    tap(page, "到期没改")


def agree(page: Page) -> None:
    """Somebody else decides."""
    sign_in(page, "sun")
    other_desk(page, "扣币")
    follow(page, "楼道或公共区域乱堆物逾期未改")
    tap(page, "同意")
    expect(page.locator("main")).to_contain_text("扣了 3 币")


def appeal(page: Page) -> None:
    """He reads that coins were taken, and appeals."""
    page.reload()
    expect(page.locator("main")).to_contain_text("扣了 3 币")
    page.get_by_label("不同意？").fill("隔壁已经认了，请问问他。")
    tap(page, "提交")
    expect(page.locator("main")).to_contain_text("等上一级定")


def uphold(page: Page) -> None:
    """The district decides, and says why."""
    other_desk(page, "申诉")
    page.get_by_label("为什么这样定").fill(WHY)
    tap(page, "申诉成立")
    expect(page.locator("#flash")).to_contain_text("定好了")


def sign(page: Page) -> None:
    """Somebody else of the district signs, and only then the coins come back."""
    other_desk(page, "申诉")
    tap(page, "同意，签字")
    expect(page.locator("#flash")).to_contain_text("定好了")
