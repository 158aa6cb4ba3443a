"""How high up an owner stands, and who stands one level above.

There are two ways up that never meet: the area's (worker, leader, village, town, district) and the
police's (auxiliary, station, the bureau above it).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.grants import Role


class Level(StrEnum):
    """Where the owner of a case stands."""

    GRID = "grid"
    GRID_LEADER = "grid_leader"
    DEPARTMENT = "department"  # also outside units: the town answers for what they do
    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"
    POLICE_AUX = "police_aux"
    POLICE_STATION = "police_station"
    POLICE = "police"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return LABELS[self]


LABELS: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.GRID: "网格",
        Level.GRID_LEADER: "网格长",
        Level.DEPARTMENT: "承办单位",
        Level.VILLAGE: "村社",
        Level.TOWN: "镇街",
        Level.DISTRICT: "区级指挥中心",
        Level.POLICE_AUX: "辅警",
        Level.POLICE_STATION: "派出所",
        Level.POLICE: "公安",
    }
)
ONE_UP: Final[Mapping[Level, Level]] = MappingProxyType(
    {
        Level.GRID: Level.GRID_LEADER,
        Level.GRID_LEADER: Level.VILLAGE,
        Level.VILLAGE: Level.TOWN,
        Level.DEPARTMENT: Level.TOWN,
        Level.TOWN: Level.DISTRICT,
        Level.POLICE_AUX: Level.POLICE_STATION,
        Level.POLICE_STATION: Level.POLICE,
    }
)
POLICE_LEVELS: Final = frozenset({Level.POLICE_AUX, Level.POLICE_STATION, Level.POLICE})
# The ladder speaks of the area's levels; in a police case these stand in (event_categories.yaml:
# 镇级、区级的动作由派出所及其上级的承办人做).
AT_THE_POLICE: Final[Mapping[Level, Level]] = MappingProxyType(
    {
        Level.GRID: Level.POLICE_AUX,
        Level.GRID_LEADER: Level.POLICE_STATION,
        Level.VILLAGE: Level.POLICE_STATION,
        Level.TOWN: Level.POLICE_STATION,
        Level.DISTRICT: Level.POLICE,
    }
)
ROLES_OF_LEVEL: Final[Mapping[Level, frozenset[Role]]] = MappingProxyType(
    {
        Level.GRID: frozenset({Role.GRID_FULL, Role.GRID_PART}),
        Level.GRID_LEADER: frozenset({Role.GRID_LEADER}),
        Level.DEPARTMENT: frozenset({Role.DEPT_HANDLER}),
        Level.VILLAGE: frozenset({Role.VILLAGE_ADMIN}),
        Level.TOWN: frozenset({Role.TOWN_ADMIN}),
        Level.DISTRICT: frozenset({Role.DISTRICT_CMD}),
        Level.POLICE_AUX: frozenset({Role.POLICE_AUX}),
        Level.POLICE_STATION: frozenset({Role.DEPT_HANDLER}),
        Level.POLICE: frozenset({Role.DEPT_HANDLER}),
    }
)


def is_above(level: Level, other: Level) -> bool:
    """Whether *level* is reached from *other* by going up at least once."""
    above = ONE_UP.get(other)
    while above is not None and above is not level:
        above = ONE_UP.get(above)
    return above is level


def is_one_above(level: Level, other: Level) -> bool:
    """Whether *level* stands right above *other*."""
    return ONE_UP.get(other) is level
