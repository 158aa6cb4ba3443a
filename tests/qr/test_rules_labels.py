"""The number of the spot stands under its code, and the code still reads."""

import io
import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from qr.rules import labels
from qr.rules.artwork import choose_look
from qr.rules.labels import Picture

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


def drawn_by(postscript: str) -> Image.Image:
    """Do what a printer does with the lines of a code: no interpreter need be installed."""
    body = postscript.split("newpath")[1].split("stroke", maxsplit=1)[0].split()
    x = y = 0.0
    lines, stack = [], list[float]()
    for word in body:
        if word not in {"moveto", "m", "l"}:
            stack.append(float(word))
            continue
        to_x, to_y = stack
        stack = []
        if word == "moveto":
            x, y = to_x, to_y
            continue
        if word == "l":
            lines.append((x, y, x + to_x))
        x, y = x + to_x, y + to_y
    size = 10
    image = Image.new("L", (LOOK.width * size, LOOK.width * size), 255)
    pen = ImageDraw.Draw(image)
    for left, middle, right in lines:
        top = (LOOK.width - middle - 0.5) * size
        pen.rectangle((left * size, top, right * size - 1, top + size - 1), fill=0)
    return image


@pytest.mark.parametrize(("number", "sample"), [(1023, False), (None, True), (None, False)])
def test_a_printing_house_gets_it_as_postscript(number: int | None, sample: bool) -> None:  # noqa: FBT001 - a case
    drawn = labels.draw(Picture.EPS, LINK, LOOK, number=number, sample=sample, width_mm=30)

    said = drawn.decode("ascii")
    assert [one.text for one in zxingcpp.read_barcodes(drawn_by(said))] == [LINK]
    assert said.startswith("%!PS-Adobe-3.0 EPSF-3.0")
    assert ("No. 1023" in said, "SAMPLE" in said) == (number is not None, sample)
    high = 30 * 72 / 25.4 * (1 if number is None and not sample else (LOOK.width + 7) / LOOK.width)
    assert f"%%HiResBoundingBox: 0 0 {30 * 72 / 25.4:.3f} {high:.3f}" in said
    assert "CreationDate" not in said


@pytest.mark.parametrize("kind", Picture)
def test_a_sample_says_so_below_the_code(kind: Picture) -> None:
    final, sample = (
        labels.draw(kind, LINK, LOOK, number=1023, sample=one, width_mm=30) for one in (False, True)
    )

    assert final != sample
    assert (b"SAMPLE" in sample or "样张".encode() in sample) == (kind is not Picture.PNG)
