"""The live list of staff pages and the receipt that looks again by itself."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.content import NUMBER
from tests.pages.sample import Server

pytestmark = pytest.mark.browser


def test_an_unchanged_list_is_never_drawn_again(page: Page, server: Server) -> None:
    page.goto("/staff")
    page.evaluate("document.querySelector('#queue .case').id = 'first'")

    with page.expect_response(lambda r: "/staff/part" in r.url and r.status == 304):
        pass
    with page.expect_response(lambda r: "/staff/part" in r.url and r.status == 304):
        pass

    expect(page.locator("#first")).to_have_count(1)


def test_a_changed_list_appears_and_the_title_counts(page: Page, server: Server) -> None:
    page.goto("/staff")

    server.site.queue = "<div data-badge='5'>新来的一件</div>"
    server.site.queue_version = 1

    expect(page.locator("#queue")).to_contain_text("新来的一件")
    assert page.title().startswith("(5) ")


def test_what_holds_the_focus_is_not_replaced_until_it_is_left(page: Page, server: Server) -> None:
    page.goto("/staff")
    page.focus("#queue .btn")

    server.site.queue = "<div data-badge='4'>新来的一件</div>"
    server.site.queue_version = 1

    expect(page.locator(".live-new")).to_be_visible()
    expect(page.locator("#queue .case")).to_have_count(3)
    page.click(".live-new")
    expect(page.locator("#queue")).to_contain_text("新来的一件")


def test_three_failures_say_how_old_the_list_is_and_it_recovers(page: Page, server: Server) -> None:
    page.goto("/staff")

    server.site.queue_fails = 3

    expect(page.locator(".live-off")).to_contain_text("没连上，显示的是")
    expect(page.locator(".live-off")).to_be_hidden()


def test_sound_is_off_until_somebody_switches_it_on(page: Page) -> None:
    page.goto("/staff")
    sound = page.locator(".live .btn").first
    expect(sound).to_have_attribute("aria-pressed", "false")

    sound.click()

    expect(sound).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".live .btn").first).to_have_text("关掉提示音")


def test_countdowns_run_and_say_when_they_are_over(page: Page) -> None:
    page.goto("/staff")

    expect(page.locator("[data-due].late")).to_contain_text("超了")
    expect(page.locator("[data-due]:not(.late)")).to_contain_text("还剩")


def test_a_receipt_looks_again_when_its_case_moved(page: Page, server: Server) -> None:
    page.clock.install()
    page.goto(f"/r/{NUMBER}")
    page.evaluate("window.here = 1")
    server.site.state_version = 2

    with page.expect_event("framenavigated"):
        page.clock.run_for(30_000)

    page.wait_for_load_state()
    assert page.evaluate("window.here") is None


def test_a_receipt_somebody_is_writing_on_is_left_alone(page: Page, server: Server) -> None:
    page.clock.install()
    page.goto(f"/r/{NUMBER}")
    page.fill("#rate-note", "写了一半")
    server.site.state_version = 2

    with page.expect_response("**/state"):
        page.clock.run_for(30_000)

    expect(page.locator("#rate-note")).to_have_value("写了一半")
