"""Which characters can be printed on a label, known without opening a font.

Names are typed where no font is at hand, and a name that the paper's fonts lack would stop a whole
order.  All that stands here is in Noto Sans CJK SC, the first whole family that
`qr.rules.press.fonts` looks for; the rare ideographs are its 2,365 beyond the basic plane.  Where
only a smaller family is installed, a rare character still stops the press, which names it.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Final

_RANGES: Final = (
    (0x20, 0x7E),
    (0xA1, 0xFF),
    (0x391, 0x3A1),  # Greek
    (0x3A3, 0x3A9),
    (0x3B1, 0x3C9),
    (0x410, 0x44F),  # Cyrillic
    (0x2010, 0x2016),  # dashes
    (0x2018, 0x201A),  # quotation marks
    (0x201C, 0x201E),
    (0x2160, 0x216B),  # Roman numerals
    (0x2170, 0x2179),
    (0x2190, 0x2193),  # arrows
    (0x2460, 0x249B),  # numbers in circles
    (0x3001, 0x3029),
    (0x3041, 0x3096),
    (0x30A1, 0x30FE),
    (0x3105, 0x3129),
    (0x3220, 0x3243),  # ㈠ ㈱
    (0x3280, 0x32B0),
    (0x3380, 0x33DD),  # ㎡
    (0x3400, 0x4DB5),  # ideographs
    (0x4E00, 0x9FEF),
    (0xAC00, 0xD7A3),  # Korean syllables
    (0xF900, 0xFA2D),
    (0xFF01, 0xFF5E),
    (0xFFE0, 0xFFE6),
)
_SINGLE: Final = "āēīōūǎěǐǒǔǖǘǚǜЁё•…‰′″※℃№■□▲△◆◇○◎●★☆"
# Without any picture although they count as letters or symbols: fillers of Korean and Braille.
_EMPTY: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@cache
def printable() -> frozenset[int]:
    """Return the code points that every label can show."""
    rare = files("qr").joinpath("data", "rare_characters.txt").read_text("utf-8")
    whole = chain.from_iterable(range(first, last + 1) for first, last in _RANGES)
    return frozenset(whole) - {0xAD} | {ord(letter) for letter in _SINGLE + "".join(rare.split())}


def first_unprintable(text: str) -> str:
    """Return the first character of *text* that no label can show, or "" if it can show all."""
    known = printable()
    return next((letter for letter in text if ord(letter) not in known), "")


def is_invisible(letter: str) -> bool:
    """Whether nothing is to be seen of it, so that a person must be told where to look."""
    return letter in _EMPTY or unicodedata.category(letter)[0] in "CMZ"
