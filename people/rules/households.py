"""What a household may be called, who belongs to it, and how long somebody waits to be let in."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from people.errors import BadField
from people.rules.signing import checked_phone
from people.rules.tree import Level, level_of
from people.rules.wording import checked_words


class HouseholdKind(StrEnum):
    """Who shares the door.  No local registration is asked of any of them."""

    FAMILY = "family"
    DORMITORY = "dormitory"
    FIRM = "firm"


class JoinState(StrEnum):
    """What came of somebody's wish to belong to a household."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ImportState(StrEnum):
    """How far the import of a large table has come."""

    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    WRITTEN = "written"
    REFUSED = "refused"


KIND_NAMES: Final[Mapping[HouseholdKind, str]] = MappingProxyType(
    {
        HouseholdKind.FAMILY: "家庭",
        HouseholdKind.DORMITORY: "集体宿舍",
        HouseholdKind.FIRM: "单位",
    }
)
_KINDS: Final[Mapping[str, HouseholdKind]] = MappingProxyType(
    {name: kind for kind, name in KIND_NAMES.items()}
    | {kind.value: kind for kind in HouseholdKind}
    | {"": HouseholdKind.FAMILY, "宿舍": HouseholdKind.DORMITORY}
)
# Households lie where somebody looks after them: in a village or deeper.
LIES_IN: Final = frozenset({Level.VILLAGE, Level.GRID, Level.MICRO_GRID})
JOIN_LIFE: Final = timedelta(days=7)
MOST_JOINS_A_DAY: Final = 5  # a number cannot be guessed with so few
OWN_TO_UNDO: Final = timedelta(days=30)  # so long a head may undo a joining they did not decide
LONGEST_NAME: Final = 30
LONGEST_ADDRESS: Final = 120
LONGEST_FIRM: Final = 60
LONGEST_REASON: Final = 200
_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{2,23}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """What is written about a household, read and found good."""

    area_code: str
    kind: HouseholdKind = HouseholdKind.FAMILY
    name: str = ""  # of a dormitory or a firm
    address: str = ""
    number: str = ""  # 户号; "" has one made


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """What is written about somebody who lives there."""

    name: str
    phone: str = ""  # private, 11 digits
    is_head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWanted:
    """Who leaves a household to be one of their own."""

    members: tuple[int, ...]
    head_id: int  # which of them is its head
    address: str = ""  # its door; "" is the same one


def checked_number(number: str) -> str:
    """Return a household's number as it is kept: capitals, no spaces.

    Raises:
        BadField: if it is no such number.
    """
    kept = re.sub(r"\s", "", unicodedata.normalize("NFKC", number)).upper()
    if not _NUMBER.fullmatch(kept):
        raise BadField("户号要 3 到 24 个数字、字母或短横")
    return kept


def checked_kind(kind: str) -> HouseholdKind:
    """Return the kind of household that was meant; an empty word is a family.

    Raises:
        BadField: if there is no such kind.
    """
    found = _KINDS.get(kind.strip().lower())
    if found is None:
        raise BadField("类型只能写家庭、集体宿舍或单位")
    return found


def checked_household(row: HouseholdRow) -> HouseholdRow:
    """Return *row* with its words as they are kept.

    Raises:
        BadField: if one of them cannot be used.
        NoSuchArea: if the area's code is none.
    """
    if level_of(row.area_code) not in LIES_IN:
        raise BadField("住户要放在村社、网格或微网格")
    name = checked_words(row.name, what="名称", most=LONGEST_FIRM, least=0)
    if row.kind is not HouseholdKind.FAMILY and not name:
        raise BadField("集体宿舍和单位要写名称")
    return HouseholdRow(
        area_code=row.area_code,
        kind=row.kind,
        name=name,
        address=checked_words(row.address, what="地址", most=LONGEST_ADDRESS, least=0),
        number=checked_number(row.number) if row.number.strip() else "",
    )


def checked_member(row: MemberRow) -> MemberRow:
    """Return *row* with name and number as they are kept.

    Raises:
        BadField: if one of them cannot be used.
    """
    return MemberRow(
        name=checked_words(row.name, what="姓名", most=LONGEST_NAME),
        phone=checked_phone(row.phone) if row.phone.strip() else "",
        is_head=row.is_head,
    )


def checked_reason(reason: str) -> str:
    """Return why something was done, which is never left out.

    Raises:
        BadField: if there is nothing, or too much.
    """
    return checked_words(reason.replace("\n", " "), what="原因", most=LONGEST_REASON, least=2)
