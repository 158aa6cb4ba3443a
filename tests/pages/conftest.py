import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pages.sample import Server

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


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
def chromium(voice_file: Path) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Chromium is missing: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as play:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={voice_file}"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[Server]:
    here = Server()
    yield here
    here.close()


def phone(browser: Browser, server: Server, **more: object) -> BrowserContext:
    """A phone of 412 x 915 in Chinese; keywords go to new_context."""
    settings: dict[str, object] = {
        "viewport": {"width": 412, "height": 915},
        "is_mobile": True,
        "has_touch": True,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "permissions": ["microphone", "geolocation"],
        "geolocation": {"latitude": 30.1, "longitude": 120.2, "accuracy": 25},
        "base_url": server.url,
    }
    context = browser.new_context(**{**settings, **more})  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    return context


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    context = phone(chromium, server)
    faults: list[str] = []
    here = context.new_page()
    here.on("pageerror", lambda error: faults.append(str(error)))
    here.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security" in line.text else None,
    )
    yield here
    context.close()
    assert faults == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(path, quality=85)
    return path
