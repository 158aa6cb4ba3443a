"""What is wrong with the lines of an imported table: all of it, before anything is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from people.errors import BadField, NoSuchArea
from people.rules.hats import HatWanted, read_hats
from people.rules.sheets import Row
from people.rules.signing import checked_login, checked_phone
from people.rules.tree import DIGITS, Level, level_of, parent_of
from people.rules.wording import checked_boundary, checked_desk_phone, checked_words

T = TypeVar("T")
AREA_COLUMNS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "code": ("编码", "区划编码", "区域编码"),
        "name": ("名称", "区域名称"),
        "zone": ("片区",),
        "desk_phone": ("值班电话", "公开电话"),
        "shows_phones": ("电话公开", "是否公开电话"),
        "boundary": ("范围", "边界"),
    }
)
STAFF_COLUMNS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "login": ("登录名",),
        "name": ("姓名",),
        "public_name": ("称呼", "对外称呼"),
        "phone": ("手机", "手机号"),
        "work_phone": ("工作电话",),
        "hats": ("身份", "角色"),
    }
)
MOST_STAFF: Final = 200  # each needs a slow hash, and on SQLite everybody else waits that long
DIGITS_OF_DISTRICT: Final = DIGITS[Level.DISTRICT]
_YES: Final = frozenset({"", "是", "1", "true", "yes", "y"})
_NO: Final = frozenset({"否", "0", "false", "no", "n"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be used, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason}。"


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A line of an area table, read and found good."""

    code: str
    name: str
    zone: str = ""
    desk_phone: str = ""  # public
    shows_phones: bool = True
    boundary: Mapping[str, object] | None = None  # None leaves the one that is there
    night_phone: str | None = None  # of a town's desk; None leaves the one that is there


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A line of a staff table, read and found good."""

    login: str
    name: str
    public_name: str = ""  # what residents read: 王师傅
    phone: str = ""  # private, 11 digits
    work_phone: str = ""  # shown where the village shows it
    hats: tuple[HatWanted, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownAreas:
    """The areas there are already."""

    open: frozenset[str]
    closed: frozenset[str] = frozenset()

    def districts(self) -> set[str]:
        """Return the codes of the district; there is one, or none yet."""
        return {code for code in self.open | self.closed if level_of(code) is Level.DISTRICT}


class Finding:
    """Collects what is wrong with one line of a table."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.reasons = [row.fault] if row.fault else []

    def cell(self, column: str) -> str:
        return self._row.cells.get(column, "")

    def read(self, read: Callable[[str], T], column: str, otherwise: T) -> T:
        """Return what *read* makes of a cell, or note why it cannot."""
        try:
            return read(self.cell(column))
        except BadField as refusal:
            self.reasons.append(str(refusal))
            return otherwise

    def problem(self) -> list[Problem]:
        reasons = "；".join(dict.fromkeys(reason for reason in self.reasons if reason))
        return [Problem(self._row.line, reasons)] if reasons else []


def check_areas(
    rows: Iterable[Row], known: KnownAreas, may: Callable[[str], bool]
) -> tuple[list[AreaRow], list[Problem]]:
    """Read the lines of an area table; return the good ones and every bad one.

    Args:
        rows: the lines, in any order: a parent may follow its children.
        known: the areas there are; an open one is changed to what the line says.
        may: whether whoever imports may write the area with that code.
    """
    lines = list(rows)
    codes = Counter(row.cells.get("code", "") for row in lines)
    districts = known.districts() or {code for code in codes if len(code) == DIGITS_OF_DISTRICT}
    good: list[AreaRow] = []
    problems: list[Problem] = []
    for row in lines:
        found = Finding(row)
        code = found.cell("code")
        found.reasons += _about_code(code, codes, known, districts)
        if not found.reasons and not may(code):
            found.reasons.append("这个区域不归您管")
        area = _area(found, code)
        problems += found.problem()
        if not found.reasons:
            good.append(area)
    return good, problems


def check_staff(
    rows: Iterable[Row],
    *,
    logins: Iterable[str],
    phones: Iterable[str],
    may: Callable[[HatWanted], str],
) -> tuple[list[StaffRow], list[Problem]]:
    """Read the lines of a staff table; return the good ones and every bad one.

    Args:
        rows: the lines.
        logins: those that are taken.
        phones: the private numbers, as 11 digits, that belong to somebody.
        may: what keeps whoever imports from giving a hat, or "".
    """
    taken, known_phones = set(logins), set(phones)
    good: list[StaffRow] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        found = Finding(row)
        staff = _staff(found)
        if staff.login in taken:
            found.reasons.append("这个登录名已经有人用了")
        if staff.phone in known_phones:
            found.reasons.append("这个手机号已经登记过")
        found.reasons += [may(hat) for hat in staff.hats]
        if number >= MOST_STAFF:
            found.reasons.append(f"一次最多导入 {MOST_STAFF} 人，请分成几份")
        taken |= {staff.login} - {""}
        known_phones |= {staff.phone} - {""}
        problems += found.problem()
        if not any(found.reasons):
            good.append(staff)
    return good, problems


def _about_code(
    code: str, codes: Counter[str], known: KnownAreas, districts: set[str]
) -> list[str]:
    try:
        level = level_of(code)
    except NoSuchArea:
        return ["编码要 6、9、12、15 或 17 位数字" if code else "没有写编码"]
    reasons = []
    if codes[code] > 1:
        reasons.append("这个编码写了两次")
    if code in known.closed:
        reasons.append("这个编码的区域已经撤销")
    parent = parent_of(code)
    if level is Level.DISTRICT and districts - {code}:
        reasons.append("只能有一个区县")
    elif parent is not None and parent not in known.open and parent not in codes:
        reasons.append(f"没有它的上级 {parent}")
    return reasons


def _area(found: Finding, code: str) -> AreaRow:
    return AreaRow(
        code=code,
        name=found.read(lambda cell: checked_words(cell, what="名称", most=60), "name", ""),
        zone=found.read(
            lambda cell: checked_words(cell, what="片区", most=40, least=0), "zone", ""
        ),
        desk_phone=found.read(checked_desk_phone, "desk_phone", ""),
        shows_phones=found.read(_yes, "shows_phones", otherwise=True),
        boundary=found.read(checked_boundary, "boundary", None),
    )


def _staff(found: Finding) -> StaffRow:
    return StaffRow(
        login=found.read(checked_login, "login", ""),
        name=found.read(lambda cell: checked_words(cell, what="姓名", most=30), "name", ""),
        public_name=found.read(
            lambda cell: checked_words(cell, what="称呼", most=30, least=0), "public_name", ""
        ),
        phone=found.read(lambda cell: cell and checked_phone(cell), "phone", ""),
        work_phone=found.read(checked_desk_phone, "work_phone", ""),
        hats=found.read(read_hats, "hats", ()),
    )


def _yes(cell: str) -> bool:
    """Return what a yes-or-no cell says; an empty one says yes."""
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise BadField("电话公开一格只能写是或否")
    return word in _YES
