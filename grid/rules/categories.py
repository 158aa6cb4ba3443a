"""Categories, tiles and departments: versioned reference data, looked up by code.

``CATALOGUE`` and ``DEPARTMENTS`` hold what the program ships; ``Catalogue.read`` reads another
version of the same file.  A resident taps a tile; the category is settled by whoever accepts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from grid.errors import NoSuchCategory
from grid.rules.levels import Level
from grid.rules.source import packaged, tree
from grid.rules.states import Urgency
from kernel.grants import Role

POLICE_BUREAU: Final = "police"  # the department above the police station
Shared = TypeVar("Shared")


class AsksUrgency(StrEnum):
    """How the urgency of a category comes about."""

    ALWAYS = "always"
    NEVER = "never"
    ASK = "ask"  # the form asks one question: is anybody in danger now?


class Danger(StrEnum):
    """The answer to 现在有危险吗."""

    YES = "yes"
    NO = "no"


class Privacy(StrEnum):
    """Who may see a case of this category."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    POLICE = "police"


@dataclass(frozen=True, slots=True)
class CallFirst:
    """A number to ring before reporting, and when."""

    tel: str
    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the large buttons of the report form."""

    code: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What kind of thing a case is about.  A clock that is None follows the policy in force."""

    code: str
    name: str
    tile: str | None  # None = its own channel, in no tile
    urgency: AsksUrgency
    dept: str
    co: tuple[str, ...]
    privacy: Privacy
    public: bool  # may become a published example once closed
    coin: str | None
    hint: str
    mapping: str
    accept_min: int | None
    respond_min: int | None
    close_h: int | None  # hours, when urgent
    close_wd: int | None  # working days, when not
    reply_wd: int | None  # working days to an answer, where an answer is all there is to do
    ext_wd: int | None  # working days in all after an approved extension
    mediate: bool  # runs on the time limit of mediation
    to_mediation: bool  # may be handed over to a mediator
    anonymous: bool  # the form offers to leave no name first
    skip_level: bool
    call_first: tuple[CallFirst, ...]
    version: int


@dataclass(frozen=True, slots=True)
class PoliceRule:
    """Who is left when a case is for the police only."""

    departments: frozenset[str]  # whose handlers may
    roles: frozenset[Role]  # who may wherever they belong
    stands_in: Mapping[Role, Role]  # whose moves are made by whom


@dataclass(frozen=True, slots=True)
class Hotline:
    """A public number of a department."""

    tel: str
    name: str


@dataclass(frozen=True, slots=True)
class Department:
    """Who can be in charge of a category."""

    code: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    hotlines: tuple[Hotline, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One version of ``event_categories.yaml``."""

    version: int
    tiles: Mapping[str, Tile]
    categories: Mapping[str, Category]
    police: PoliceRule

    def words(self) -> Mapping[str, str]:
        """Return the code of each category, by its name and by itself."""
        return MappingProxyType(
            {word: one.code for one in self.categories.values() for word in (one.name, one.code)}
        )

    @classmethod
    def read(cls, text: str) -> "Catalogue":
        """Read the file's text; what is misspelled raises ValueError, KeyError or TypeError."""
        data = tree(text)
        found = [_category(data, row) for row in _rows(data)]
        return cls(
            data["version"],
            MappingProxyType({row["code"]: Tile(**row) for row in data["tiles"]}),
            MappingProxyType({category.code: category for category in found}),
            _police(data["privacy_rules"]),
        )

    def category(self, code: str) -> Category:
        """Return one category.

        Raises:
            NoSuchCategory: there is none with that code.
        """
        return _found(self.categories, code, "没有这个类目。")

    def tile(self, code: str) -> Tile:
        """Return one tile.

        Raises:
            NoSuchCategory: there is none with that code.
        """
        return _found(self.tiles, code, "没有这个格子。")

    def under(self, tile: str) -> tuple[Category, ...]:
        """Return the categories a tile leads to, in the order of the file."""
        return tuple(one for one in self.categories.values() if one.tile == tile)

    def possible(self, category: str | None, tile: str | None) -> tuple[Category, ...]:
        """Return what a case may still turn out to be: its category, else all under its tile."""
        if category is not None:
            return (self.category(category),)
        return self.under(tile) if tile else ()

    def call_first(self, category: str | None, tile: str | None) -> tuple[CallFirst, ...]:
        """Return the numbers to show above the form, each once, in the order of the file."""
        calls = [call for one in self.possible(category, tile) for call in one.call_first]
        return tuple(sorted(set(calls), key=calls.index))

    def privacy_of(self, category: str | None, tile: str | None) -> Privacy:
        """Return who may see a case.

        Before its category is settled it is for the police if all it can become is, and else
        sensitive: words and pictures already shown to everybody cannot be taken back.
        """
        shared = _shared(self.possible(category, tile), lambda one: one.privacy)
        return shared or Privacy.SENSITIVE

    def department_of(self, category: str | None, tile: str | None) -> str | None:
        """Return the department in charge; None while the tile leaves several open."""
        return _shared(self.possible(category, tile), lambda one: one.dept)

    def is_mediated(self, category: str | None, tile: str | None) -> bool:
        """Whether the time limit of mediation holds, already by the tile if need be."""
        return bool(_shared(self.possible(category, tile), lambda one: one.mediate))

    def police_may(self, roles: frozenset[Role], departments: frozenset[str]) -> bool:
        """Whether somebody with *roles* in *departments* may have to do with police cases.

        The bureau above the station is let in too: it takes what the station passes up.
        """
        there = {*self.police.departments, POLICE_BUREAU}
        handles = roles & set(self.police.stands_in.values()) and departments & there
        return bool(roles & self.police.roles or handles)


def urgency_of(category: Category | None, danger: Danger | None) -> Urgency:
    """Decide the policy.  Without a category the resident's own answer about danger decides."""
    mode = AsksUrgency.ASK if category is None else category.urgency
    if mode is AsksUrgency.ALWAYS:
        return Urgency.URGENT
    asked = mode is AsksUrgency.ASK and danger is Danger.YES
    return Urgency.URGENT if asked else Urgency.NORMAL


def department(code: str) -> Department:
    """Return one department.

    Raises:
        NoSuchCategory: there is none with that code.
    """
    return _found(DEPARTMENTS, code, "没有这个单位。")


def level_of_department(code: str) -> Level:
    """Return where an owner from this department stands."""
    return {
        "police_station": Level.POLICE_STATION,
        POLICE_BUREAU: Level.POLICE,
        "town": Level.TOWN,
        "village": Level.VILLAGE,
    }.get(code, Level.DEPARTMENT)


def _found(table: Mapping[str, Shared], code: str, sentence: str) -> Shared:
    if code not in table:
        raise NoSuchCategory(sentence)
    return table[code]


def _shared(categories: tuple[Category, ...], value: Callable[[Category], Shared]) -> Shared | None:
    """Return what all of them have in common, or None."""
    values = {value(one) for one in categories}
    return values.pop() if len(values) == 1 else None


def _rows(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for group in data["groups"]:
        for item in group["items"]:
            yield {"tile": group["tile"], **item}
    for item in data["system_items"]:
        yield {"tile": None, **item}


def _category(data: Mapping[str, Any], row: Mapping[str, Any]) -> Category:
    code = row["code"]
    clocks = {
        name: row.get(name)
        for name in ("accept_min", "respond_min", "close_h", "close_wd", "reply_wd", "ext_wd")
    }
    return Category(
        code=code,
        name=row["name"],
        tile=row["tile"],
        urgency=AsksUrgency(row["urgent"]),
        dept=row["dept"],
        co=tuple(row.get("co", ())),
        privacy=Privacy(row.get("privacy", data["defaults"]["privacy"])),
        public=row["public"],
        coin=None if row["coin"] == "none" else row["coin"],
        hint=row.get("hint", ""),
        mapping=row.get("mapping", ""),
        mediate=row.get("policy") == "mediate",
        call_first=tuple(
            CallFirst(call["tel"], call["text"])
            for call in data["call_first"]
            if code in call["codes"]
        ),
        to_mediation=row.get("to_mediation", False),
        anonymous=row.get("anonymous", False),
        skip_level=row.get("skip_level", False),
        version=data["version"],
        **clocks,
    )


def _police(rules: list[dict[str, Any]]) -> PoliceRule:
    rule = next(row for row in rules if row["code"] == Privacy.POLICE)
    stands_in = {Role(role): Role(by) for role, by in rule["stands_in"].items()}
    return PoliceRule(
        frozenset(rule["depts"]), frozenset(map(Role, rule["roles"])), MappingProxyType(stands_in)
    )


def _department(row: Mapping[str, Any]) -> Department:
    hotlines = tuple(Hotline(**line) for line in row.get("hotlines", ()))
    return Department(row["code"], row["name"], row["kind"], tuple(row["aliases"]), hotlines)


CATALOGUE: Final = Catalogue.read(packaged("event_categories"))
DEPARTMENTS: Final[Mapping[str, Department]] = MappingProxyType(
    {row["code"]: _department(row) for row in tree(packaged("departments"))["departments"]}
)
