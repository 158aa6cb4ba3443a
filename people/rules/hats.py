"""Which hats there are, at what kind of area each is worn, and who may hand it out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kernel.access import Actor
from kernel.grants import Role
from people.errors import BadField, NoSuchArea, WrongHat
from people.rules.tree import LEVEL_NAMES, Level, level_of

# As kernel/data/roles.yaml names them; a test compares the two.
ROLE_NAMES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.RESIDENT: "居民",
        Role.GRID_FULL: "专职网格员",
        Role.GRID_PART: "兼职网格员/微网格长",
        Role.GRID_LEADER: "网格长",
        Role.POLICE_AUX: "辅警",
        Role.VILLAGE_ADMIN: "村级审核员",
        Role.TOWN_ADMIN: "镇级审核员",
        Role.DISTRICT_CMD: "区级指挥中心",
        Role.DEPT_HANDLER: "职能部门承办人",
        Role.MEDIATOR: "调解员（老娘舅）",
        Role.SHOP_VOLUNTEER: "绿币超市志愿者",
        Role.PLACE_OWNER: "场所负责人",
        Role.LANDLORD: "房东",
        Role.AUDITOR: "审计监督",
        Role.SYSADMIN: "系统管理员",
    }
)
# These see or steer the whole district; only a system administrator makes them.
DISTRICT_ROLES: Final = frozenset({Role.DISTRICT_CMD, Role.AUDITOR, Role.SYSADMIN})
_DISTRICT: Final = frozenset({Level.DISTRICT})
_VILLAGE: Final = frozenset({Level.VILLAGE})
_WORKED: Final = frozenset({Level.VILLAGE, Level.GRID})
_SMALL: Final = frozenset({Level.VILLAGE, Level.GRID, Level.MICRO_GRID})
# A hat worn deeper than its permissions reach would reach up (tree.reach), and one worn higher
# would cover more than the role means; so each role has its kinds of area.
_WORN_AT: Final[Mapping[Role, frozenset[Level]]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset(),
        Role.GRID_FULL: _WORKED,
        Role.GRID_PART: _SMALL,
        Role.GRID_LEADER: _WORKED,
        Role.POLICE_AUX: _WORKED | {Level.TOWN},
        Role.VILLAGE_ADMIN: _VILLAGE,
        Role.TOWN_ADMIN: frozenset({Level.TOWN}),
        Role.DISTRICT_CMD: _DISTRICT,
        Role.DEPT_HANDLER: frozenset({Level.DISTRICT, Level.TOWN}),
        Role.MEDIATOR: _WORKED | {Level.TOWN, Level.DISTRICT},
        Role.SHOP_VOLUNTEER: _VILLAGE,
        Role.PLACE_OWNER: _SMALL,
        Role.LANDLORD: _SMALL,
        Role.AUDITOR: _DISTRICT,
        Role.SYSADMIN: _DISTRICT,
    }
)
_DEPARTMENT: Final = re.compile(r"[a-z][a-z0-9_]{1,23}")
_BY_NAME: Final = {name: role for role, name in ROLE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class HatWanted:
    """A hat as somebody asks for it: role, area code, and a department's code or ""."""

    role: Role
    area: str
    department: str = ""


def checked_hat(hat: HatWanted) -> HatWanted:
    """Return *hat* if somebody can wear it.

    Raises:
        NoSuchArea: if its area code is none.
        WrongHat: if the role is not worn at that kind of area, or a department is missing
            or has no business there.
    """
    name, level = ROLE_NAMES[hat.role], level_of(hat.area)
    allowed = _WORN_AT[hat.role]
    if not allowed:
        raise WrongHat("居民不用发身份，也不用账号。")
    if level not in allowed:
        kinds = "、".join(LEVEL_NAMES[one] for one in Level if one in allowed)
        raise WrongHat(f"{name}要放在{kinds}，不能放在{LEVEL_NAMES[level]}。")
    if hat.role is Role.DEPT_HANDLER and not _DEPARTMENT.fullmatch(hat.department):
        raise WrongHat("%(role)s要写是哪个部门的（部门代码）。", role=name)
    if hat.role is not Role.DEPT_HANDLER and hat.department:
        raise WrongHat("%(role)s不属于部门，部门一格请空着。", role=name)
    return hat


def may_give(by: Actor | None, role: Role) -> bool:
    """Whether *by* may hand out *role* somewhere; None is whoever runs the machine itself."""
    return by is None or role not in DISTRICT_ROLES or by.wears(Role.SYSADMIN)


def read_hats(text: str) -> tuple[HatWanted, ...]:
    """Read hats as a file names them: ``grid_full@330106001001001; 辅警@330106001001``.

    A department follows a slash: ``dept_handler@330106/fire``.

    Raises:
        BadField: if one cannot be read or worn, or none is there.
    """
    wanted = [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]
    if not wanted:
        raise BadField("没有写身份")
    hats = tuple(_read_hat(part) for part in wanted)
    if len(set(hats)) < len(hats):
        raise BadField("同一个身份写了两次")
    return hats


def _read_hat(text: str) -> HatWanted:
    name, at, place = text.partition("@")
    role = role_named(name.strip())
    if not at or role is None:
        raise BadField(f"身份“{text[:40]}”看不懂，要写成 grid_full@330106001001001 这样")
    area, _, department = place.partition("/")
    try:
        return checked_hat(HatWanted(role, area.strip(), department.strip()))
    except (NoSuchArea, WrongHat) as refusal:
        raise BadField(str(refusal).rstrip("。")) from None


def role_named(name: str) -> Role | None:
    """Return the role with that code or Chinese name, or None."""
    return _BY_NAME.get(name) or next((role for role in Role if role.value == name), None)
