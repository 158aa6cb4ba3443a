"""Departments and outside units in a real browser: axe finds nothing, and copying copies."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grid import service
from grid.rules import Move, State
from grid.rules.outside import Said
from grid.service import Answer
from kernel.db import db
from kernel.work import transaction
from tests.browser import assert_accessible
from tests.grid.departments import URBAN, errand, given_to, handler, in_hand
from tests.grid.factories import do, make_case
from tests.grid.test_views_browser import Staffed

pytestmark = pytest.mark.browser


class Neighbours(Staffed):
    """The same house, with a department in it and a link that was given."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        super().__init__(app, browser)
        with app.app_context(), transaction() as work:
            self.handler, other = handler(work), handler(work, URBAN)
            mine = {"owner_id": self.worker.id, "state": State.HANDLING, "category": "0103"}
            cable = make_case(work.session, **mine)
            self.secret = service.give_link(work, cable.id, errand(), by=self.worker)
            told = Answer(key="1", said=Said.COMING, words="半小时")
            service.say(work, self.secret, told)
            service.set_number(work, cable.id, by=self.worker, system="12345 热线", number="Z1")
            given, ours = given_to(work, self.handler), in_hand(work, self.handler)
            service.ask_help(work, ours.id, by=self.handler, to="town", words="请协调")
            service.ask_handover(work, ours.id, by=self.handler, to=URBAN, reason="归执法")
            self.numbers |= {"cable": cable.number, "given": given.number, "ours": ours.number}
            theirs = in_hand(work, other)
            service.ask_help(work, theirs.id, by=other, to="municipal", words="请来")
            do(work, theirs, Move.RETURN, other, reason="办不了")
            db.session.flush()

    def page(self, who: Any, **more: Any) -> Page:  # noqa: ANN401 - an actor; of a context
        """Return a page of somebody at work."""
        return self.sits(who, **more).new_page()


@pytest.fixture
def house(live: Flask, chromium: Browser) -> Iterator[Neighbours]:
    found = Neighbours(live, chromium)
    yield found
    found.close()


def look(page: Page, *paths: str) -> None:
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 404}, path
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = !d.matches('.me'))"
        )
        assert_accessible(page)


def test_axe_finds_nothing(house: Neighbours) -> None:
    cable, ours = (f"/staff/case/{house.numbers[name]}" for name in ("cable", "ours"))
    worker = house.page(house.worker, bypass_csp=True)
    look(worker, cable, f"{cable}/outside", f"{cable}/unit-call", f"{cable}/external")
    department = house.page(house.handler, bypass_csp=True)
    look(department, "/staff/department", f"/staff/case/{house.numbers['given']}", ours)
    look(department, f"{ours}/help", f"{ours}/handover", "/staff/department?part=waiting&fs=3")
    town = house.page(house.town, bypass_csp=True)
    look(town, "/staff/outside", "/staff/systems", "/staff/desk", "/staff/handover/1")
    look(town, f"/u/{house.secret}", f"/u/{house.secret}?fs=3", "/u/none")


def test_the_text_is_copied_with_one_tap(house: Neighbours) -> None:
    context = house.sits(house.worker)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/staff/case/{house.numbers['cable']}")
    page.click("#copyout summary")

    page.click("[data-copy]")

    expect(page.locator("[data-copy]")).to_have_text("复制好了")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "12345 热线：Z1" in copied
    assert "张三" not in copied


def test_a_unit_answers_on_a_phone_without_a_script(house: Neighbours) -> None:
    page = house.page(house.worker, java_script_enabled=False)
    page.goto(f"/u/{house.secret}")

    page.fill("#words-done", "接好了")
    page.locator("form", has=page.locator("#words-done")).locator("button").click()

    expect(page.locator("main")).to_contain_text("记下了，谢谢。")
    expect(page.locator("main")).to_contain_text("接好了")
