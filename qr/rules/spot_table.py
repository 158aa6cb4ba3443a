"""Spots from a table: all that is wrong with its lines, before anything is written."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from people.rules import Problem, Row
from qr.errors import BadPlace
from qr.rules.lifecycle import KIND_NAMES, CodeKind, is_hung
from qr.rules.spots import Position, checked_name, checked_position

SPOT_COLUMNS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "area": ("网格编码", "区域编码"),
        "name": ("地点",),
        "kind": ("种类",),
        "category": ("类目", "类别"),
        "lat": ("纬度",),
        "lng": ("经度",),
    }
)
MOST_SPOTS: Final = 1000  # on SQLite everybody else waits while they are written
# A line of China has its latitude below 54 and its longitude above 73: more is the wrong way round.
NORTH: Final = 54.0
WEST: Final = 73.0
_KINDS: Final[Mapping[str, CodeKind]] = MappingProxyType(
    {word: kind for kind, name in KIND_NAMES.items() for word in (kind.value, name)}
)

T = TypeVar("T")
Key = tuple[str, CodeKind, str]  # no two codes that count have the same area, kind and name


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRow:
    """A line that was found good."""

    area_code: str
    kind: CodeKind
    name: str
    category: str | None = None
    position: Position | None = None

    @property
    def key(self) -> Key:
        """Return what no two of them share."""
        return (self.area_code, self.kind, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a table is compared with."""

    areas: Collection[str]  # that are not closed
    may: Callable[[str], bool]  # order codes in the area with that code
    categories: Mapping[str, str]  # what may be reported: code by name and by itself
    taken: Collection[Key] = frozenset()


def read_spots(rows: Iterable[Row], known: Known) -> tuple[list[SpotRow], list[Problem]]:
    """Return the good lines, and each bad one with all that is wrong with it."""
    good: list[SpotRow] = []
    problems: list[Problem] = []
    seen: Counter[Key] = Counter()
    for number, row in enumerate(rows, 1):
        reasons = [row.fault] if row.fault else []
        spot = _spot(row, known, reasons)
        seen[spot.key] += 1
        if seen[spot.key] > 1:
            reasons.append("和上面的一行重复")
        elif spot.key in known.taken:
            reasons.append("这个地方已经有一张这样的码")
        if number > MOST_SPOTS:
            reasons = [f"一次最多 {MOST_SPOTS} 行，请分成几份"]
        if reasons:
            problems.append(Problem(row.line, "；".join(reasons)))
        else:
            good.append(spot)
        if number > MOST_SPOTS:
            break
    return good, problems


def _spot(row: Row, known: Known, reasons: list[str]) -> SpotRow:
    def cell(column: str) -> str:
        return row.cells.get(column, "")

    area = cell("area")
    if area not in known.areas:
        reasons.append("没有这个网格编码" if area else "没有写网格编码")
    elif not known.may(area):
        reasons.append("这个网格不归您管")
    kind = _KINDS.get(cell("kind") or CodeKind.SPOT)
    if kind is None or not is_hung(kind):
        names = "、".join(name for one, name in KIND_NAMES.items() if is_hung(one))
        reasons.append(f"种类只能写：{names}")
        kind = CodeKind.SPOT
    category = cell("category")
    if category and category not in known.categories:
        reasons.append("没有这个类目")
    return SpotRow(
        area_code=area,
        kind=kind,
        name=_said(reasons, lambda: checked_name(kind, cell("name"))) or "",
        category=known.categories.get(category),
        position=_said(reasons, lambda: _position(cell("lat"), cell("lng"))),
    )


def _said(reasons: list[str], read: Callable[[], T]) -> T | None:
    """Return what was read, or note why it could not be."""
    try:
        return read()
    except BadPlace as refusal:
        reasons.append(str(refusal).rstrip("。"))
        return None


def _position(lat: str, lng: str) -> Position | None:
    if not lat and not lng:
        return None
    if not (lat and lng):
        raise BadPlace("经纬度要么都写，要么都不写。")
    try:
        position = Position(float(lat), float(lng))
    except ValueError:
        raise BadPlace("经纬度要写成数字，比如 30.187654。") from None
    if position.lat > WEST and position.lng < NORTH:
        raise BadPlace("经度和纬度写反了。")
    return checked_position(position)
