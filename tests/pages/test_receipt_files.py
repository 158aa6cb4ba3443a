"""Files chosen at the receipt: what the server would refuse is said before anything is sent."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kernel.media import MOST_BYTES, Kind
from tests.pages.conftest import phone
from tests.pages.content import NUMBER
from tests.pages.sample import Server

pytestmark = pytest.mark.browser
WORDS = "桥头第二根也不亮"


def test_too_many_and_too_large_photos_stay_on_the_page_with_the_words(
    chromium: Browser, server: Server, photo: Path, tmp_path: Path
) -> None:
    context = phone(chromium, server)
    page = context.new_page()
    large = tmp_path / "large.jpg"
    large.write_bytes(photo.read_bytes() + bytes(MOST_BYTES[Kind.PICTURE]))
    page.goto(f"/r/{NUMBER}")
    page.get_by_text("补充说明或照片").click()
    page.fill("#add-words", WORDS)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    button = page.locator("form", has=page.locator("#add-photos")).locator("button")

    for files, said in (([photo] * 21, "照片最多 20 张"), ([large], "最多 15 MB")):
        page.set_input_files("#add-photos", files)
        expect(page.get_by_text(said)).to_be_visible()
        button.click()
        expect(page.locator("#add-photos")).to_be_focused()
        expect(page.locator("#add-words")).to_have_value(WORDS)

    assert sent == []
    page.set_input_files("#add-photos", [photo] * 20)
    expect(page.locator("#f-add-photos")).to_be_hidden()
    button.click()
    page.wait_for_url("**/add")
    assert len(sent) == 1
    context.close()
