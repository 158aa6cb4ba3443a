"""A report on its way: no signal, a lost answer, a final answer, a file refused, an old draft."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.content import TOKEN
from tests.pages.sample import Server

pytestmark = pytest.mark.browser
SCAN = f"/S/{TOKEN}"
STORED = """new Promise(ok => {
  const q = indexedDB.open('pinganma', 1);
  q.onsuccess = () => {
    const g = q.result.transaction('q').objectStore('q').getAll();
    g.onsuccess = () => ok(g.result.length)
  }
})"""
# The pauses between two tries, 3 s to 60 s, are shortened; the microphone's own 9 s are not.
SHORT_WAIT = """const later = setTimeout;
window.setTimeout = (f, ms) => later(f, ms >= 3000 && ms <= 60000 && ms != 9000 ? 40 : ms)"""


def sent(page: Page) -> None:
    page.wait_for_url("**/r/*")


def test_without_a_signal_the_report_waits_in_the_phone_and_goes_once(
    page: Page, server: Server, photo: Path
) -> None:
    page.goto(SCAN)
    page.fill("#words", "断网")
    page.set_input_files("#p2", [photo])
    expect(page.locator("#ph li")).to_have_count(1)
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#msg")).to_have_text(
        "没有信号。已存在手机里，请不要关掉这一页，或下次再扫码时会自动发"
    )
    assert page.evaluate(STORED) == 1

    page.context.set_offline(False)

    sent(page)
    (row,) = server.site.rows.values()
    assert len(row.files) == 1
    assert page.evaluate(STORED) == 0


def test_turned_away_for_now_it_says_why_keeps_the_report_and_sends_it_later(
    page: Page, server: Server
) -> None:
    def full(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=429, json={"message": "这一小时报的太多。", "errors": {}})
        else:
            route.continue_()

    page.route(f"**{SCAN}", full)
    page.goto(SCAN)
    page.fill("#words", "灯又灭了")

    page.click("#send")

    expect(page.locator("#msg")).to_have_text("这一小时报的太多。")
    expect(page.locator("#st")).to_have_text("已存好，点这里再试")
    expect(page.locator("#words")).to_have_value("灯又灭了")
    assert page.evaluate(STORED) == 1
    page.unroute(f"**{SCAN}")
    sent(page)
    assert [row.fields["words"] for row in server.site.rows.values()] == ["灯又灭了"]
    assert page.evaluate(STORED) == 0


def test_a_page_closed_without_a_signal_sends_at_the_next_visit_of_any_page(
    page: Page, server: Server
) -> None:
    page.goto(SCAN)
    page.fill("#words", "关掉页面")
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#msg")).to_contain_text("没有信号")
    page.close()
    page.context.set_offline(False)

    again = page.context.new_page()
    again.goto(f"{server.url}/privacy")

    expect(again.locator("#msg")).to_contain_text("上次的已经发出去了")
    assert [row.words for row in server.site.rows.values()] == ["关掉页面"]


def test_an_answer_lost_after_the_server_kept_the_report_makes_one_row(
    page: Page, server: Server
) -> None:
    server.site.lose = 2
    page.add_init_script(SHORT_WAIT)
    page.goto(SCAN)
    page.fill("#words", "回执丢了")

    page.click("#send")

    sent(page)
    assert server.site.attempts == 3
    assert len(server.site.rows) == 1


def test_a_private_window_without_storage_still_sends(page: Page, server: Server) -> None:
    server.site.lose = 1
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    page.add_init_script(SHORT_WAIT)
    page.goto(SCAN)
    page.fill("#words", "无痕")

    page.click("#send")

    sent(page)
    assert len(server.site.rows) == 1


def test_a_final_answer_is_shown_with_the_phone_number_and_costs_no_words(
    page: Page, server: Server
) -> None:
    server.site.refuse = {"errors": {"phone": "手机号要 11 位数字"}, "message": "没有收下"}
    page.goto(SCAN)
    page.fill("#words", "号码写错了")
    page.fill("#phone", "12")

    page.click("#send")

    expect(page.locator("#e-phone")).to_have_text("手机号要 11 位数字")
    expect(page.locator("#msg a")).to_have_attribute("href", "tel:0555-0000000")
    expect(page.locator("#words")).to_have_value("号码写错了")
    assert page.evaluate(STORED) == 0
    server.site.refuse = None
    page.fill("#phone", "")
    page.click("#send")
    sent(page)
    assert len(server.site.rows) == 1


def test_a_stale_token_is_exchanged_for_the_fresh_one_in_the_answer(
    page: Page, server: Server
) -> None:
    page.goto(SCAN + "?csrf=1")
    server.site.token = "fresh-token"
    page.fill("#words", "放了一夜")

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    assert row.fields["csrf_token"] == "fresh-token"
    assert server.site.attempts == 2


def test_a_file_nobody_can_read_does_not_cost_the_report(
    page: Page, server: Server, photo: Path
) -> None:
    server.site.refuse_files = True
    page.goto(SCAN)
    page.fill("#words", "照片坏了")
    page.set_input_files("#p2", [photo])
    expect(page.locator("#ph li")).to_have_count(1)

    page.click("#send")

    expect(page.locator("#msg")).to_contain_text("这个文件打不开，没有收下。")
    page.click("#msg a")
    sent(page)


def test_what_is_older_than_seven_days_asks_before_it_goes(page: Page, server: Server) -> None:
    page.goto("/privacy")
    page.evaluate(
        "P.save({id: 'old', to: '"
        + SCAN
        + "', v: {submission_key: 'old', words: '八天前'}, f: [], t: 1})"
    )
    page.reload()
    expect(page.locator("#old")).to_be_visible()
    assert server.site.attempts == 0

    page.click("#oy")

    expect(page.locator("#msg")).to_contain_text("上次的已经发出去了")
    assert len(server.site.rows) == 1


def test_what_is_old_and_unwanted_is_deleted(page: Page, server: Server) -> None:
    page.goto("/privacy")
    page.evaluate("P.save({id: 'old', to: '" + SCAN + "', v: {words: '八天前'}, f: [], t: 1})")
    page.reload()

    page.click("#on")

    expect(page.locator("#old")).to_be_hidden()
    assert page.evaluate(STORED) == 0
    assert server.site.attempts == 0


def test_after_sending_the_same_page_makes_a_new_report(page: Page, server: Server) -> None:
    page.goto(SCAN)
    page.fill("#words", "同一句话")
    page.click("#send")
    sent(page)
    page.go_back()
    page.wait_for_url(f"**{SCAN}")
    expect(page.locator("#send")).to_be_enabled()
    page.fill("#words", "同一句话")

    page.click("#send")

    sent(page)
    assert len(server.site.rows) == 2
