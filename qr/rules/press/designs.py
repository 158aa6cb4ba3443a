"""How the pieces look.

Every one carries, for who cannot scan, a telephone number and a number to say; and, against
a sticker stuck over it, the check word and the host that it must lead to.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from qr.rules.formats import LAYOUTS, REPORTING, Box, Format
from qr.rules.lifecycle import CodeKind
from qr.rules.pieces import Imprint, Piece
from qr.rules.press.surface import DEEP, GREEN, GREY, INK, PALE, WHITE, Surface

Design = Callable[[Surface, Box, Piece, Imprint], None]

TITLES: Final[Mapping[CodeKind, str]] = MappingProxyType(
    {
        CodeKind.OPEN: "有事扫一扫",
        CodeKind.SPOT: "有事扫一扫",
        CodeKind.PLACE: "有事扫一扫",
        CodeKind.DESK: "兑换请扫码",
        CodeKind.HOUSEHOLD: "户码",
    }
)
# 6.4 points, on the smallest label: the least that is read at arm's length.
SMALL: Final = 2.25
HOW: Final = "拍张照、说句话，就能报"
NEVER: Final = "我们从不问银行卡号和验证码。"
# The words above and below, for the check that a font has them all.
OWN_WORDS: Final = (
    *TITLES.values(),
    NEVER,
    "核对词：点位号不会扫打报网址以开头，。？…·№样张张贴无效",
    HOW,
    "路灯不亮井盖松动垃圾没人清邻里有矛盾看见危险",
    "请收好凭卡领奖品丢了告诉村里旧卡当场作废补新本卡不是身份证件扫一扫看绿币报事情查进度这一户共用",
)


def helped(piece: Piece, imprint: Imprint) -> str:
    """Return what who cannot scan does: call a number, and say one if there is one."""
    said = f"不会扫？打 {imprint.hotline}"
    return said if piece.spot_number is None else f"{said}，报点位号"


def label(canvas: Surface, box: Box, piece: Piece, imprint: Imprint) -> None:
    """Draw a label: the code on the left, the words on the right.  Drawn for 70 x 37 mm."""
    unit = box.height / 37
    left, top = box.left, box.top
    side = 30.5 * unit
    canvas.code(piece.url, piece.look, Box(left + 2 * unit, top + 1 * unit, side, side))
    under = Box(left + 2 * unit, top + 31.2 * unit, side, 4 * unit)
    canvas.text(under, f"核对词 {piece.check_word}", 2.6 * unit, bold=True, align="C")
    words_left, width = left + 34 * unit, box.width - 36.5 * unit
    row = _rows(words_left, width)
    canvas.text(
        row(top + 1.4 * unit, 6 * unit), TITLES[piece.kind], 4.6 * unit, bold=True, colour=GREEN
    )
    canvas.text(
        row(top + 7.4 * unit, 8.6 * unit), piece.place or piece.area, 3.2 * unit, bold=True, lines=2
    )
    canvas.text(row(top + 16 * unit, 3.2 * unit), piece.area, 2.4 * unit, colour=GREY)
    if piece.spot_number is not None:
        canvas.text(
            row(top + 19.4 * unit, 5.4 * unit), f"点位号 {piece.spot_number}", 4 * unit, bold=True
        )
    canvas.text(row(top + 25 * unit, 3.6 * unit), helped(piece, imprint), 2.6 * unit, bold=True)
    canvas.text(row(top + 28.8 * unit, 3 * unit), f"网址 {imprint.host}", SMALL * unit, colour=GREY)
    numbered = f"{piece.token}  №{piece.number}"
    canvas.text(row(top + 31.8 * unit, 3 * unit), numbered, SMALL * unit, colour=GREY)


def plate(canvas: Surface, box: Box, piece: Piece, imprint: Imprint, *, bleed: float = 0.0) -> None:
    """Draw a plate for a door or a wall, upright.  Drawn for 80 x 120 mm."""
    unit = min(box.width / 80, box.height / 120)
    head = Box(box.left - bleed, box.top - bleed, box.width + 2 * bleed, 20 * unit + bleed)
    foot_top = box.top + box.height - 25 * unit
    canvas.fill(head, GREEN)
    canvas.fill(Box(head.left, foot_top, head.width, 25 * unit + bleed), PALE)
    row = _rows(box.left + 5 * unit, box.width - 10 * unit)
    canvas.text(
        row(box.top + 3 * unit, 9 * unit),
        TITLES[piece.kind],
        7.5 * unit,
        bold=True,
        colour=WHITE,
        align="C",
    )
    canvas.text(
        row(box.top + 12.5 * unit, 5 * unit),
        f"{imprint.app_name} · {HOW}" if piece.kind in REPORTING else imprint.app_name,
        3 * unit,
        colour=WHITE,
        align="C",
    )
    side = min(54 * unit, box.width - 10 * unit)
    centre = box.left + (box.width - side) / 2
    canvas.code(piece.url, piece.look, Box(centre, box.top + 20.5 * unit, side, side))
    canvas.text(
        row(box.top + 74 * unit, 4.6 * unit),
        f"核对词 {piece.check_word}",
        3.6 * unit,
        bold=True,
        align="C",
    )
    canvas.text(
        row(box.top + 79 * unit, 11.4 * unit),
        piece.place or piece.area,
        4.8 * unit,
        bold=True,
        align="C",
        lines=2,
    )
    canvas.text(
        row(box.top + 90.2 * unit, 4 * unit),
        f"{piece.area} · №{piece.number}",
        2.6 * unit,
        colour=GREY,
        align="C",
    )
    said = f"点位号 {piece.spot_number}" if piece.spot_number is not None else imprint.app_name
    canvas.text(
        row(foot_top + 1.6 * unit, 9 * unit), said, 7 * unit, bold=True, colour=DEEP, align="C"
    )
    canvas.text(
        row(foot_top + 10.6 * unit, 5.4 * unit),
        helped(piece, imprint),
        3.9 * unit,
        bold=True,
        align="C",
    )
    canvas.text(
        row(foot_top + 16.4 * unit, 3.4 * unit),
        f"网址以 https://{imprint.host} 开头",
        2.4 * unit,
        colour=GREY,
        align="C",
    )
    canvas.text(
        row(foot_top + 19.8 * unit, 3.4 * unit),
        f"{piece.token} · {NEVER}",
        SMALL * unit,
        colour=GREY,
        align="C",
    )


def card_front(canvas: Surface, box: Box, piece: Piece, imprint: Imprint) -> None:
    """Draw the face of a household's card, 85.6 x 54 mm."""
    canvas.fill(Box(box.left, box.top, box.width, 11), GREEN)
    row = _rows(box.left + 5, box.width - 10)
    canvas.text(row(box.top + 1.5, 8), f"{imprint.app_name} · 户码", 5, bold=True, colour=WHITE)
    canvas.code(piece.url, piece.look, Box(box.left + 3, box.top + 13, 38, 38))
    right = _rows(box.left + 43, box.width - 47)
    canvas.text(right(box.top + 14, 12), piece.place, 4.6, bold=True, lines=2)
    canvas.text(right(box.top + 26, 8), piece.area, 3.2, colour=GREY, lines=2)
    canvas.text(right(box.top + 35, 5), f"核对词 {piece.check_word}", 3.4, bold=True)
    canvas.text(right(box.top + 41, 5), f"有事打 {imprint.hotline}", 3.4, bold=True, colour=GREEN)
    canvas.text(right(box.top + 46.5, 3.5), f"№{piece.number}", 2.2, colour=GREY)


def card_back(canvas: Surface, box: Box, piece: Piece, imprint: Imprint) -> None:
    """Draw the back of a household's card: what it is for, and what to do when it is lost."""
    canvas.fill(box, PALE)
    row = _rows(box.left + 6, box.width - 12)
    lines = (
        ("这一户共用，凭卡领奖品", True),
        ("扫一扫，看绿币、报事情、查进度。", False),
        ("请收好。丢了告诉村里，旧卡当场作废，补新卡。", False),
        (f"不会扫？打 {imprint.hotline}。{NEVER}", False),
    )
    top = box.top + 5
    for text, bold in lines:
        canvas.text(
            row(top, 9),
            text,
            4.2 if bold else 3.3,
            bold=bold,
            colour=DEEP if bold else INK,
            lines=2,
        )
        top += 10.2
    canvas.text(
        row(box.top + 46.5, 4),
        f"本卡不是身份证件 · {imprint.host} · №{piece.number}",
        2.3,
        colour=GREY,
    )


FRONTS: Final[Mapping[Format, Design]] = MappingProxyType(
    {
        Format.LABELS_24: label,
        Format.LABELS_10: label,
        Format.PAGE: plate,
        Format.PLATE: partial(plate, bleed=LAYOUTS[Format.PLATE].bleed),
        Format.CARDS: card_front,
    }
)
BACKS: Final[Mapping[Format, Design]] = MappingProxyType({Format.CARDS: card_back})


def _rows(left: float, width: float) -> Callable[[float, float], Box]:
    """Return what makes a row, from its top and height, in a column."""

    def row(top: float, height: float) -> Box:
        return Box(left, top, width, height)

    return row
