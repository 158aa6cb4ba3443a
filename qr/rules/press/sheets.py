"""Whole files: pieces on pages, cut guides between them, and 样张 across what must not hang."""

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from qr.rules.formats import LAYOUTS, Box, Format, Layout
from qr.rules.pieces import Imprint, Piece
from qr.rules.press import designs, posters
from qr.rules.press.canvas import Canvas
from qr.rules.press.designs import Design
from qr.rules.press.fonts import Fonts
from qr.rules.press.paper import Paper
from qr.rules.press.surface import CUT, RED, Surface

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
    words = [*designs.OWN_WORDS, *posters.OWN_WORDS, SAMPLE, imprint.words]
    fonts = fonts.fitting([*words, *(piece.words for piece in pieces)])
    canvas = Canvas(layout.page, fonts, title=f"{imprint.app_name} {imprint.order}".strip())
    _draw(canvas, form, pieces, imprint)
    return canvas.output()


def paper(form: Format, pieces: Sequence[Piece], imprint: Imprint) -> Iterator[Markup]:
    """Yield the same pages as SVG, for a browser to print.

    Raises:
        ValueError: no pieces, or more than the browser is asked to print at once.
    """
    if not 0 < len(pieces) <= LAYOUTS[form].per_view:
        raise ValueError(f"{len(pieces)} pieces do not make one view of {form}")
    sheets = Paper(LAYOUTS[form].page)
    _draw(sheets, form, pieces, imprint)
    return sheets.pages()


def _draw(surface: Surface, form: Format, pieces: Sequence[Piece], imprint: Imprint) -> None:
    layout = LAYOUTS[form]
    front = posters.poster if layout.styled else designs.FRONTS[form]
    for start in range(0, len(pieces), layout.per_page):
        page = pieces[start : start + layout.per_page]
        _page(surface, layout, page, imprint, front)
        if layout.both_sides:
            _page(surface, layout, page, imprint, designs.BACKS[form], back=True)


def _page(
    surface: Surface,
    layout: Layout,
    pieces: Sequence[Piece],
    imprint: Imprint,
    design: Design,
    *,
    back: bool = False,
) -> None:
    surface.page()
    for at, piece in enumerate(pieces):
        design(surface, layout.box(at, back=back), piece, imprint)
    _cut_guide(surface, layout)
    if imprint.sample:
        _stamp(surface, [layout.box(at, back=back) for at in range(len(pieces))])


def _cut_guide(surface: Surface, layout: Layout) -> None:
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
            surface.line((x, top - gap - MARK), (x, top - gap), CUT)
            surface.line((x, bottom + gap), (x, bottom + gap + MARK), CUT)
        else:
            surface.line((x, top), (x, bottom), CUT)
    for row in range(layout.rows + 1):
        y = top + row * high
        if layout.bleed:
            surface.line((left - gap - MARK, y), (left - gap, y), CUT)
            surface.line((right + gap, y), (right + gap + MARK, y), CUT)
        else:
            surface.line((left, y), (right, y), CUT)


def _stamp(surface: Surface, boxes: Sequence[Box]) -> None:
    """Stamp each piece, so that none of them can be cut out and hung."""
    for box in boxes:
        middle_x, middle_y = box.left + box.width / 2, box.top + box.height / 2
        size = min(box.width / 3, box.height * 0.55)
        with surface.turned(20, middle_x, middle_y), surface.faded(FAINT):
            whole = Box(box.left, middle_y - size, box.width, 2 * size)
            surface.text(whole, SAMPLE, size, bold=True, colour=RED, align="C")
