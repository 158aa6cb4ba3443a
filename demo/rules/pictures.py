"""Pictures the program draws: what was wrong, and how it looked afterwards."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageDraw

WIDTH: Final = 640
HEIGHT: Final = 480
HORIZON: Final = 300
QUALITY: Final = 85
Pen = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

DUSK: Final[Colour] = (58, 68, 100)
DAY: Final[Colour] = (196, 222, 240)
GROUND: Final[Colour] = (150, 152, 150)
GRASS: Final[Colour] = (128, 164, 104)
DARK: Final[Colour] = (48, 50, 56)
STEEL: Final[Colour] = (110, 116, 124)
BRICK: Final[Colour] = (176, 108, 84)
LIGHT: Final[Colour] = (255, 232, 150)
WARNING: Final[Colour] = (232, 120, 32)


class Motif(StrEnum):
    """What a picture shows."""

    LAMP = "lamp"
    MANHOLE = "manhole"
    BINS = "bins"
    ROAD = "road"
    BENCH = "bench"
    RIVER = "river"
    CARS = "cars"
    WIRES = "wires"
    CORRIDOR = "corridor"


def draw(motif: Motif, *, mended: bool) -> bytes:
    """Return a JPEG of *motif*, as it was found or *mended*; always the same bytes."""
    sky = DUSK if motif is Motif.LAMP else DAY
    image = Image.new("RGB", (WIDTH, HEIGHT), sky)
    pen = ImageDraw.Draw(image)
    for row in range(HORIZON):  # a sky that grows lighter downwards
        shade = 40 * row // HORIZON
        pen.line((0, row, WIDTH, row), fill=tuple(min(255, part + shade) for part in sky))
    pen.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=GROUND)
    if motif is not Motif.CORRIDOR:
        _houses(pen)
    DRAWN[motif](pen, mended)
    file = BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _houses(pen: Pen) -> None:
    for left, top, wall in (
        (0, 150, BRICK),
        (150, 190, (206, 190, 160)),
        (480, 165, (170, 150, 140)),
    ):
        pen.rectangle((left, top, left + 140, HORIZON), fill=wall)
        for x in range(left + 18, left + 120, 36):
            for y in range(top + 20, HORIZON - 30, 44):
                pen.rectangle((x, y, x + 18, y + 24), fill=(120, 146, 170))


def _lamp(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - one of a table of pens
    if mended:
        pen.polygon(((410, 112), (290, HEIGHT), (560, HEIGHT)), fill=(140, 134, 112))
    pen.rectangle((340, 90, 350, 400), fill=STEEL)
    pen.line((345, 92, 410, 92), fill=STEEL, width=8)
    pen.ellipse((388, 88, 436, 116), fill=LIGHT if mended else DARK)


def _manhole(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.ellipse((220, 350, 420, 440), fill=(96, 98, 100))
    pen.ellipse((232, 356, 408, 434), fill=STEEL if mended else (18, 18, 20))
    if mended:
        for x in range(256, 390, 22):
            pen.line((x, 370, x, 420), fill=DARK, width=4)
        return
    for x in (200, 430):
        pen.polygon(((x - 16, 410), (x + 16, 410), (x, 330)), fill=WARNING)


def _bins(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    for number, lid in enumerate(((58, 120, 70), (60, 96, 160), (120, 120, 120))):
        left = 170 + number * 110
        pen.rectangle((left, 290, left + 84, 410), fill=lid)
        pen.rectangle((left - 6, 276, left + 90, 294), fill=DARK)
    if not mended:
        for number in range(14):
            x, y = 120 + number * 31, 384 + number * 29 % 53
            pen.ellipse((x, y, x + 46, y + 34), fill=(52 + number * 17 % 60, 56, 64))


def _road(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.polygon(((230, HORIZON), (410, HORIZON), (600, HEIGHT), (40, HEIGHT)), fill=(86, 88, 92))
    for y in range(HORIZON + 10, HEIGHT, 46):
        pen.rectangle((316, y, 324, y + 24), fill=(236, 236, 230))
    if not mended:
        pen.polygon(((210, 390), (300, 372), (380, 396), (330, 436), (230, 430)), fill=(44, 46, 50))
        pen.ellipse((238, 392, 330, 424), fill=(120, 140, 156))


def _bench(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.rectangle((0, 330, WIDTH, HEIGHT), fill=GRASS)
    for x in (200, 430):
        pen.rectangle((x, 350, x + 12, 430), fill=DARK)
    planks = (330, 350, 380) if mended else (350,)
    for y in planks:
        pen.rectangle((180, y, 470, y + 14), fill=(164, 116, 72))
    if not mended:
        pen.line((180, 384, 330, 424), fill=(164, 116, 72), width=14)


def _river(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.rectangle((0, 320, WIDTH, HEIGHT), fill=(92, 150, 176) if mended else (54, 56, 48))
    for y in range(340, HEIGHT, 26):
        pen.line(
            (60 + y % 50, y, 220 + y % 70, y), fill=(150, 190, 206) if mended else (84, 86, 70)
        )
    pen.rectangle((0, HORIZON, WIDTH, 322), fill=GRASS)
    if not mended:
        pen.ellipse((500, 306, 548, 346), fill=DARK)
        pen.polygon(((508, 330), (540, 330), (590, HEIGHT), (470, HEIGHT)), fill=(30, 30, 28))


def _cars(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.rectangle((0, 400, WIDTH, 430), fill=(222, 190, 70))  # the paving for blind people
    for left, paint in ((90, (190, 50, 50)), (350, (230, 230, 232))):
        if mended:
            break
        pen.rounded_rectangle((left, 340, left + 210, 410), 18, fill=paint)
        pen.rounded_rectangle((left + 40, 300, left + 160, 350), 16, fill=paint)
        for wheel in (left + 26, left + 146):
            pen.ellipse((wheel, 388, wheel + 40, 428), fill=DARK)


def _wires(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    for x in (90, 540):
        pen.rectangle((x, 80, x + 12, 400), fill=(118, 94, 70))
    for sag in (0, 14):
        pen.line((96, 100 + sag, 546, 100 + sag), fill=DARK, width=3)
    if not mended:
        pen.line((96, 130, 300, 420, 546, 130), fill=DARK, width=4)
        pen.polygon(((280, 430), (320, 430), (300, 390)), fill=WARNING)


def _corridor(pen: Pen, mended: bool) -> None:  # noqa: FBT001 - as above
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=(214, 208, 196))
    pen.polygon(((0, HEIGHT), (220, 250), (420, 250), (WIDTH, HEIGHT)), fill=(168, 160, 148))
    pen.rectangle((270, 130, 370, 250), fill=(70, 120, 80))
    if mended:
        return
    for number in range(5):
        left = 60 + number * 66
        pen.rectangle((left, 330 - number * 12, left + 80, 420), fill=(150 - number * 12, 112, 78))
        pen.ellipse((left + 10, 396, left + 50, 436), outline=DARK, width=6)


DRAWN: Final[Mapping[Motif, Callable[[Pen, bool], None]]] = MappingProxyType(
    {
        Motif.LAMP: _lamp,
        Motif.MANHOLE: _manhole,
        Motif.BINS: _bins,
        Motif.ROAD: _road,
        Motif.BENCH: _bench,
        Motif.RIVER: _river,
        Motif.CARS: _cars,
        Motif.WIRES: _wires,
        Motif.CORRIDOR: _corridor,
    }
)
