"""Somebody who has just moved here: a household of one, then a family; outsiders stay outside."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kernel.work import Work
from people.models import Household
from qr import service as qr
from qr.rules import CodeKind
from qr.service import Particulars
from tests.journeys.steps import tap
from tests.journeys.still import StillTown, sign_in_by_phone
from tests.journeys.town import GRID

pytestmark = pytest.mark.browser
MING, HONG, STRANGER, AUNT = "13857123861", "13857123862", "13857123863", "13857123864"


def test_a_newcomer_without_household(still: StillTown) -> None:
    ming = still.phone()
    come(ming, still, MING)
    number = open_a_household(ming)
    who_looks_after_us(ming)

    hong = still.phone()
    come(hong, still, HONG)
    ask_to_join(hong, number, "小红")
    decide(ming, "小红", "同意")
    hong.reload()
    expect(hong.locator("main")).to_contain_text(number)

    stranger = still.phone()
    come(stranger, still, STRANGER)
    ask_to_join(stranger, number, "陌生人")
    decide(ming, "陌生人", "不同意")
    is_turned_away(stranger)

    aunt = still.phone()
    come(aunt, still, AUNT)
    join_by_card(aunt, card_of(still))
    ming.reload()
    expect(ming.locator("dt:text-is('人数') + dd")).to_have_text("3")


def come(page: Page, still: StillTown, phone: str) -> None:
    """Sign in for the first time."""
    sign_in_by_phone(page, still, phone)
    expect(page.locator("main")).to_contain_text("您还不在任何一户里")


def open_a_household(page: Page) -> str:
    """Without any papers: village, grid, name; return the number of the household."""
    page.get_by_role("link", name="自己开一户").click()
    tap(page, "下一步")
    page.select_option("#area", label="第1网格")
    page.fill("#name", "李明")
    tap(page, "开一户")
    expect(page.locator("main")).to_contain_text("李明 （您） · 户主")
    expect(page.locator("dt:text-is('人数') + dd")).to_have_text("1")
    return page.locator("dt:text-is('户号') + dd").inner_text()


def who_looks_after_us(page: Page) -> None:
    """The grid's people with their numbers, and back."""
    page.get_by_role("link", name="谁在管我这一片").click()
    expect(page.locator("main")).to_contain_text("王师傅")
    expect(page.locator("main a[href^='tel:']").first).to_be_visible()
    page.get_by_role("link", name="我的家", exact=True).click()
    expect(page.locator("h1")).to_have_text("我的家")


def ask_to_join(page: Page, number: str, name: str) -> None:
    """By the number, which somebody told them: nothing is shown until the head agrees."""
    page.get_by_role("link", name="加入家人的那一户").click()
    page.fill("#name", name)
    page.fill("#number", number)
    tap(page, "加入")
    expect(page.locator("main")).to_contain_text("申请在等人确认")
    expect(page.locator("main")).not_to_contain_text("李明")


def decide(head: Page, name: str, label: str) -> None:
    """The head reads who asks, and says yes or no."""
    head.reload()
    expect(head.locator("form.urgent")).to_contain_text(name)
    tap(head, label)
    expect(head.locator("form.urgent")).to_have_count(0)


def is_turned_away(page: Page) -> None:
    """An outsider learns nothing, and what else can be done."""
    page.reload()
    expect(page.locator("main")).to_contain_text("上次的申请没有通过")
    expect(page.locator("main")).not_to_contain_text("李明")
    expect(page.get_by_role("link", name="自己开一户")).to_be_visible()


def card_of(still: StillTown) -> str:
    """Print the household's card; return what it opens."""
    cards: list[str] = []

    def printed(work: Work) -> None:
        home = work.session.scalars(select(Household.id)).one()
        more = Particulars(household_id=home)
        card = qr.issue(work, kind=CodeKind.HOUSEHOLD, area_code=GRID, more=more, by=None)
        cards.append(card.token)

    still.prepared(printed)
    return f"/S/{cards[0]}"


def join_by_card(page: Page, card: str) -> None:
    """Who holds the card is in at once."""
    page.goto(card)
    page.get_by_role("link", name="加入这一户").click()
    page.fill("#name", "王阿姨")
    tap(page, "加入")
    expect(page.locator("main")).to_contain_text("王阿姨 （您）")
