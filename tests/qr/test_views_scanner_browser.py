"""A camera before one of our printed sheets: our scanner reads it and leads to the right place."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pypdfium2
import pytest
import segno
from flask import Flask
from PIL import Image, ImageEnhance, ImageFilter
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from kernel.db import db
from kernel.work import parts, transaction
from qr import queries, service
from qr.models import Code
from qr.queries import Wanted
from qr.rules import Format
from tests.browser import FLAGS, WHOLE_CHROMIUM, assert_accessible, faults_of, new_phone
from tests.citizen.factories import deliver_all
from tests.factories import VILLAGE
from tests.qr.test_service_orders import hang

pytestmark = pytest.mark.browser
SEEN: Final = (1280, 720)  # pixels the camera delivers
HOST: Final = "qr.x-city.cn"
DPI: Final = 400  # so near that one label of 70 x 37 mm fills the picture
LABEL: Final = 4  # of the sheet, three to a row, from 0: the second in the second row
# Without the answer that everybody's browser gives by itself: here people are asked.
ASKED: Final = tuple(one for one in FLAGS if one != "--use-fake-ui-for-media-stream")

Film = Callable[[Image.Image], Path]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Return a function that lets a camera see a picture: two frames, over and over."""

    def film(picture: Image.Image) -> Path:
        luma, blue, red = picture.convert("YCbCr").split()
        half = (SEEN[0] // 2, SEEN[1] // 2)
        frame = luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
        path = tmp_path / "camera.y4m"
        head = f"YUV4MPEG2 W{SEEN[0]} H{SEEN[1]} F5:1 Ip A1:1 C420jpeg\n".encode()
        path.write_bytes(head + 2 * (b"FRAME\n" + frame))
        return path

    return film


@pytest.fixture
def site(live: Flask) -> Iterator[str]:
    """Return the address of a running application whose printed links name another host."""
    built = live.extensions["parts"]
    settings = replace(built.settings, public_url=f"https://{HOST}")
    live.extensions["parts"] = replace(built, settings=settings)
    server = make_server("127.0.0.1", 0, live, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def before_camera(chromium: Browser, site: str, film: Path, *, allowed: bool) -> Iterator[Page]:
    """Stand with a phone before what *film* shows."""
    flags = [*ASKED, f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.browser_type.launch(executable_path=WHOLE_CHROMIUM, args=flags)
    try:
        given = ["camera"] if allowed else []
        page = new_phone(browser, site, permissions=given, geolocation=None).new_page()
        faults = faults_of(page)
        yield page
        assert faults == []
    finally:
        browser.close()


def printed_sheet(app: Flask) -> tuple[Image.Image, str]:
    """Return the first page of a printed order of labels, and the token of one in its middle."""
    with app.app_context():
        codes = hang(db.session(), 9)
        with transaction() as work:
            wanted = Wanted(area_code=VILLAGE, form=Format.LABELS_24)
            order_id = service.order_pieces(work, wanted, by=None).id
        deliver_all(db.session())
        stored = queries.order_files(db.session(), order_id)[0].stored
        pdf = service.read_file(parts().store, stored, form=Format.LABELS_24)
        token = db.session.scalars(select(Code.token).where(Code.id == codes[LABEL])).one()
        db.session.remove()
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_pil()
    return page, token or ""


def around(page: Image.Image, column: int, row: int) -> Image.Image:
    """Return what a camera sees that is held over one label of three by eight, by hand, indoors."""
    x = round((column + 0.5) * page.width / 3)
    y = round((row + 0.5) * page.height / 8)
    left = min(max(x - SEEN[0] // 2, 0), page.width - SEEN[0])
    top = min(max(y - SEEN[1] // 2, 0), page.height - SEEN[1])
    held = page.rotate(5, Image.Resampling.BICUBIC, center=(x, y), fillcolor="white")
    seen = held.crop((left, top, left + SEEN[0], top + SEEN[1]))
    return ImageEnhance.Brightness(seen.filter(ImageFilter.GaussianBlur(1.5))).enhance(0.8)


def test_a_label_of_a_printed_sheet_leads_to_its_place(
    live: Flask, chromium: Browser, site: str, film: Film
) -> None:
    sheet, token = printed_sheet(live)
    seen = film(around(sheet, LABEL % 3, LABEL // 3))

    with before_camera(chromium, site, seen, allowed=True) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto("/scan")  # who allowed the camera before need not tap
        page.wait_for_url(f"**/S/{token}")

        expect(page.locator("header")).to_contain_text(f"{LABEL}号灯杆")
        assert page.url == f"{site}/S/{token}"  # this site, whatever host is printed
        assert any("/static/vendor/jsqr" in url for url in asked)  # the vendored decoder read it


def test_a_foreign_code_is_shown_and_not_opened(
    chromium: Browser, site: str, film: Film, tmp_path: Path
) -> None:
    foreign = "https://qr.x-city.cn.evil.example/S/0000000000000"
    segno.make(foreign, micro=False).save(str(tmp_path / "code.png"), scale=14, border=6)
    picture = Image.new("RGB", SEEN, "white")
    code = Image.open(tmp_path / "code.png").convert("RGB")
    picture.paste(code, ((SEEN[0] - code.width) // 2, (SEEN[1] - code.height) // 2))

    with before_camera(chromium, site, film(picture), allowed=True) as page:
        page.goto("/scan")

        expect(page.locator(".said")).to_contain_text("这不是平安码")
        expect(page.locator(".other")).to_have_text(foreign)
        assert page.locator("#eye a").count() == 0
        assert page.url == f"{site}/scan"


def test_without_a_camera_it_says_what_to_do_and_typing_works(
    live: Flask, chromium: Browser, site: str, film: Film
) -> None:
    _sheet, token = printed_sheet(live)
    blank = film(Image.new("RGB", SEEN, "white"))

    with before_camera(chromium, site, blank, allowed=False) as page:
        page.goto("/scan")
        page.click("#open")
        expect(page.locator(".said")).to_contain_text("相机没有打开")
        page.fill("#code", token.lower())
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/S/{token}")


def test_it_can_be_used_by_everybody(chromium: Browser, site: str) -> None:
    context = new_phone(chromium, site, bypass_csp=True, permissions=[])
    page = context.new_page()
    page.goto("/scan")

    assert_accessible(page)
    assert_accessible(page, "dark")
    context.close()
