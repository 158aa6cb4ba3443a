"""A refused report that wins its objection; a question that is answered without a script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import (
    QUEUE,
    comes_up,
    fold,
    open_case,
    reload_until,
    report,
    sign_in,
    tap,
)
from tests.journeys.town import Town

pytestmark = pytest.mark.browser
Phone = Callable[..., Page]


def test_a_refused_report_wins_its_objection(town: Town, phone: Phone) -> None:
    resident, sun, zhou = phone(), sign_in(phone(), "sun"), sign_in(phone(), "zhou")
    number = report(resident, town.scan, "楼下的公共走道被占了")
    reload_until(resident, resident.get_by_text("王师傅"))

    refuse(sun, number)
    object_to(resident)
    uphold(zhou, number)

    resident.reload()
    expect(resident.locator(".tl")).to_contain_text("上一级复核过了，重新办")
    expect(resident.locator(".tl")).to_contain_text("应当受理")
    comes_up(sign_in(phone(), "wang"), QUEUE, number)
    sun.goto(f"/staff/case/{number}")
    expect(sun.locator("main")).to_contain_text("办到哪一步了")
    expect(sun.locator("#reject")).to_have_count(0)


def test_a_question_is_answered_on_a_phone_without_a_script(
    town: Town, phone: Phone, photos: list[Path]
) -> None:
    resident, wang = phone(java_script_enabled=False), sign_in(phone(), "wang")
    number = report(resident, town.scan, "路上有个坑，说不清在哪")
    comes_up(wang, QUEUE, number)
    open_case(wang, number)
    tap(wang, "接单")
    tap(wang, "我去了")
    fold(wang, "ask")
    wang.select_option("#ask-phrase", index=1)
    wang.fill("#ask-words", "是桥头还是桥尾？")
    wang.locator("#ask").get_by_role("button", name="问").click()
    expect(wang.locator("main")).to_contain_text("停表中")

    reload_until(resident, resident.locator("#answer"))
    expect(resident.locator("#answer")).to_contain_text("是桥头还是桥尾？")
    resident.fill("#answer-words", "桥头第三块石板")
    resident.set_input_files("#answer-photos", photos[:1])
    tap(resident, "发出去")

    expect(resident.locator(".tl")).to_contain_text("桥头第三块石板")
    wang.reload()
    expect(wang.locator(".tl")).to_contain_text("桥头第三块石板")
    expect(wang.locator("main")).not_to_contain_text("停表中")


def refuse(page: Page, number: str) -> None:
    """Turn it down, and say whose it is."""
    page.goto(f"/staff/case/{number}")
    fold(page, "reject")
    page.fill("#reject-reason", "是邻居之间的事")
    page.fill("#reject-responsible_channel", "司法所")
    page.locator("#reject").get_by_role("button", name="不予受理").click()
    expect(page.locator("main")).to_contain_text("已告诉上报人")


def object_to(page: Page) -> None:
    """Read the refusal, and do not agree."""
    reload_until(page, page.locator("#object"))
    expect(page.locator("main")).to_contain_text("司法所")
    page.fill("#objection", "那是大家走的路")
    tap(page, "提出异议")
    expect(page.locator("h1")).to_contain_text("正由上一级复核")


def uphold(page: Page, number: str) -> None:
    """Find the objection among what waits, and say that it is right."""
    page.goto("/staff/waiting")
    page.locator(f"#objections a[href*='/case/{number}']").click()
    expect(page.locator("#promises")).to_contain_text("那是大家走的路")
    page.get_by_label("异议成立，重新受理").check()
    page.fill("#judge-words", "应当受理")
    tap(page, "定了")
    expect(page.locator("main")).to_contain_text("居民会收到答复")
