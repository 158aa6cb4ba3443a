"""The area tree, read off its codes: a code begins with the code of what contains it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.access import Hat
from kernel.grants import Scope
from people.errors import NoSuchArea


class Level(StrEnum):
    """How deep an area lies."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    MICRO_GRID = "micro_grid"


LEVELS: Final[Mapping[int, Level]] = MappingProxyType(
    {6: Level.DISTRICT, 9: Level.TOWN, 12: Level.VILLAGE, 15: Level.GRID, 17: Level.MICRO_GRID}
)
DIGITS: Final[Mapping[Level, int]] = MappingProxyType(
    {level: length for length, level in LEVELS.items()}
)
LEVEL_NAMES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.DISTRICT: "区县",
        Level.TOWN: "镇街",
        Level.VILLAGE: "村社",
        Level.GRID: "网格",
        Level.MICRO_GRID: "微网格",
    }
)
_REACH: Final[Mapping[Scope, Level]] = MappingProxyType(
    {
        Scope.GRID: Level.GRID,
        Scope.VILLAGE: Level.VILLAGE,
        Scope.TOWN: Level.TOWN,
        Scope.DISTRICT: Level.DISTRICT,
    }
)


def is_code(text: str) -> bool:
    """Whether *text* could be the code of an area: 6, 9, 12, 15 or 17 ASCII digits."""
    return text.isascii() and text.isdigit() and len(text) in LEVELS


def level_of(code: str) -> Level:
    """Return the level of an area *code*, which is 6, 9, 12, 15 or 17 digits long.

    Raises:
        NoSuchArea: for anything else.
    """
    if not is_code(code):
        raise NoSuchArea("没有这个区域。")
    return LEVELS[len(code)]


def parent_of(code: str) -> str | None:
    """Return the code of what contains *code*; the district is contained in nothing."""
    shorter = [length for length in LEVELS if length < len(code)]
    return code[: max(shorter)] if shorter else None


def ancestors(code: str) -> tuple[str, ...]:
    """Return *code* and what contains it, from the inside out."""
    return tuple(code[:length] for length in sorted(LEVELS, reverse=True) if length <= len(code))


def at_level(code: str, level: Level) -> str | None:
    """Return the area of *level* that contains *code*, or None if *code* lies above it."""
    return code[: DIGITS[level]] if len(code) >= DIGITS[level] else None


def after(code: str) -> str:
    """Return the first code of the same length that no longer begins with *code*.

    A range is what an ordinary index can answer.  It must hold in any
    collation, so the end is a number again and not, say, a tilde.
    """
    return str(int(code) + 1).zfill(len(code))


def reach(hat: Hat, scope: Scope) -> str:
    """Return the area that *scope* opens to whoever wears *hat*.

    A hat worn deeper than the scope (the head of a micro-grid, for a
    permission of the grid) reaches up to it; one worn higher keeps its area.
    """
    return at_level(hat.area, _REACH[scope]) or hat.area
