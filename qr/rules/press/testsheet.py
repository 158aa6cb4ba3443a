"""The sheet that is tried on five phones before thousands of labels are ordered (QR.md, 2).

The same link in capitals and in small letters, at falling sizes, and a ruler that tells whether
the printer has kept them.
"""

from typing import Final

from qr.rules import artwork
from qr.rules.formats import A4, Box
from qr.rules.press.canvas import Canvas
from qr.rules.press.fonts import Fonts
from qr.rules.press.surface import CUT, DEEP, GREY, INK, RED, Surface
from qr.rules.tokens import is_final, scan_url

SIZES: Final = (40.0, 30.0, 25.0, 20.0, 15.0)  # mm, white margin included
LARGE: Final = 60.0
PHONES: Final = 5
RULER: Final = 100  # mm
LEFT: Final = 15.0
CASES: Final = ((True, "大写"), (False, "小写"))
WORDS: Final = (
    "平安码试扫页：大写和小写的网址，哪种大家的手机都扫得出来？小一点还行吗？样张，不要张贴",
    "每台手机、每一行从左到右扫，写下扫得出的最小的一个。微信、支付宝、相机都试。",
    "版本模块毫米手机型号扫码的软件最小的都行就设为否则尺子要正好不准就别印的：、（）。0123456789",
)


def testsheet(public_url: str, token: str, fonts: Fonts) -> bytes:
    """Return the page as a PDF."""
    canvas = Canvas(A4, fonts.fitting([*WORDS, public_url]), title="试扫页")
    canvas.page()
    draw(canvas, public_url, token)
    return canvas.output()


def draw(surface: Surface, public_url: str, token: str) -> None:
    """Draw the page."""
    whole = 210 - 2 * LEFT
    surface.text(Box(LEFT, 9, whole, 9), "平安码试扫页", 6.5, bold=True, colour=DEEP)
    surface.text(Box(LEFT, 18, whole, 5), WORDS[1], 3.4)
    if not is_final(public_url):
        surface.text(
            Box(LEFT, 23, whole, 5), "网址不是正式的，只能试大小", 3.4, bold=True, colour=RED
        )
    for row, (upper, name) in enumerate(CASES):
        _row(surface, scan_url(public_url, token, upper=upper), name, 29 + row * 55)
    for column, (upper, name) in enumerate(CASES):
        url = scan_url(public_url, token, upper=upper)
        left = LEFT + column * 90
        _code(surface, url, Box(left, 139, LARGE, LARGE))
        surface.text(Box(left, 199, LARGE, 4), f"{name} {LARGE:g} 毫米", 3, colour=GREY, align="C")
    _ruler(surface, 207)
    _table(surface, 223)


def _row(surface: Surface, url: str, name: str, top: float) -> None:
    surface.text(Box(LEFT, top, 180, 5), f"{name}  {url}", 3.6, bold=True)
    left = LEFT
    for size in SIZES:
        look = _code(surface, url, Box(left, top + 5.5, size, size))
        below = (f"{size:g} 毫米", f"版本 {look[0]}，模块 {look[1]:.2f}")
        for at, said in enumerate(below):
            place = Box(left, top + 6 + size + 3.4 * at, size + 8, 3.4)
            surface.text(place, said, 2.4, colour=GREY)
        left += size + 9


def _code(surface: Surface, url: str, box: Box) -> tuple[int, float]:
    look = artwork.look_to_print(url, None)
    surface.code(url, look, box)
    return look.version, box.width / look.width


def _ruler(surface: Surface, top: float) -> None:
    surface.line((LEFT, top), (LEFT + RULER, top), INK)
    for millimetre in range(RULER + 1):
        high = 4.0 if millimetre % 10 == 0 else 2.8 if millimetre % 5 == 0 else 1.6
        x = LEFT + millimetre
        surface.line((x, top), (x, top + high), INK)
        if millimetre % 10 == 0:
            surface.text(Box(x - 5, top + 4.2, 10, 3.4), str(millimetre), 2.4, align="C")
    said = "这条尺子要正好 100 毫米；不准，就是打印时缩放了，重新印。"
    surface.text(Box(LEFT + RULER + 4, top, 76, 8), said, 3, lines=2)


def _table(surface: Surface, top: float) -> None:
    heads = (("手机型号", 55.0), ("扫码的软件", 45.0), ("大写最小的", 40.0), ("小写最小的", 40.0))
    left, high = LEFT, 7.5
    for head, wide in heads:
        surface.text(Box(left + 1, top, wide - 2, high), head, 3.2, bold=True)
        left += wide
    for row in range(PHONES + 2):
        y = top + row * high
        surface.line((LEFT, y), (LEFT + 180, y), CUT)
    for x in (0.0, 55.0, 100.0, 140.0, 180.0):
        surface.line((LEFT + x, top), (LEFT + x, top + (PHONES + 1) * high), CUT)
    said = "大写都行，就设 PRINT_LINKS=upper（码小一号）；有一台不行，就设 PRINT_LINKS=lower。"
    surface.text(Box(LEFT, top + (PHONES + 1) * high + 1, 180, 5), said, 3.2, bold=True)
