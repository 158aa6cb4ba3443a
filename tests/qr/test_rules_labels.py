"""The number of the spot stands under its code, and the code still reads."""

import io
import re

import pytest
import zxingcpp
from PIL import Image

from qr.rules import labels
from qr.rules.artwork import choose_look

LINK = "HTTPS://QR.X-CITY.CN/S/7K3M9QTX42HRA"
LOOK = choose_look(LINK)


def opened(number: int = 1023) -> Image.Image:
    drawn = labels.png(LINK, LOOK, number=number, pixels=10, width_mm=30)
    return Image.open(io.BytesIO(drawn))


@pytest.mark.parametrize("number", [1001, 999_999_999])
def test_a_phone_reads_the_picture_and_nothing_of_the_number_is_cut_off(number: int) -> None:
    image = opened(number)

    assert [one.text for one in zxingcpp.read_barcodes(image)] == [LINK]
    strip = image.crop((0, LOOK.width * 10, image.width, image.height))
    assert min(strip.get_flattened_data()) == 0
    for edge in ((0, 0, 1, strip.height), (strip.width - 1, 0, strip.width, strip.height)):
        assert min(strip.crop(edge).get_flattened_data()) == 255


def test_the_quiet_zone_stays_quiet() -> None:
    image, module = opened(), 10
    below = image.crop((0, (LOOK.width - 4) * module, image.width, LOOK.width * module))

    assert min(below.get_flattened_data()) == 255


def test_the_drawing_is_as_wide_as_asked_for_and_says_the_number() -> None:
    drawn = labels.svg(LINK, LOOK, number=1023, width_mm=30)

    assert re.search(r'<svg [^>]*width="30mm"', drawn)
    assert re.findall(r"<text [^>]*>([^<]*)</text>", drawn) == ["点位号 1023"]
    assert drawn.count("<svg ") == drawn.count("</svg>") == 2


def test_the_same_label_is_the_same_bytes() -> None:
    assert opened().tobytes() == opened().tobytes()
