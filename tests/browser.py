"""Chromium with a fake microphone, as a phone or as a desk."""

import io
import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WHOLE_CHROMIUM: Final = (
    "/usr/bin/chromium"  # opens pages of its own (tabs, menus) beside each of ours
)
CHROMIUM: Final = "/usr/bin/chromium-headless-shell"  # the same without them, and without a camera
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
AXE: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # to describe what is in order takes longer than to find it
}
IN_THE_DARK: Final = {  # only the colours are others than by day
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
PHONE: Final = {"width": 412, "height": 915}
DESK: Final = {"width": 1440, "height": 900}
PATIENCE: Final = 20_000  # ms for what a page is to show: a loaded machine is slow
GPS: Final = 0x8825  # EXIF: where the block of positions stands


@pytest.fixture(scope="session")
def voice_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48000)
        beats = (int(9000 * math.sin(n * 440 * math.tau / 48000)) for n in range(48000))
        sound.writeframes(b"".join(struct.pack("<h", beat) for beat in beats))
    return path


@pytest.fixture(scope="session")
def one_chromium(voice_file: Path) -> Iterator[Browser]:
    """Started once for the whole run."""
    if not Path(CHROMIUM).exists():
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell fonts-noto-cjk")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={voice_file}"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def chromium(one_chromium: Browser) -> Iterator[Browser]:
    """The browser.  What a test leaves open would go on asking a server that is gone."""
    yield one_chromium
    for context in one_chromium.contexts:
        context.close()


def new_phone(browser: Browser, url: str, **more: object) -> BrowserContext:
    """A phone of 412 x 915 in Chinese; keywords go to new_context."""
    settings: dict[str, object] = {
        "viewport": PHONE,
        "is_mobile": True,
        "has_touch": True,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "permissions": ["microphone", "geolocation"],
        "geolocation": {"latitude": 30.1, "longitude": 120.2, "accuracy": 25},
        "base_url": url,
    }
    context = browser.new_context(**{**settings, **more})  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


def new_desk(browser: Browser, url: str, **more: object) -> BrowserContext:
    """A screen of 1440 x 900 in Chinese; keywords go to new_context."""
    desk = {"viewport": DESK, "is_mobile": False, "has_touch": False}
    return new_phone(browser, url, **{**desk, **more})


def faults_of(page: Page) -> list[str]:
    """Return the list that grows with what the page does wrong: exceptions and broken policy."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security" in line.text else None,
    )
    return faults


def assert_accessible(page: Page, light: Literal["light", "dark"] = "light") -> None:
    """Have axe look at all of the page; it needs a context made with bypass_csp=True.

    In the dark it looks at the colours only: ask by day too.
    """
    size = page.viewport_size
    assert size is not None
    # What a sticky bar covers at one scroll position is not a finding: show all of it.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height})
    page.emulate_media(color_scheme=light)
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    options = AXE if light == "light" else IN_THE_DARK
    found = AxeResults(page.evaluate("options => axe.run(document, options)", options))
    page.set_viewport_size(size)
    assert found.violations_count == 0, f"{page.url} {light} {found.generate_report()}"


def jpeg(colour: str, words: str) -> bytes:
    """Return a photo as a phone takes it: large, and it says where it was taken."""
    photo = Image.effect_noise((1600, 1200), 40).convert("RGB")
    draw = ImageDraw.Draw(photo)
    draw.rectangle((300, 300, 1300, 900), fill=colour)
    draw.text((700, 580), words, fill="white")
    exif = Image.Exif()
    exif[0x010F] = "Testphone"
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 6.0, 0.0), 3: "E", 4: (119.0, 48.0, 0.0)})
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=85, exif=exif)
    return file.getvalue()
