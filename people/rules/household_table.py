"""What is wrong with the lines of a table of households, line by line, in bounded memory.

One line is one person; the lines of a household share its number.  What describes the household
stands on its first line; further lines repeat it or leave it empty.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from people.errors import BadField
from people.rules.households import (
    LIES_IN,
    HouseholdKind,
    HouseholdRow,
    MemberRow,
    checked_household,
    checked_kind,
    checked_member,
    checked_number,
)
from people.rules.imports import Finding, Problem
from people.rules.sheets import Row
from people.rules.tree import is_code, level_of

HOUSEHOLD_COLUMNS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "number": ("户号",),
        "area": ("区域编码", "网格编码", "编码"),
        "member": ("姓名",),
        "phone": ("手机", "手机号"),
        "head": ("户主", "是否户主"),
        "address": ("地址", "住址"),
        "kind": ("类型",),
        "name": ("单位名称", "名称"),
    }
)
_YES: Final = frozenset({"是", "1", "true", "yes", "y", "户主"})
_NO: Final = frozenset({"", "否", "0", "false", "no", "n"})


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A line of the table, read and found good; a household may have nobody yet."""

    line: int
    household: HouseholdRow
    member: MemberRow | None


@dataclass(slots=True)
class _Seen:
    """A household that came up on an earlier line."""

    household: HouseholdRow
    has_head: bool = False


@dataclass(slots=True)
class HouseholdTable:
    """Looks through a table; what it keeps of each line is a number or two.

    Args:
        areas: the open areas.
        may: whether whoever imports may write into the area with that code.
    """

    areas: Collection[str]
    may: Callable[[str], bool]
    _households: dict[str, _Seen] = field(default_factory=dict)
    _phones: set[int] = field(default_factory=set)
    _people: set[int] = field(default_factory=set)  # of household and name

    @property
    def households(self) -> int:
        """How many households have come up."""
        return len(self._households)

    def read(self, row: Row) -> HouseholdLine | Problem:
        """Return what a line says, or all that is wrong with it."""
        found = Finding(row)
        number = found.read(checked_number, "number", "")
        seen = self._households.get(number)
        household = self._household(found, number, seen)
        member = self._member(found)
        if number and member is not None:
            self._compare(found, number, member, seen)
        problems = found.problem()
        if problems or household is None:
            return problems[0]
        self._keep(household, member)
        return HouseholdLine(row.line, household, member)

    def _household(self, found: Finding, number: str, seen: _Seen | None) -> HouseholdRow | None:
        area = found.cell("area") or (seen.household.area_code if seen else "")
        if not is_code(area) or level_of(area) not in LIES_IN:
            found.reasons.append("区域编码要 12、15 或 17 位数字" if area else "没有写区域编码")
            return None
        if area not in self.areas:
            found.reasons.append(f"没有编码为 {area} 的区域，或者它已经撤销")
        elif not self.may(area):
            found.reasons.append("这个区域不归您管")
        kind = found.read(checked_kind, "kind", HouseholdKind.FAMILY)
        if seen is not None:
            self._same(found, area, kind, seen.household)
            return seen.household
        try:
            return checked_household(
                HouseholdRow(
                    area_code=area,
                    kind=kind,
                    name=found.cell("name"),
                    address=found.cell("address"),
                    number=number,
                )
            )
        except BadField as refusal:
            found.reasons.append(str(refusal))
            return None

    def _same(self, found: Finding, area: str, kind: HouseholdKind, known: HouseholdRow) -> None:
        other = area != known.area_code
        other |= bool(found.cell("kind")) and kind is not known.kind
        other |= found.cell("address") not in {"", known.address}
        other |= found.cell("name") not in {"", known.name}
        if other:
            found.reasons.append("和同一户前面的行写得不一样（区域、地址、类型或名称）")

    def _member(self, found: Finding) -> MemberRow | None:
        is_head = found.read(_yes, "head", otherwise=False)
        if not any(found.cell(name) for name in ("member", "phone")) and not is_head:
            return None  # a dormitory nobody was written down for yet
        row = MemberRow(name=found.cell("member"), phone=found.cell("phone"), is_head=is_head)
        try:
            return checked_member(row)
        except BadField as refusal:
            found.reasons.append(str(refusal))
            return None

    def _compare(self, found: Finding, number: str, member: MemberRow, seen: _Seen | None) -> None:
        if member.phone and int(member.phone) in self._phones:
            found.reasons.append("这个手机号在表里写了两次")
        if hash((number, member.name)) in self._people:
            found.reasons.append("同一户里这个姓名写了两次")
        if member.is_head and seen is not None and seen.has_head:
            found.reasons.append("这一户写了两个户主")

    def _keep(self, household: HouseholdRow, member: MemberRow | None) -> None:
        seen = self._households.setdefault(household.number, _Seen(household))
        if member is None:
            return
        seen.has_head |= member.is_head
        self._people.add(hash((household.number, member.name)))
        if member.phone:
            self._phones.add(int(member.phone))


def _yes(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise BadField("户主一格只能写是或否")
    return word in _YES
