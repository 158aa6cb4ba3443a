"""Who may reach what, read from the domain's own table and words and from none of the code.

Only the columns and notes of ``roles_permissions.csv`` speak here, and what ARCHITECTURE says of
the words in its cells.  Nothing of ``people.queries.scope`` or ``grid.rules`` is asked.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = ROOT / "kernel/data/roles_permissions.csv"
POLICE_ROLES: Final = frozenset({"police_aux", "station"})
# How many digits of an area's code a cell's word covers, from where the hat is worn.
DIGITS: Final = {"grid": 15, "vil": 12, "town": 9, "dist": 6}
ONLY_POLICE: Final = "职能部门只限涉警件"
NOT_URGENT: Final = "兼职只核实非紧急件"

# Places of the planted district, by how near they lie to whoever works "here".
PLACES: Final[Mapping[str, str]] = {
    "here": "330106001001001",
    "next": "330106001001002",  # another grid of the same village
    "beside": "330106001002001",  # another village of the same town
    "away": "330106002001001",  # another town
    "abroad": "330107001001001",  # another district
}
# Where each of the fourteen roles, and of the three kinds of departments, wears their hat.
AT_LENGTH: Final[Mapping[str, int]] = {
    "resident": 12,
    "grid_full": 15,
    "grid_part": 15,
    "grid_leader": 15,
    "police_aux": 12,
    "village_admin": 12,
    "town_admin": 9,
    "district_cmd": 6,
    "dept_handler": 9,
    "other_department": 9,
    "station": 9,
    "mediator": 12,
    "shop_volunteer": 12,
    "place_owner": 12,
    "landlord": 12,
    "auditor": 6,
    "sysadmin": 6,
}
DEPARTMENT: Final[Mapping[str, str]] = {
    "dept_handler": "urban_mgmt",
    "other_department": "fire",
    "station": "police_station",
}
# Who can have a case in hand at all: whose column of case:handle is not empty.
HANDS: Final = (
    "grid_full",
    "grid_part",
    "grid_leader",
    "police_aux",
    "village_admin",
    "town_admin",
    "district_cmd",
    "dept_handler",
    "other_department",
    "station",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the cell of each role, and the note."""

    cells: Mapping[str, str]
    note: str


def read_table() -> Mapping[str, Row]:
    """Return the table by permission."""
    with TABLE.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {
        row["permission"]: Row(
            {role: row[column] for role, column in _columns().items()}, row["note"]
        )
        for row in rows
    }


def _columns() -> Mapping[str, str]:
    return {role: "dept_handler" if role in DEPARTMENT else role for role in AT_LENGTH}


CSV: Final = read_table()


@dataclass(slots=True)
class Thing:
    """Something planted: where it lies, and what else decides who reaches it."""

    place: str
    state: str = ""
    owner: str = ""  # the role of whoever here has it in hand; "" is somebody else
    department: str = ""
    police: bool = False
    urgent: bool = False
    asked: str = ""  # the department that was asked to join in, beside whose it is
    names: dict[str, str] = field(default_factory=dict)  # what addresses call it by

    @property
    def area(self) -> str:
        return PLACES[self.place]


def hat_of(role: str) -> str:
    """Return where *role* wears their hat: always over here."""
    return PLACES["here"][: AT_LENGTH[role]]


def holds(role: str, permission: str) -> bool:
    """Whether *role* holds *permission* anywhere."""
    return role in CSV[permission].cells and CSV[permission].cells[role] != "-"


def reaches(role: str, permission: str, thing: Thing) -> bool:
    """Whether *role*, who works here, reaches *thing* under *permission*."""
    if not holds(role, permission) or is_closed_to(role, permission, thing):
        return False
    cell, hat = CSV[permission].cells[role], hat_of(role)
    if cell in {"own", "asg"}:
        return thing.owner == role if cell == "own" else turn(role, thing)
    if cell == "dept":
        return thing.area.startswith(hat) and thing.department == DEPARTMENT[role]
    return cell == "all" or thing.area.startswith(hat[: DIGITS[cell]])


def is_closed_to(role: str, permission: str, thing: Thing) -> bool:
    """Whether the notes shut out whom a cell would let in: 涉警件只有辅警和派出所看得到."""
    if thing.police and role not in POLICE_ROLES:
        return True
    narrowed = ONLY_POLICE in CSV[permission].note and role in DEPARTMENT
    return narrowed and not thing.police


def turn(role: str, thing: Thing) -> bool:
    """Whether it is the turn of *role*: they have it, may verify it, give it out or judge it."""
    if thing.state in {"handling", "dispatched"}:
        return thing.owner == role
    if thing.state in {"to_verify", "spot"}:
        if role == "district_cmd":  # only what nobody below may verify: here somebody may
            return False
        part = role == "grid_part" and NOT_URGENT in CSV["case:verify"].note
        return reaches(role, "case:verify", thing) and not (part and thing.urgent)
    if thing.state == "submitted":
        return reaches(role, "case:assign", thing)
    if thing.state == "objected":
        return reaches(role, "case:object-decide", thing)
    return False
