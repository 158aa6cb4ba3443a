"""Posters for the village hall and the market: one code, large, and what it is good for."""

from typing import Final

from qr.rules.formats import Box
from qr.rules.pieces import Imprint, Piece
from qr.rules.press.styled import styled_png
from qr.rules.press.surface import DEEP, GREEN, GREY, INK, PALE, WHITE, Surface

EXAMPLES: Final = ("路灯不亮", "井盖松动", "垃圾没人清", "邻里有矛盾", "看见危险")
STEPS: Final = (
    ("扫", "微信、支付宝、", "浏览器、相机都行"),
    ("说", "说一段话、拍张照，", "或者写几个字"),
    ("等", "谁在办、几时答复，", "马上看得到"),
)
PROMISE: Final = "不用下载，不用注册，不留名字也行"
OWN_WORDS: Final = (*EXAMPLES, PROMISE, *("".join(step) for step in STEPS))


def poster(canvas: Surface, box: Box, piece: Piece, imprint: Imprint) -> None:
    """Draw a poster.  Drawn for A4, 210 x 297 mm; A3 is the same, larger."""
    unit = box.width / 210
    canvas.fill(Box(box.left, box.top, box.width, 74 * unit), GREEN)
    canvas.fill(Box(box.left, box.top + 255 * unit, box.width, box.height - 255 * unit), DEEP)
    _head(canvas, box, piece, imprint, unit)
    _middle(canvas, box, piece, unit)
    _steps(canvas, box, unit)
    _foot(canvas, box, piece, imprint, unit)


def _head(canvas: Surface, box: Box, piece: Piece, imprint: Imprint, unit: float) -> None:
    def row(top: float, height: float) -> Box:
        return Box(box.left + 14 * unit, box.top + top * unit, box.width - 28 * unit, height * unit)

    where = f"{imprint.app_name} · {piece.area}" if piece.area else imprint.app_name
    canvas.text(row(10, 8), where, 6 * unit, colour=WHITE, align="C")
    canvas.text(row(19, 26), "有事扫一扫", 23 * unit, bold=True, colour=WHITE, align="C")
    canvas.text(row(48, 9), " · ".join(EXAMPLES), 6.4 * unit, colour=WHITE, align="C")


def _middle(canvas: Surface, box: Box, piece: Piece, unit: float) -> None:
    side = 112 * unit
    frame = Box(box.left + 45 * unit, box.top + 62 * unit, 120 * unit, 134 * unit)
    canvas.fill(
        Box(
            frame.left - 1 * unit,
            frame.top - 1 * unit,
            frame.width + 2 * unit,
            frame.height + 2 * unit,
        ),
        PALE,
        round_by=7 * unit,
    )
    canvas.fill(frame, WHITE, round_by=6 * unit)
    place = Box(frame.left + (frame.width - side) / 2, frame.top + 4 * unit, side, side)
    canvas.picture(styled_png(piece.url), place)
    below = Box(frame.left, place.top + side, frame.width, 9 * unit)
    canvas.text(below, f"核对词 {piece.check_word}", 7 * unit, bold=True, align="C")
    name = Box(frame.left + 4 * unit, below.top + 8.6 * unit, frame.width - 8 * unit, 7 * unit)
    canvas.text(name, piece.place or piece.area, 4.6 * unit, colour=GREY, align="C")


def _steps(canvas: Surface, box: Box, unit: float) -> None:
    top, wide, side = box.top + 203 * unit, 58 * unit, 18 * unit
    for at, (sign, *rows) in enumerate(STEPS):
        left = box.left + 14 * unit + at * 62 * unit
        spot = Box(left + (wide - side) / 2, top, side, side)
        canvas.disc(spot, GREEN)
        canvas.text(spot, sign, 10 * unit, bold=True, colour=WHITE, align="C")
        for row, words in enumerate(rows):
            place = Box(left, top + (19.5 + 6.6 * row) * unit, wide, 6.6 * unit)
            canvas.text(place, words, 5.2 * unit, colour=INK, align="C")
    canvas.text(
        Box(box.left + 14 * unit, top + 36 * unit, box.width - 28 * unit, 10 * unit),
        PROMISE,
        7 * unit,
        bold=True,
        colour=GREEN,
        align="C",
    )


def _foot(canvas: Surface, box: Box, piece: Piece, imprint: Imprint, unit: float) -> None:
    def row(top: float, height: float) -> Box:
        return Box(box.left + 14 * unit, box.top + top * unit, box.width - 28 * unit, height * unit)

    said = f"不会扫？打 {imprint.hotline}"
    if piece.spot_number is not None:
        said += f"，报点位号 {piece.spot_number}"
    canvas.text(row(259, 15), said, 11 * unit, bold=True, colour=WHITE, align="C")
    canvas.text(
        row(275, 7),
        f"网址以 https://{imprint.host} 开头。我们从不问银行卡号和验证码。",
        4.6 * unit,
        colour=WHITE,
        align="C",
    )
    canvas.text(
        row(284, 6),
        f"{piece.token}  №{piece.number}  {imprint.order}",
        3.2 * unit,
        colour=PALE,
        align="C",
    )
