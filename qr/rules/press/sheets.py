"""Whole files: pieces on pages, cut guides between them, and 样张 across what must not hang."""

from collections.abc import Sequence
from typing import Final

from qr.rules.formats import LAYOUTS, Box, Format, Layout
from qr.rules.pieces import Imprint, Piece
from qr.rules.press import designs, posters
from qr.rules.press.canvas import CUT, RED, Canvas
from qr.rules.press.designs import Design
from qr.rules.press.fonts import Fonts

MARK: Final = 5.0  # mm: how long a crop mark is
FAINT: Final = 0.28
SAMPLE: Final = "样张"


def press(form: Format, pieces: Sequence[Piece], imprint: Imprint, fonts: Fonts) -> bytes:
    """Return a PDF of *pieces* in their order.

    Raises:
        MissingGlyph: no font has a shape for a character; nothing was drawn.
        ValueError: no pieces, or more than one file may hold.
    """
    layout = LAYOUTS[form]
    if not 0 < len(pieces) <= layout.per_file:
        raise ValueError(f"{len(pieces)} pieces do not make one file of {form}")
    fonts.check([*designs.OWN_WORDS, *posters.OWN_WORDS, SAMPLE, imprint.words])
    fonts.check(piece.words for piece in pieces)
    canvas = Canvas(layout.page, fonts, title=f"{imprint.app_name} {imprint.order}".strip())
    front = posters.poster if layout.styled else designs.FRONTS[form]
    for start in range(0, len(pieces), layout.per_page):
        page = pieces[start : start + layout.per_page]
        _page(canvas, layout, page, imprint, front)
        if layout.both_sides:
            _page(canvas, layout, page, imprint, designs.BACKS[form], back=True)
    return canvas.output()


def _page(
    canvas: Canvas,
    layout: Layout,
    pieces: Sequence[Piece],
    imprint: Imprint,
    design: Design,
    *,
    back: bool = False,
) -> None:
    canvas.page()
    for at, piece in enumerate(pieces):
        design(canvas, layout.box(at, back=back), piece, imprint)
    _cut_guide(canvas, layout)
    if imprint.sample:
        _stamp(canvas, [layout.box(at, back=back) for at in range(len(pieces))])


def _cut_guide(canvas: Canvas, layout: Layout) -> None:
    """Draw where to cut: marks outside of what has colour beyond the cut, lines elsewhere."""
    if layout.piece == layout.page:
        return
    left, top = layout.corner
    wide, high = layout.piece
    right, bottom = left + layout.columns * wide, top + layout.rows * high
    gap = layout.bleed
    for column in range(layout.columns + 1):
        x = left + column * wide
        if layout.bleed:
            canvas.line((x, top - gap - MARK), (x, top - gap), CUT)
            canvas.line((x, bottom + gap), (x, bottom + gap + MARK), CUT)
        else:
            canvas.line((x, top), (x, bottom), CUT)
    for row in range(layout.rows + 1):
        y = top + row * high
        if layout.bleed:
            canvas.line((left - gap - MARK, y), (left - gap, y), CUT)
            canvas.line((right + gap, y), (right + gap + MARK, y), CUT)
        else:
            canvas.line((left, y), (right, y), CUT)


def _stamp(canvas: Canvas, boxes: Sequence[Box]) -> None:
    """Stamp each piece, so that none of them can be cut out and hung."""
    for box in boxes:
        middle_x, middle_y = box.left + box.width / 2, box.top + box.height / 2
        size = min(box.width / 3, box.height * 0.55)
        with canvas.turned(20, middle_x, middle_y), canvas.faded(FAINT):
            whole = Box(box.left, middle_y - size, box.width, 2 * size)
            canvas.text(whole, SAMPLE, size, bold=True, colour=RED, align="C")
