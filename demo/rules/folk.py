"""Who works and lives in the demo district.  Every name and every number is made up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from demo.rules.chance import SeededChance
from demo.rules.district import DISTRICT, GRIDS, TOWNS, VILLAGES
from kernel.grants import Role
from people.rules import HatWanted, StaffRow

PASSWORD: Final = "demo-pinganma"  # noqa: S105 - printed by `demo show`, and of the demo only
HOUSEHOLDS: Final = 300
# 1380000 0000 to 0999: a block nobody has been given.
PHONES: Final = 13800000000
FIRST_RESIDENT: Final = 100  # the numbers below it are the staff's
MOST_CALLERS: Final = 899
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
MEN: Final = "大叔"
WOMEN: Final = "阿姨"


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's place: a role, where, how often, and what people call whoever has it."""

    role: Role
    areas: tuple[str, ...]
    login: str
    called: str  # behind the surname
    department: str = ""


_V: Final = tuple(village.code for village in VILLAGES)
_MICRO: Final = (f"{GRIDS[0]}01", f"{GRIDS[1]}02")
# One hat each.  The first village has a worker in every grid, the others one for the village.
POSTS: Final = (
    Post(Role.GRID_FULL, (*GRIDS[:4], *_V[1:], _V[1]), "wg", "师傅"),
    Post(Role.GRID_PART, (*_MICRO, GRIDS[12]), "wwg", "大姐"),
    Post(Role.GRID_LEADER, _V, "wgz", "站长"),
    Post(Role.POLICE_AUX, (TOWNS[0], TOWNS[1]), "fj", "警员"),
    Post(Role.VILLAGE_ADMIN, _V, "cun", "主任"),
    Post(Role.TOWN_ADMIN, TOWNS, "zhen", "科长"),
    Post(Role.DISTRICT_CMD, (DISTRICT,), "qu", "指挥长"),
    Post(Role.DEPT_HANDLER, (DISTRICT,), "shizheng", "工程师", "municipal"),
    Post(Role.DEPT_HANDLER, (DISTRICT,), "zhifa", "队长", "urban_mgmt"),
    Post(Role.DEPT_HANDLER, TOWNS, "pcs", "警官", "police_station"),
    Post(Role.MEDIATOR, (_V[0],), "lnj", "老娘舅"),
    Post(Role.SHOP_VOLUNTEER, (_V[0],), "chaoshi", "大妈"),
    Post(Role.PLACE_OWNER, (GRIDS[0],), "dianzhu", "老板"),
    Post(Role.LANDLORD, (GRIDS[1],), "fangdong", "房东"),
    Post(Role.AUDITOR, (DISTRICT,), "shenji", "审计"),
    Post(Role.SYSADMIN, (DISTRICT,), "admin", "管理员"),
)


def staff() -> Iterator[StaffRow]:
    """Yield everybody who signs in."""
    number = 0
    for post in POSTS:
        for n, area in enumerate(post.areas, 1):
            surname = SURNAMES[number % len(SURNAMES)]
            number += 1
            yield StaffRow(
                login=post.login if post.login == "admin" else f"{post.login}{n}",
                name=f"{surname}{post.called}",
                public_name=f"{surname}{post.called}",
                phone=phone(number),
                work_phone=f"0571-0000{1000 + number}",
                hats=(HatWanted(post.role, area, post.department),),
            )


def phone(number: int) -> str:
    """Return the number of somebody who does not exist."""
    return str(PHONES + number)


def members(chance: SeededChance) -> list[str]:
    """Return who lives behind one door: one to five people, the head first."""
    size = (1, 2, 2, 3, 3, 3, 4, 4, 5)[chance.below(9)]
    first = chance.pick(SURNAMES)
    surnames = [first, *(chance.pick((first, chance.pick(SURNAMES))) for _ in range(size - 1))]
    called = [chance.pick((MEN, WOMEN)), *("阿姨", "小弟", "小妹", "大爷")]
    return [f"{surname}{called[n]}" for n, surname in enumerate(surnames)]
