"""A month ends: two look, it is published and taken away as files; a neighbour does not agree."""

from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from kernel.work import Work
from points import service
from points.rules.claims import Decision
from points.service import Written
from tests.journeys.coins import HOME, at, follow, other_desk, person, settle_homes, staff
from tests.journeys.steps import sign_in, tap
from tests.journeys.still import StillTown

pytestmark = pytest.mark.browser
DOUBT = "3幢201室那天没有去，请再核对。"
ANSWER = "和签到表对过了，去了。"


def test_a_month_is_published_and_downloaded(still: StillTown) -> None:
    still.prepared(settle_homes)
    still.prepared(somebody_earned)
    still.it_is(at(31, 23, 51))
    still.it_is(at(1, 9, month=4))
    chen, sun = (sign_in(still.desk(), login) for login in ("chen", "sun"))
    look_through(chen, "现在等镇里核对")
    look_through(sun, "两级都核对过了")
    digest = publish(sun)
    takes_away(sun, digest)

    neighbour = still.phone()
    number = objects(neighbour)
    sun.reload()
    expect(sun.locator("main")).to_contain_text(DOUBT)
    sun.get_by_label("答复").fill(ANSWER)
    tap(sun, "答复")
    neighbour.goto("/track")
    neighbour.fill("#number", number)
    neighbour.keyboard.press("Enter")
    expect(neighbour.locator("main")).to_contain_text(ANSWER)
    expect(neighbour.locator("main")).not_to_contain_text(DOUBT)


def somebody_earned(work: Work) -> None:
    """One deed of the grandson's, which two have passed."""
    told = Written(key="one", rule_code="P04", words="发了传单。", day=work.now().date())
    claim = service.claim_written(work, told, by=person(work, "王小明"))
    for login in ("chen", "sun"):
        service.review(
            work, claim.id, decision=Decision.APPROVE, turn=claim.turn, by=staff(work, login)
        )


def look_through(page: Page, then: str) -> None:
    """Compare the month's table with the books, and sign."""
    other_desk(page, "月结")
    page.get_by_role("link", name="2026-03").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.fill("#remark", "和底册对过。")
    tap(page, "我核对过了")
    expect(page.locator("main")).to_contain_text(then)


def publish(page: Page) -> str:
    """Make it public; return the fingerprint the page shows."""
    tap(page, "公示")
    expect(page.locator("main")).to_contain_text("前可以提异议")
    return page.locator("code.hash").inner_text()


def takes_away(page: Page, digest: str) -> None:
    """The CSV is what the fingerprint is of; the workbook says the same."""
    csv = downloaded(page, "下载 CSV")
    assert sha256(csv.read_bytes()).hexdigest() == digest
    assert HOME in csv.read_text("utf-8-sig")
    sheet = load_workbook(downloaded(page, "下载 Excel")).active
    assert sheet is not None
    assert any(HOME in row for row in sheet.iter_rows(values_only=True))


def downloaded(page: Page, name: str) -> Path:
    """Follow a link that hands out a file."""
    with page.expect_download() as waiting:
        follow(page, name)
    path = Path(waiting.value.path())
    return path.rename(path.with_suffix(".xlsx"))  # openpyxl asks for it


def objects(page: Page) -> str:
    """Somebody reads it without signing in, and does not agree; return the number."""
    page.goto("/")
    follow(page, "怎么得绿币", "绿币公示")
    page.get_by_role("link", name="清溪社区").click()
    expect(page.locator("main")).to_contain_text("王*英")
    page.fill("#words", DOUBT)
    tap(page, "提异议")
    expect(page.locator("main")).to_contain_text("收到了，等镇里答复")
    return page.locator("header p.nb").inner_text()
