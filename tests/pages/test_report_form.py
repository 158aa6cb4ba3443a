"""The report form in a browser: with and without a script, by voice, by keyboard, in every size."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import phone
from tests.pages.content import TOKEN
from tests.pages.sample import Server

pytestmark = pytest.mark.browser
SCAN = f"/S/{TOKEN}"


def sent(page: Page) -> None:
    page.wait_for_url("**/r/*")


def test_without_a_script_one_multipart_post_is_the_whole_report(
    chromium: Browser, server: Server, photo: Path
) -> None:
    context = phone(chromium, server, java_script_enabled=False)
    page = context.new_page()
    page.goto(SCAN)
    page.check("#k4")
    page.fill("#words", "无脚本")
    page.set_input_files("#photos", [photo, photo])

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    assert row.fields["tile"] == "street"
    assert [kind for kind, _ in row.files.values()] == ["photos", "photos"]
    page.go_back()
    page.fill("#words", "无脚本")
    page.click("#send")
    sent(page)
    assert len({row.number for row in server.site.rows.values()}) == len(server.site.rows)
    context.close()


def test_without_a_script_nothing_given_is_answered_with_what_is_missing(
    chromium: Browser, server: Server
) -> None:
    context = phone(chromium, server, java_script_enabled=False)
    page = context.new_page()
    page.goto(SCAN)
    page.fill("#caller_name", "李阿姨")

    page.click("#send")

    expect(page.locator("#sum")).to_contain_text("请说一段话、写几个字，或者拍张照片")
    expect(page.locator("#e-phone")).to_be_visible()
    expect(page.locator("#caller_name")).to_have_value("李阿姨")
    context.close()


def test_words_voice_and_photos_arrive_each_under_its_own_key(
    page: Page, server: Server, photo: Path
) -> None:
    page.goto(SCAN)
    page.fill("#words", "东门的灯不亮")
    page.click("#rec")
    expect(page.locator("#rt")).to_contain_text("1/60")
    page.click("#rec")
    expect(page.locator("#rout")).to_be_visible()
    page.set_input_files("#p2", [photo, photo])
    expect(page.locator("#ph li")).to_have_count(2)

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    kinds = sorted(kind for kind, _ in row.files.values())
    assert kinds == ["photo", "photo", "voice"]
    assert row.fields["files"] == "3"
    shrunk = [size for kind, size in row.files.values() if kind == "photo"]
    assert max(shrunk) < photo.stat().st_size


def test_sending_while_the_microphone_still_listens_keeps_the_recording(
    page: Page, server: Server
) -> None:
    page.goto(SCAN + "?fs=3")
    page.click("#rec")
    expect(page.locator("#rt")).to_contain_text("1/60")

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    assert [kind for kind, _ in row.files.values()] == ["voice"]


def test_at_most_five_photos_and_each_can_be_taken_away(page: Page, photo: Path) -> None:
    page.goto(SCAN)
    page.set_input_files("#p2", [photo] * 4)
    expect(page.locator("#ph li")).to_have_count(4)
    page.set_input_files("#p2", [photo] * 4)
    expect(page.locator("#ph li")).to_have_count(5)
    expect(page.locator("#pbtn")).to_be_hidden()

    page.click("#ph li:nth-child(2) button")

    expect(page.locator("#ph li")).to_have_count(4)
    expect(page.locator("#pbtn")).to_be_visible()


def test_a_photo_the_canvas_cannot_read_goes_as_it_is(
    page: Page, server: Server, tmp_path: Path
) -> None:
    odd = tmp_path / "photo.heic"
    odd.write_bytes(b"\x00\x00\x00\x18ftypheic" + b"x" * 500)
    page.goto(SCAN)
    page.set_input_files("#p2", [odd])
    expect(page.locator("#ph li")).to_have_count(1)

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    assert [size for _, size in row.files.values()] == [odd.stat().st_size]


def test_after_speaking_the_big_size_needs_one_more_tap(page: Page, server: Server) -> None:
    page.goto(SCAN + "?fs=3")
    page.click("#rec")
    expect(page.locator("#rt")).to_contain_text("1/60")

    page.click("#rec")

    expect(page.locator("#rmsg")).to_contain_text("录好了")
    expect(page.locator("#send")).to_be_focused()
    page.keyboard.press("Enter")
    sent(page)
    assert len(server.site.rows) == 1


def test_a_phone_that_cannot_speak_says_so_in_words(page: Page) -> None:
    page.add_init_script("speechSynthesis.speak = u => u.onerror({error: 'synthesis-failed'})")
    page.goto(SCAN + "?fs=3")

    page.click("#say")

    expect(page.locator("#say")).to_have_text("这个手机念不了")


def test_a_phone_without_read_aloud_shows_no_button_for_it(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', {value: undefined})")

    page.goto(SCAN + "?fs=3")

    expect(page.locator("#say")).to_be_hidden()


def test_nothing_given_is_said_before_anything_is_sent(page: Page, server: Server) -> None:
    page.goto(SCAN)

    page.click("#send")

    expect(page.locator("#sum")).to_be_focused()
    page.click("#sum a")
    expect(page.locator("#words")).to_be_focused()
    page.fill("#words", "灯")
    expect(page.locator("#sum")).to_be_hidden()
    assert server.site.attempts == 0


def test_a_tile_brings_the_number_to_call_first(page: Page) -> None:
    page.goto(SCAN)

    page.check("#k1")
    expect(page.locator(".cf:visible")).to_have_count(2)
    page.check("#k2")

    expect(page.locator(".cf:visible")).to_have_count(0)
    page.check("#d1")
    expect(page.locator(".cf:visible")).to_have_count(1)


FIRST = "document.querySelector('#f fieldset').id"


def test_in_the_big_size_the_microphone_comes_first_and_nothing_typed_is_lost(page: Page) -> None:
    page.goto(SCAN)
    page.fill("#words", "写了一半")
    assert page.evaluate(FIRST) == "c-tile"

    page.click(".z3")

    assert page.evaluate(FIRST) == "c-words"
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "30px"
    assert page.evaluate("document.getElementById('rec').offsetHeight") >= 150
    expect(page.locator("#words")).to_have_value("写了一半")
    expect(page.locator("#say")).to_be_visible()
    page.click(".z1")
    assert page.evaluate(FIRST) == "c-tile"


def test_words_survive_a_reload_and_the_change_of_language(page: Page) -> None:
    page.goto(SCAN)
    page.fill("#words", "写了一半")

    page.click("footer a[lang=en]")

    expect(page.locator("#words")).to_have_value("写了一半")


def test_a_microphone_that_refuses_leaves_the_other_ways_open(page: Page) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no'))"
    )
    page.goto(SCAN)

    page.click("#rec")

    expect(page.locator("#voice")).to_be_visible()
    expect(page.locator("#rec")).to_be_hidden()
    expect(page.locator("#rmsg")).to_contain_text("请打字或打电话")


def test_a_microphone_that_never_answers_is_given_up(page: Page) -> None:
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => 0)")
    page.clock.install()
    page.goto(SCAN)
    page.click("#rec")

    page.clock.run_for(9_500)

    expect(page.locator("#voice")).to_be_visible()


def test_the_place_of_the_phone_is_asked_only_when_tapped(page: Page, server: Server) -> None:
    page.goto(SCAN)
    page.check("#o2")
    page.click("#geo")
    expect(page.locator("#gt")).to_contain_text("25 米")
    page.fill("#words", "在别处")

    page.click("#send")

    sent(page)
    (row,) = server.site.rows.values()
    assert (row.fields["at"], row.fields["lat"], row.fields["acc"]) == ("elsewhere", "30.1", "25")


def test_the_form_is_sent_with_the_keyboard_alone(page: Page, server: Server) -> None:
    page.goto(SCAN)
    page.focus("#k1")
    page.keyboard.press("ArrowRight")
    page.focus("#words")
    page.keyboard.type("只用键盘")
    page.focus("#send")

    page.keyboard.press("Enter")

    sent(page)
    (row,) = server.site.rows.values()
    assert row.fields["tile"] == "dirty"
