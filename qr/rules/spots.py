"""What may be said about the place where a code hangs."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from qr.errors import BadPlace
from qr.rules.lifecycle import CodeKind

LONGEST_NAME: Final = 60
DECIMALS: Final = 6  # of a degree: a tenth of a metre

# Whoever scans one of these has to see where it ought to hang.
NAMED: Final = frozenset({CodeKind.SPOT, CodeKind.PLACE, CodeKind.DESK})


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees, WGS-84: what phones measure, not what maps in China draw."""

    lat: float
    lng: float


def checked_name(kind: CodeKind, name: str) -> str:
    """Return the *name* of the place as it is printed, its spaces tidied.

    Raises:
        BadPlace: it is missing, too long for a label, or holds what cannot be printed.
    """
    tidy = " ".join(name.split())
    if not tidy and kind in NAMED:
        raise BadPlace("请写明这张码挂在什么地方。")
    if len(tidy) > LONGEST_NAME:
        raise BadPlace("地点名称太长，最多%(most)s个字。", most=LONGEST_NAME)
    # Control, direction-changing and unassigned characters would print as boxes or not at all.
    if any(unicodedata.category(letter).startswith("C") for letter in tidy):
        raise BadPlace("地点名称里有打印不出的字符。")
    return tidy


def checked_position(position: Position | None) -> Position | None:
    """Return *position* rounded to what is kept of it.

    Raises:
        BadPlace: there is no such point on earth.
    """
    if position is None:
        return None
    # Written so that NaN, which is neither within nor beyond, is refused.
    if not (-90 <= position.lat <= 90 and -180 <= position.lng <= 180):  # noqa: PLR2004 - degrees
        raise BadPlace("经纬度不对。")
    return Position(round(position.lat, DECIMALS), round(position.lng, DECIMALS))
