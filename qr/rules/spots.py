"""What may be said about the place where a code hangs."""

import math
import unicodedata
from dataclasses import dataclass
from typing import Final

from qr.errors import BadPlace
from qr.rules.letters import first_unprintable, is_invisible
from qr.rules.lifecycle import CodeKind

LONGEST_NAME: Final = 60
DECIMALS: Final = 6  # of a degree: a tenth of a metre
EARTH: Final = 6_371_000.0  # metres
FAR: Final = 300.0  # metres from a code that nobody takes for "here"
VAGUE: Final = 100  # metres a phone may be off when a code is hung; what is vaguer is not kept

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
        BadPlace: it is missing, too long for a label, or holds what cannot be printed; then the
            sentence names the character.
    """
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy and kind in NAMED:
        raise BadPlace("请写明这张码挂在什么地方。")
    if len(tidy) > LONGEST_NAME:
        raise BadPlace("地点名称太长，最多%(most)s个字。", most=LONGEST_NAME)
    odd = first_unprintable(tidy)
    if odd and is_invisible(odd):
        raise BadPlace(
            "地点名称里有一个看不见的字符（%(point)s），印不出来。请把名称重新打一遍。",
            point=f"U+{ord(odd):04X}",
        )
    if odd:
        raise BadPlace(
            "地点名称里的“%(letter)s”（%(point)s）印不出来，请去掉，或者换一个字。",
            letter=odd,
            point=f"U+{ord(odd):04X}",
        )
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


def measured(lat: str, lng: str, off: str) -> Position | None:
    """Return the point a phone measured, or None if it sent none, nonsense, or one too vague."""
    try:
        found, metres = Position(float(lat), float(lng)), float(off or 0)
    except ValueError:
        return None
    # Not (0, 0), which some phones send for "I do not know"; and NaN is no number to keep.
    inside = abs(found.lat) <= 90 and abs(found.lng) <= 180  # noqa: PLR2004 - degrees
    return found if inside and (found.lat, found.lng) != (0.0, 0.0) and metres <= VAGUE else None


def metres_between(one: Position, other: Position) -> float:
    """Return how far two points are from each other, on a sphere."""
    lat, lng = (math.radians(at) for at in (other.lat - one.lat, other.lng - one.lng))
    across = math.cos(math.radians(one.lat)) * math.cos(math.radians(other.lat))
    half = math.sin(lat / 2) ** 2 + across * math.sin(lng / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(half, 1.0)))


def is_far(hangs: Position, said: Position, *, off: int | None) -> bool:
    """Whether *said*, give or take *off* metres, is surely far from where a code *hangs*."""
    return metres_between(hangs, said) - (off or 0) > FAR
