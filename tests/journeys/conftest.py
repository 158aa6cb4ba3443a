"""One town for all journeys, and phones and desks to visit it with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from redis import ConnectionPool

from tests.browser import faults_of, jpeg, new_desk, new_phone
from tests.conftest import REDIS_URL, new_database
from tests.journeys.still import StillTown
from tests.journeys.town import Town, make_town_plan, opened

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def town(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    database = new_database(database_url, folder, "town")
    with opened(make_town_plan(folder, database, redis_beside(REDIS_URL))) as town:
        yield town


def redis_beside(url: str) -> str:
    """Return another database of the same Redis, which no other test empties."""
    used = int(ConnectionPool.from_url(url).connection_kwargs.get("db") or 0)
    other = str((used or 15) - 1)
    return f"{url.partition('?')[0]}?db={other}"


@pytest.fixture
def visits(chromium: Browser, town: Town) -> Iterator[Callable[[BrowserContext], Page]]:
    """Open a page in a context; at the end no page may have done anything wrong."""
    contexts: list[BrowserContext] = []
    faults: list[list[str]] = []

    def visit(context: BrowserContext) -> Page:
        contexts.append(context)
        page = context.new_page()
        faults.append(faults_of(page))
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [fault for found in faults for fault in found] == []


@pytest.fixture
def phone(chromium: Browser, town: Town, visits: Visit) -> Visit:
    """Return a function that hands out a phone; keywords go to new_context."""
    return lambda **more: visits(new_phone(chromium, town.url, **more))


@pytest.fixture
def desk(chromium: Browser, town: Town, visits: Visit) -> Visit:
    """Return a function that hands out a screen on a desk."""
    return lambda **more: visits(new_desk(chromium, town.url, **more))


@pytest.fixture
def still(live: Flask, chromium: Browser) -> Iterator[StillTown]:
    """Return a town of its own, whose clock the journey moves."""
    town = StillTown(live, chromium)
    yield town
    town.close()


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two photos, each of which says where it was taken."""
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / "dark.jpg", folder / "pole.jpg"]
    for path, colour in zip(paths, ("#334455", "#775533"), strict=True):
        path.write_bytes(jpeg(colour, path.stem))
    return paths
