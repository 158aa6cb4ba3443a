"""The phone's own receipts stand on the page that asks how far it is, until it forgets them."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from citizen import queries
from citizen.models import Report
from citizen.rules import printed
from grid.rules import Move
from grid.service import Values
from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from tests.browser import assert_accessible, faults_of, new_phone
from tests.citizen.factories import act, close, make_case, make_code, make_report
from tests.citizen.test_views_receipt import url
from tests.factories import GRID, TOWN, make_staff

LIST = "这个手机上的回执"
FORGET = "这是别人的手机"
SENT_FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
DRAFTS = """() => new Promise(ok => {
    const q = indexedDB.open('pinganma', 1);
    q.onsuccess = () => {
        const all = q.result.transaction('q').objectStore('q').count();
        all.onsuccess = () => { q.result.close(); ok(all.result) };
    };
})"""


def opened(client: FlaskClient, *reports: Report) -> None:
    """Let the phone open receipts, one after the other."""
    for report in reports:
        client.get(url(report))


class TestList:
    def test_each_says_its_number_what_was_said_where_and_how_far_it_is(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(
            session, words="东门的路灯不亮，\n晚上看不见路，老人走着怕摔，已经三天了"
        )
        opened(client, report)

        page = client.get("/track").text

        assert LIST in page
        assert printed(report.number) in page
        assert "东门的路灯不亮， 晚上看不见路，老人走着怕摔，…" in page
        assert "已经三天了" not in page
        assert "菜场东门" in page
        assert "正等网格长接单" in page
        assert f'href="/r/{printed(report.number)}"' in page

    def test_the_newest_is_first_and_one_without_words_says_what_it_is_about(
        self, client: FlaskClient, session: Session
    ) -> None:
        first, last = make_report(session), make_report(session, words="", files=1, tile="broken")
        opened(client, first, last)

        page = client.get("/track").text

        assert page.index(printed(last.number)) < page.index(printed(first.number))
        assert "路和灯" in page

    def test_what_was_merged_or_is_over_says_what_became_of_it(
        self, client: FlaskClient, session: Session
    ) -> None:
        main, merged = make_case(session), make_case(session)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        act(session, merged.case_id, Move.MERGE, town, Values(main_case=main.case_id, reason="同"))
        opened(client, merged)
        assert "正等网格长接单" in client.get("/track").text

        close(session, main.case_id)

        assert "已办结，请评价" in client.get("/track").text

    def test_another_phone_sees_none_of_them(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session)
        session.commit()

        client.set_cookie("receipts", f'["{report.number}"]')

        page = client.get("/track").text
        assert LIST not in page
        assert FORGET not in page
        assert printed(report.number) not in page

    def test_twenty_cost_one_statement(
        self, client: FlaskClient, session: Session, statements: list[str]
    ) -> None:
        made = [make_report(session) for _ in range(20)]
        session.commit()
        client.get("/track")
        statements.clear()
        client.get("/track")
        bare = len(statements)
        opened(client, *made)
        statements.clear()

        page = client.get("/track").text

        assert page.count('<li><a href="/r/') == 20
        assert len(statements) == bare + 1

    def test_it_is_asked_for_by_the_numbers_that_were_proved_and_no_other(
        self, session: Session
    ) -> None:
        mine, other = make_report(session), make_report(session)
        session.commit()

        found = queries.of_phone(session, [mine.number])

        assert [one.line.number for one in found] == [mine.number]
        assert other.number not in str(found)

    def test_the_notice_says_that_the_phone_keeps_them_and_how_to_be_rid_of_them(
        self, client: FlaskClient, session: Session
    ) -> None:
        notice = client.get("/privacy").text

        assert "在这个手机上报过、打开过的回执号" in notice
        assert FORGET in notice


class TestForgotten:
    def test_the_phone_sees_none_of_them_any_more(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        opened(client, report)
        assert FORGET in client.get("/track").text

        answer = client.post("/track/forget", headers=SENT_FROM_HERE)

        assert answer.status_code == 200
        assert "不再记得您的回执" in answer.text
        assert LIST not in client.get("/track").text
        assert report.words not in client.get(url(report, secret=False)).text

    def test_complaints_are_forgotten_too(self, client: FlaskClient, session: Session) -> None:
        make_code(session)
        said = {"submission_key": "k", "about": "app", "area": TOWN, "words": "字太小"}
        filed = client.post("/complain", data=said)
        assert "字太小" in client.get(filed.location).text
        assert FORGET in client.get("/track").text

        client.post("/track/forget", headers=SENT_FROM_HERE)

        assert "字太小" not in client.get(filed.location).text
        assert FORGET not in client.get("/track").text

    def test_neither_a_link_nor_another_site_makes_it_forget(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        opened(client, report)

        link = client.get("/track/forget?lang=zh")
        foreign = client.post("/track/forget", headers={"Sec-Fetch-Site": "cross-site"})

        assert (link.status_code, foreign.status_code) == (303, 403)
        assert LIST in client.get("/track").text

    def test_whoever_is_still_signed_in_is_told_so(
        self, client: FlaskClient, session: Session, sign_in: Callable[[Actor], None]
    ) -> None:
        assert "您还登录着" not in client.post("/track/forget").text
        opened(client, make_report(session))
        sign_in(make_staff(session, Role.GRID_FULL, area=GRID))
        token = client.get("/track").text.partition('name="csrf_token" value="')[2].partition('"')

        answer = client.post("/track/forget", data={"csrf_token": token[0]})

        assert answer.status_code == 200
        assert "您还登录着" in answer.text


@pytest.fixture
def page(live: Flask, chromium: Browser) -> Iterator[Page]:
    """A phone before a code at a market gate."""
    with live.app_context():
        token = make_code(db.session())
        db.session.remove()
    server = make_server("127.0.0.1", 0, live, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    context = new_phone(chromium, base, bypass_csp=True)
    page = context.new_page()
    faults = faults_of(page)
    page.goto(f"/S/{token}")
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    assert faults == []


def lose(route: Route) -> None:
    """Be a place where nothing that is sent arrives."""
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def send(page: Page, words: str) -> None:
    page.fill("#words", words)
    page.click("#send")


@pytest.mark.browser
def test_what_was_not_sent_is_gone_from_somebody_elses_phone(live: Flask, page: Page) -> None:
    scan = page.url
    send(page, "第一件")
    page.wait_for_url("**/r/*")
    page.context.route("**/S/*", lose)
    page.goto(scan)
    send(page, "没发出去的话")
    expect(page.locator("#msg")).to_contain_text("没有信号")
    assert page.evaluate(DRAFTS) == 1
    page.goto("/track")
    expect(page.locator(".own li")).to_have_count(1)
    assert_accessible(page)
    assert_accessible(page, "dark")

    page.locator("summary", has_text=FORGET).click()
    page.get_by_role("button", name="让这个手机忘掉").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("忘掉了")
    assert page.evaluate(DRAFTS) == 0
    assert_accessible(page)
    page.context.unroute("**/S/*")
    page.goto(scan)
    expect(page.locator("#words")).to_have_value("")
    page.goto("/track")
    expect(page.locator(".own li")).to_have_count(0)
    assert reports(live) == ["第一件"]


def reports(app: Flask) -> list[str]:
    with app.app_context():
        found = list(db.session.scalars(select(Report.words)))
        db.session.remove()
    return found
