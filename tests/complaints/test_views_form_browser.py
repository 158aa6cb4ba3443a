"""A complaint that is spoken, with a picture, on a phone whose browser can record."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from complaints.models import Complaint
from kernel.db import db
from kernel.media import Attachment, Kind
from tests.browser import assert_accessible, faults_of, jpeg, new_phone
from tests.complaints.factories import make_everybody

pytestmark = pytest.mark.browser


@pytest.fixture
def url(live: Flask) -> Iterator[str]:
    with live.app_context():
        make_everybody(db.session())
        db.session.commit()
        db.session.remove()
    server = make_server("127.0.0.1", 0, live, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    context = new_phone(chromium, url)
    yield context.new_page()
    context.close()


def test_it_is_recorded_shown_and_sent_and_nothing_is_lost_on_the_way(
    page: Page, live: Flask
) -> None:
    faults = faults_of(page)
    page.goto("/complain")
    page.locator("#rec").click()
    expect(page.locator("#rt")).to_contain_text("1/60")
    page.set_input_files(
        "#p2", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg("gray", "一")}
    )
    expect(page.locator("#ph li")).to_have_count(1)
    assert_accessible(page)

    page.locator("#send").click()  # stops the recording, then finds that nobody is named
    expect(page.locator("#sum")).to_contain_text("请选说的是谁")
    page.check("#c-about-1")
    page.locator("#send").click()

    expect(page.locator("h1")).to_have_text("投诉建议收到了")
    with live.app_context():
        kinds = db.session.scalars(select(Attachment.kind)).all()
        assert sorted(kinds) == sorted([Kind.PICTURE, Kind.SOUND])
        assert db.session.scalars(select(Complaint)).one().words == ""
        db.session.remove()
    assert [one for one in faults if "422" not in one] == []


def test_without_a_signal_it_says_so_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/complain")
    page.check("#c-about-1")
    page.fill("#words", "态度很差")
    page.context.set_offline(True)

    page.locator("#send").click()

    expect(page.locator("#msg")).to_contain_text("没有发出去")
    expect(page.locator("#words")).to_have_value("态度很差")
    page.context.set_offline(False)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("投诉建议收到了")
