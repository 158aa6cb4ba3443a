"""Which fonts the paper is set in.  A character none of them has stops the press."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from qr.errors import CannotPrint

_OURS: Final = files("qr").joinpath("data", "fonts")
# Plain and bold of one family, in the order in which they are looked for (QR.md, section 4): what
# we bring has the common characters and is read in a tenth of the time (ops/fonts); Noto and LXGW
# have every character of Chinese place names, WenQuanYi the 20,902 common ones.
FAMILIES: Final = (
    (
        str(_OURS / "NotoSansCJKsc-Regular-common.otf"),
        str(_OURS / "NotoSansCJKsc-Bold-common.otf"),
    ),
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
        "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Bold.ttf",
    ),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", ""),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", ""),
)
PACKAGE: Final = "fonts-noto-cjk"
SIMPLIFIED: Final = "SC"  # the face of a collection that draws characters as the mainland does
NAME_ID: Final = 1  # OpenType, name table: family

# Drawn in the designs' own words, which a font without them could not print either.
_BLANK: Final = frozenset(" \n")


class NoFont(CannotPrint):
    """No font with Chinese characters is installed."""


class MissingGlyph(CannotPrint):
    """No installed font has a shape for a character, and a box is never printed."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a font file."""

    path: str
    number: int = 0  # in a collection

    @property
    def characters(self) -> frozenset[str]:
        """Return the characters it has shapes for."""
        return _characters(self.path, self.number)


@dataclass(frozen=True, slots=True)
class Fonts:
    """What an order is set in: plain, bold, and what helps out where those have no shape.

    Each of the others is plain and bold of one family.
    """

    plain: Face
    bold: Face
    others: tuple[tuple[Face, Face], ...] = ()

    def fitting(self, texts: Iterable[str]) -> "Fonts":
        """Return what *texts* need of these: no other family is opened for nothing.

        Raises:
            MissingGlyph: it names the first character that has no shape in any, and a package
                that might have one.
        """
        missing = {letter for text in texts for letter in text} - _BLANK
        missing -= _letters(self.plain, self.bold)
        needed = []
        for other in self.others:
            if helped := missing & _letters(*other):
                needed.append(other)
                missing -= helped
        if missing:
            letter = min(missing)
            raise MissingGlyph(
                "字体里没有“%(letter)s”（U+%(point)s）这个字，印出来会是方框，"
                "所以没有印。请在服务器上安装 %(package)s，或者改掉这个字。",
                letter=letter,
                point=f"{ord(letter):04X}",
                package=PACKAGE,
            )
        return replace(self, others=tuple(needed))


def find_fonts(
    configured: Sequence[str] = (), families: Sequence[tuple[str, str]] = FAMILIES
) -> Fonts:
    """Return the first family there is, *configured* ones (plain, bold) before ours.

    Raises:
        NoFont: there is none, or a configured one cannot be read.
    """
    found: list[tuple[Face, Face]] = []
    if configured:
        plain, bold = configured[0], configured[-1]
        found.append((_face(plain), _face(bold)))
    for plain, bold in families:
        if Path(plain).is_file():
            found.append((_face(plain), _face(bold if bold and Path(bold).is_file() else plain)))
    if not found:
        raise NoFont(
            "服务器上没有中文字体，印不了。请安装 %(package)s，"
            "或者在设置 PRINT_FONT 里写明字体文件。",
            package=PACKAGE,
        )
    return Fonts(*found[0], others=tuple(found[1:]))


def _letters(plain: Face, bold: Face) -> frozenset[str]:
    """Return the characters that both faces have shapes for."""
    return plain.characters & bold.characters


def _face(path: str) -> Face:
    try:
        return Face(path, _simplified(path))
    except (OSError, TTLibError):
        raise NoFont(
            "字体文件读不出来：%(path)s。请改正设置 PRINT_FONT，或者去掉它，安装 %(package)s。",
            path=os.fspath(path),
            package=PACKAGE,
        ) from None


@cache
def _simplified(path: str) -> int:
    """Return the number of the mainland's face in a collection; 0 of any other file."""
    with Path(path).open("rb") as file:  # not left to the library: it leaks what it cannot read
        if not path.endswith((".ttc", ".otc")):
            TTFont(file, lazy=True)
            return 0
        for number, font in enumerate(TTCollection(file, lazy=True).fonts):
            if SIMPLIFIED in str(font["name"].getDebugName(NAME_ID)).split():
                return number
    return 0


@cache
def _characters(path: str, number: int) -> frozenset[str]:
    with TTFont(path, fontNumber=number, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))
