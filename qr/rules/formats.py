"""What a code is printed on: sizes in millimetres, and how many stand on a sheet.

Apart from the drawing, so that a web process that only offers the choice loads no fonts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from qr.errors import MovesOn
from qr.rules.lifecycle import CodeKind, is_secret

# Memory grows with the pages of one PDF (QR.md, section 4): 57 MB at 42, 176 at 500.
MOST_PAGES: Final = 42

# What a page of the site draws while somebody waits, half a second's worth.
MOST_IN_VIEW: Final = 120
MOST_STYLED: Final = 10


class Format(StrEnum):
    """The kinds of printed matter."""

    LABELS_24 = "labels_24"
    LABELS_10 = "labels_10"
    PAGE = "page"
    PLATE = "plate"
    POSTER_A4 = "poster_a4"
    POSTER_A3 = "poster_a3"
    CARDS = "cards"


FORMAT_NAMES: Final[Mapping[Format, str]] = MappingProxyType(
    {
        Format.LABELS_24: "不干胶，一页 24 张（70×37 毫米）",
        Format.LABELS_10: "不干胶，一页 10 张（105×57 毫米）",
        Format.PAGE: "一页一张（A4）",
        Format.PLATE: "门牌（80×120 毫米，带出血和裁切线）",
        Format.POSTER_A4: "海报（A4）",
        Format.POSTER_A3: "海报（A3）",
        Format.CARDS: "户码卡（85.6×54 毫米，一页 10 张，双面）",
    }
)


class Box(NamedTuple):
    """A rectangle on a page, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How pieces stand on the pages of one format.  Lengths in millimetres."""

    page: tuple[float, float]  # width, height
    piece: tuple[float, float]
    columns: int = 1
    rows: int = 1
    bleed: float = 0.0  # colour beyond the cut, so that a cut a hair off shows no white
    both_sides: bool = False  # each page is followed by its back, turned over the long edge
    styled: bool = False  # rounded modules in the house's colour, with the logo in the middle

    @property
    def per_page(self) -> int:
        """Return how many pieces one page holds."""
        return self.columns * self.rows

    @property
    def per_file(self) -> int:
        """Return how many pieces go into one file, backs counted as pages."""
        return self.per_page * (MOST_PAGES // (2 if self.both_sides else 1))

    @property
    def per_view(self) -> int:
        """Return how many pieces a browser is asked to print at once: somebody waits for it."""
        if self.styled:
            return MOST_STYLED
        return min(self.per_page * max(1, MOST_IN_VIEW // self.per_page), self.per_file)

    @property
    def corner(self) -> tuple[float, float]:
        """Return where the first piece begins; all of them stand in the middle of the page."""
        wide, high = self.page
        return (wide - self.columns * self.piece[0]) / 2, (high - self.rows * self.piece[1]) / 2

    def box(self, index: int, *, back: bool = False) -> Box:
        """Return where the piece with this *index* on its page stands.

        Raises:
            IndexError: no page holds so many.
        """
        if not 0 <= index < self.per_page:
            raise IndexError(index)
        row, column = divmod(index, self.columns)
        if back:  # the sheet is turned like a page in a book
            column = self.columns - 1 - column
        left, top = self.corner
        wide, high = self.piece
        return Box(left + column * wide, top + row * high, wide, high)

    def pages(self, count: int) -> int:
        """Return how many pages *count* pieces take, backs included."""
        return -(-count // self.per_page) * (2 if self.both_sides else 1)


REPORTING: Final = frozenset({CodeKind.OPEN, CodeKind.SPOT, CodeKind.PLACE})

A4: Final = (210.0, 297.0)
A3: Final = (297.0, 420.0)

LAYOUTS: Final[Mapping[Format, Layout]] = MappingProxyType(
    {
        # 70 x 37 and 105 x 57 are sold ready cut.
        Format.LABELS_24: Layout(page=A4, piece=(70, 37), columns=3, rows=8),
        Format.LABELS_10: Layout(page=A4, piece=(105, 57), columns=2, rows=5),
        Format.PAGE: Layout(page=A4, piece=A4),
        Format.PLATE: Layout(page=(100, 140), piece=(80, 120), bleed=3),
        Format.POSTER_A4: Layout(page=A4, piece=A4, styled=True),
        Format.POSTER_A3: Layout(page=A3, piece=A3, styled=True),
        # ISO/IEC 7810, ID-1: the size of a bank card.
        Format.CARDS: Layout(page=A4, piece=(85.6, 54), columns=2, rows=5, both_sides=True),
    }
)


def fits(form: Format, kind: CodeKind) -> bool:
    """Whether codes of *kind* are printed as *form*.

    Households' cards are cards, and only they; a poster tells how to report, so it carries
    a code that leads there.  An activity's code moves, so it is on no paper at all.
    """
    if kind is CodeKind.SIGN_IN:
        return False
    if LAYOUTS[form].styled:
        return kind in REPORTING
    return is_secret(kind) == (form is Format.CARDS)


def check_stays(kinds: Iterable[CodeKind | None]) -> None:
    """Make sure that none of *kinds* moves: on paper it would be a sign-in from anywhere.

    Raises:
        MovesOn: one does.
    """
    if CodeKind.SIGN_IN in kinds:
        raise MovesOn("活动的签到码自己会变，不能印出来。请到这场活动的页面打开“签到屏幕”。")


def parts(form: Format, count: int) -> list[range]:
    """Split an order of *count* pieces into the files it is printed as, in order."""
    step = LAYOUTS[form].per_file
    return [range(start, min(start + step, count)) for start in range(0, count, step)]
