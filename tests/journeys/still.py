"""The same small town; its clock stands until a journey moves it, its workers run at a word."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from bootstrap import SCHEDULE
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.delivery import plan
from kernel.outbound import Message
from kernel.work import Work, transaction
from tests.browser import faults_of, new_desk, new_phone
from tests.citizen.factories import deliver_all
from tests.fakes import FixedClock
from tests.journeys.steps import sign_in, tap
from tests.journeys.town import settle

MINUTE = timedelta(minutes=1)
MORNING = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)  # a Monday


class StillTown:
    """The town, phones and desks in it, and its clock."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self._browser, self._pages = browser, list[tuple[Page, list[str]]]()
        self._clock: FixedClock = app.extensions["parts"].clock
        self._clock.moment = MORNING
        with app.app_context():
            with transaction() as work:
                token = settle(work)
            db.session.remove()
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.app, self.scan = app, f"/S/{token}"

    def prepared(self, deed: Callable[[Work], None]) -> None:
        """Let something be so before the journey begins."""
        with self.app.app_context():
            with transaction() as work:
                deed(work)
            db.session.remove()

    def messages(self, phone: str) -> list[str]:
        """Return what was written or said to a phone, the newest first."""
        with self.app.app_context():
            kept = db.session.scalars(select(Message).order_by(Message.id.desc()))
            found = [message.text for message in kept if message.recipient == phone]
            db.session.remove()
        return found

    def it_is(self, moment: datetime) -> None:
        """Move the clock, that of every phone and desk too, and let the workers catch up."""
        self._clock.moment = moment
        for page, _ in self._pages:
            page.clock.set_fixed_time(moment)
        self.works()

    def passes(self, minutes: int) -> None:
        """Let minutes pass, one by one, as the schedule counts them."""
        for _ in range(minutes):
            self.it_is(self._clock.moment + MINUTE)

    def works(self) -> None:
        """Let the schedule and the workers do what is owed."""
        with self.app.app_context():
            plan(SCHEDULE)
            deliver_all(db.session())
            db.session.remove()

    def phone(self, **more: object) -> Page:
        """Return a phone; keywords go to new_context."""
        return self._visit(new_phone, **more)

    def desk(self, **more: object) -> Page:
        """Return a screen on a desk."""
        return self._visit(new_desk, **more)

    def at_work(self, login: str) -> Page:
        """Return the phone of somebody of the staff, who has signed in."""
        return sign_in(self.phone(), login)

    def _visit(self, made: Callable[..., object], **more: object) -> Page:
        page: Page = made(self._browser, self.url, **more).new_page()  # type: ignore[attr-defined]
        page.clock.set_fixed_time(self._clock.moment)
        self._pages.append((page, faults_of(page)))
        return page

    def close(self) -> None:
        """Take it down; no page may have done anything wrong."""
        for page, _ in self._pages:
            page.context.close()
        self._server.shutdown()
        self._server.server_close()
        assert [fault for _, faults in self._pages for fault in faults] == []


def sign_in_by_phone(page: Page, still: StillTown, phone: str) -> None:
    """From the first page to 我的家, with the code that a message brings."""
    page.goto("/")
    page.get_by_role("link", name="我的家、我的信息").click()
    enter(page, still, phone)


def enter(page: Page, still: StillTown, phone: str) -> None:
    """Sign in with the code that a message brings, on the page that asks for it."""
    page.fill("#phone", phone)
    tap(page, "获取验证码")
    expect(page.get_by_role("status")).to_contain_text("验证码已经发出")
    still.works()
    found = re.search(r"(?<!\d)\d{6}(?!\d)", still.messages(phone)[0])
    assert found
    page.fill("#code", found.group())
    tap(page, "登录")
