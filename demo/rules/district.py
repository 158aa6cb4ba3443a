"""The areas of the demo district.  Province 33 has no city 99: nobody lives there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from people.rules import AreaRow

DISTRICT: Final = "339901"
TOWNS: Final = ("339901001", "339901100")
GRIDS_A_VILLAGE: Final = 4
WEST: Final = 119.80  # degrees, WGS-84, of the south-west corner
SOUTH: Final = 30.10
GRID_SIDE: Final = 0.006  # degrees: some 600 m, so that a grid holds a few hundred households
VILLAGES_A_TOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the demo, and which of its numbers residents may see."""

    code: str
    name: str
    zone: str = ""
    shows_phones: bool = True


VILLAGES: Final = (
    Village("339901001001", "清溪社区", "滨水片区"),
    Village("339901001002", "柳桥社区", "滨水片区"),
    Village("339901001003", "桂花园社区"),
    Village("339901100201", "青石村"),
    Village("339901100202", "茶山村", shows_phones=False),
    Village("339901100203", "石桥头村"),
)
MICRO_GRIDS: Final = ("清溪花苑一区", "清溪花苑二区", "溪边老街", "临溪公寓")
GRIDS: Final = tuple(
    f"{village.code}{number:03}" for village in VILLAGES for number in range(1, GRIDS_A_VILLAGE + 1)
)


def areas() -> Iterator[AreaRow]:
    """Yield every area, what contains others before what it contains."""
    yield AreaRow(DISTRICT, "云溪区", desk_phone="0571-00000100")
    yield AreaRow(TOWNS[0], "清溪街道", desk_phone="0571-00000110")
    yield AreaRow(TOWNS[1], "青石镇", desk_phone="0571-00000120")
    for number, village in enumerate(VILLAGES, 1):
        yield AreaRow(
            village.code,
            village.name,
            zone=village.zone,
            desk_phone=f"0571-0000020{number}",
            shows_phones=village.shows_phones,
        )
    for code in GRIDS:
        yield AreaRow(code, f"第{int(code[-3:])}网格", boundary=boundary(code))
    for number, name in enumerate(MICRO_GRIDS):
        yield AreaRow(f"{GRIDS[number // 2]}{number % 2 + 1:02}", name)


def corner(grid: str) -> tuple[float, float]:
    """Return latitude and longitude of a grid's south-west corner: two by two in a village."""
    village = next(n for n, one in enumerate(VILLAGES) if grid.startswith(one.code))
    row, column = divmod(village, VILLAGES_A_TOWN)
    up, right = divmod(int(grid[12:15]) - 1, 2)
    return SOUTH + (2 * row + up) * GRID_SIDE, WEST + (2 * column + right) * GRID_SIDE


def inside(grid: str, northing: int, easting: int) -> tuple[float, float]:
    """Return a point so many percent of the way up and to the right in a grid."""
    south, west = corner(grid)
    return (
        round(south + GRID_SIDE * northing / 100, 6),
        round(west + GRID_SIDE * easting / 100, 6),
    )


def boundary(grid: str) -> dict[str, object]:
    """Return a grid's boundary as GeoJSON."""
    south, west = corner(grid)
    north, east = south + GRID_SIDE, west + GRID_SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}
