"""Pieces to print, and what a phone's camera might see of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PIL import Image

from kernel import crockford
from qr.rules import CodeKind, artwork, printed, scan_url
from qr.rules.pieces import Imprint, Piece

HOST: Final = "https://qr.x-city.cn"
IMPRINT: Final = Imprint(app_name="平安码", host="qr.x-city.cn", hotline="12345", order="第7批")
SAMPLE: Final = replace(IMPRINT, sample=True)


def token(number: int, kind: CodeKind = CodeKind.SPOT) -> str:
    """Return a token; another for each number."""
    length = 16 if kind is CodeKind.HOUSEHOLD else 12
    letters = ""
    seed = number * 2_654_435_761 + 977
    for _ in range(length):
        letters += crockford.ALPHABET[seed % 32]
        seed = seed // 32 or (number + 7) * 40_503
    return crockford.with_check(letters)


def piece(number: int, kind: CodeKind = CodeKind.SPOT) -> Piece:
    """Return the piece with this number; a card if it is a household's."""
    own, card = token(number, kind), kind is CodeKind.HOUSEHOLD
    url = scan_url(HOST, own)
    return Piece(
        number=number,
        kind=kind,
        url=url,
        look=artwork.choose_look(url),
        token="" if card else printed(own),
        check_word="清松",
        place="张*国一户" if card else "清溪文化广场东侧灯杆",
        area="清溪镇 · 梅林村 · 第三网格",
        spot_number=None if card else 1000 + number,
    )


def pieces(count: int, kind: CodeKind = CodeKind.SPOT) -> list[Piece]:
    """Return the first *count* pieces of an order."""
    return [piece(number, kind) for number in range(1, count + 1)]


def turned(image: Image.Image) -> Iterator[Image.Image]:
    """Yield a picture as it looks to whoever does not hold the phone straight."""
    for degrees in (15, 33, 45, 90, 180):
        yield image.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
