from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import faults_of, new_phone
from tests.pages.sample import Server


@pytest.fixture
def server() -> Iterator[Server]:
    here = Server()
    yield here
    here.close()


def phone(browser: Browser, server: Server, **more: object) -> BrowserContext:
    """A phone that visits the sample site; keywords go to new_context."""
    return new_phone(browser, server.url, **more)


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    context = phone(chromium, server)
    here = context.new_page()
    faults = faults_of(here)
    yield here
    context.close()
    assert faults == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(path, quality=85)
    return path
