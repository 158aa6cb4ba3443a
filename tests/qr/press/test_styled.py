"""The branded code of posters is offered only as long as it reads."""

import io

import pytest
import zxingcpp
from PIL import Image

from qr.rules import CodeKind
from qr.rules.press.styled import DARK, PIXELS, seal, styled_png
from tests.qr.press.factories import piece, turned

URLS = [piece(number, kind).url for number, kind in enumerate(CodeKind)]


def read(image: Image.Image) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(image)]


def opened(url: str, pixels: int = PIXELS) -> Image.Image:
    return Image.open(io.BytesIO(styled_png(url, pixels=pixels))).convert("L")


@pytest.mark.parametrize("url", URLS)
def test_it_reads_clean_and_turned(url: str) -> None:
    image = opened(url, 10)

    assert read(image) == [url]
    assert [read(one) for one in turned(image)] == [[url]] * 5


@pytest.mark.parametrize("url", URLS)
def test_it_reads_at_three_pixels_a_module(url: str) -> None:
    image = opened(url, 12)
    small = image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS)

    assert read(small) == [url]


def test_the_seal_stands_in_the_middle_and_the_margin_is_white() -> None:
    image = Image.open(io.BytesIO(styled_png(URLS[0]))).convert("RGB")
    middle = (image.width // 2, int(image.height * 0.46))

    assert image.getpixel(middle) == DARK
    edge = image.crop((0, 0, image.width, 3 * PIXELS))
    assert edge.getcolors() == [(edge.width * edge.height, (255, 255, 255))]


def test_a_district_may_have_a_seal_of_its_own() -> None:
    url = URLS[1]
    own = Image.new("RGB", (400, 400), (120, 20, 20))

    picture = Image.open(io.BytesIO(styled_png(url, logo=own))).convert("RGB")

    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (120, 20, 20)
    assert read(picture.convert("L")) == [url]


def test_our_seal_needs_no_font_and_is_always_the_same() -> None:
    assert seal().tobytes() == seal().tobytes()
    assert seal(96).size == (96, 96)
