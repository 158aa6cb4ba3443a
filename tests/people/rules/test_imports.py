import json

import pytest

from kernel.grants import Role
from people.rules import (
    AREA_COLUMNS,
    STAFF_COLUMNS,
    AreaRow,
    HatWanted,
    KnownAreas,
    Problem,
    Row,
    check_areas,
    check_staff,
    read_sheet,
)
from tests.factories import DISTRICT, GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE

RING = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.0]]
KNOWN = KnownAreas(frozenset({DISTRICT, TOWN}), frozenset({NEXT_TOWN}))


def areas(*lines: str, known: KnownAreas = KNOWN) -> tuple[list[AreaRow], list[Problem]]:
    table = "\n".join(("code,name,zone,desk_phone,shows_phones,boundary", *lines))
    return check_areas(read_sheet(table.encode(), AREA_COLUMNS), known, lambda _: True)


def quoted(shape: object) -> str:
    return '"' + json.dumps(shape).replace('"', '""') + '"'


class TestAreas:
    def test_good_lines_are_read_whole(self) -> None:
        polygon = {"type": "Polygon", "coordinates": [RING]}

        good, problems = areas(
            f"{VILLAGE},清溪村,北片,0571-8765432,否,",
            f"{GRID},第1网格,,,,{quoted({'type': 'Feature', 'geometry': polygon})}",
        )

        assert problems == []
        assert good == [
            AreaRow(VILLAGE, "清溪村", "北片", "0571-8765432", shows_phones=False),
            AreaRow(GRID, "第1网格", boundary=polygon),
        ]

    def test_a_parent_may_follow_its_children(self) -> None:
        good, problems = areas(f"{GRID},第1网格", f"{VILLAGE},清溪村")

        assert (len(good), problems) == (2, [])

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (",无编码", "没有写编码"),
            ("33010,短了", "编码要"),
            ("33010600１,全角", "编码要"),
            (f"{NEXT_VILLAGE}001,没有村", f"没有它的上级 {NEXT_VILLAGE}"),
            ("330107,第二个区", "只能有一个区县"),
            (f"{NEXT_TOWN},撤销过", "已经撤销"),
            (f"{TOWN},", "名称没有写"),
            (f"{TOWN},{'长' * 61}", "名称太长"),
            (f"{TOWN},a\u202eb", "看不见"),
            (f"{TOWN},镇,{'片' * 41}", "片区太长"),
            (f"{TOWN},镇,,打我", "电话只能"),
            (f"{TOWN},镇,,,也许", "是或否"),
            (f"{TOWN},镇,,,,不是", "范围看不懂"),
            (f"{TOWN},镇,,,,{'[' * 100_000}", "范围看不懂"),
            (f"{TOWN},镇,,,,{quoted({'type': 'Point'})}", "围起来的一块"),
            (f"{TOWN},镇,,,,{quoted({'type': ['Polygon']})}", "围起来的一块"),
            (f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': []})}", "坐标"),
            (f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [RING[:3]]})}", "一圈"),
            (
                f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [[[1, 'x']] * 4]})}",
                "坐标",
            ),
            (
                f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [[[999, 1]] * 4]})}",
                "坐标",
            ),
            (f"{TOWN},镇,,,,{'1' * 400_001}", "范围太长"),
            (f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [[]]})}", "一圈"),
            (f"{TOWN},镇,,,,{quoted({'type': 'MultiPolygon', 'coordinates': [3]})}", "坐标"),
            (f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [3]})}", "一圈"),
            *(
                (
                    f"{TOWN},镇,,,,{quoted({'type': 'Polygon', 'coordinates': [[at] * 4]})}",
                    "坐标",
                )
                for at in ([1], [True, 1], [1, 1, float("inf")], [float("nan"), 1], [1, 10**400])
            ),
            (
                f"{TOWN},镇,,,,{quoted({'type': 'MultiPolygon', 'coordinates': [[RING * 2000]]})}",
                "太多",
            ),
            (f"{TOWN},镇,,,,,多出来的", "列数"),
        ],
    )
    def test_every_kind_of_bad_line_is_named(self, line: str, reason: str) -> None:
        good, problems = areas(f"{VILLAGE},好的村", line)

        assert [area.code for area in good] == [VILLAGE]
        assert [problem.line for problem in problems] == [3]
        assert reason in problems[0].reason

    def test_all_bad_lines_are_listed_each_with_all_its_reasons(self) -> None:
        _, problems = areas("1,", f"{TOWN},镇", f"{VILLAGE},村,,x,也许")

        assert [problem.line for problem in problems] == [2, 4]
        assert problems[0].reason.count("；") == 1
        assert str(problems[1]) == (
            "第 4 行：电话只能写数字和短横，如 0571-87654321；电话公开一格只能写是或否。"
        )

    def test_a_code_twice_is_bad_both_times(self) -> None:
        _, problems = areas(f"{VILLAGE},村", f"{VILLAGE},又是")

        assert [problem.line for problem in problems] == [2, 3]

    def test_two_districts_in_an_empty_house_are_bad_both(self) -> None:
        _, problems = areas("330106,一", "330107,二", known=KnownAreas(frozenset()))

        assert [problem.line for problem in problems] == [2, 3]

    def test_what_lies_beyond_ones_reach_is_bad(self) -> None:
        rows = [Row(2, {"code": TOWN, "name": "镇"}), Row(3, {"code": DISTRICT, "name": "区"})]

        good, problems = check_areas(rows, KNOWN, lambda code: code.startswith(TOWN))

        assert [area.code for area in good] == [TOWN]
        assert problems == [Problem(3, "这个区域不归您管")]


class TestStaff:
    def staff(self, *lines: str, beyond: str = "") -> tuple[list[str], list[Problem]]:
        table = "\n".join(("login,name,public_name,phone,work_phone,hats", *lines))
        good, problems = check_staff(
            read_sheet(table.encode(), STAFF_COLUMNS),
            logins=["taken"],
            phones=["13800000000"],
            may=lambda hat: "不归您管" if hat.area == beyond else "",
        )
        return [one.login for one in good], problems

    def test_good_lines_are_read_whole(self) -> None:
        table = (
            f"login,name,public_name,phone,work_phone,hats\n"
            f"Wang.Wei,王伟,王师傅,138 1234 5678,0571-8765432,专职网格员@{GRID};网格长@{VILLAGE}\n"
        )

        (found,), problems = check_staff(
            read_sheet(table.encode(), STAFF_COLUMNS), logins=[], phones=[], may=lambda _: ""
        )

        assert problems == []
        assert (found.login, found.phone) == ("wang.wei", "13812345678")
        assert found.hats == (
            HatWanted(Role.GRID_FULL, GRID),
            HatWanted(Role.GRID_LEADER, VILLAGE),
        )

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (f"ab,王,,,,grid_full@{GRID}", "登录名要"),
            (f"taken,王,,,,grid_full@{GRID}", "已经有人用"),
            (f"wang,,,,,grid_full@{GRID}", "姓名没有写"),
            (f"wang,王,,123,,grid_full@{GRID}", "手机号要"),
            (f"wang,王,,13800000000,,grid_full@{GRID}", "已经登记"),
            (f"wang,王,,,x,grid_full@{GRID}", "电话只能"),
            ("wang,王,,,,", "没有写身份"),
            ("wang,王,,,,king@330106", "看不懂"),
            (f"wang,王,,,,sysadmin@{GRID}", "要放在"),
            (f"wang,王,,,,grid_full@{VILLAGE}", "不归您管"),
        ],
    )
    def test_every_kind_of_bad_line_is_named(self, line: str, reason: str) -> None:
        good, problems = self.staff(f"fine,李,,,,grid_full@{GRID}", line, beyond=VILLAGE)

        assert good == ["fine"]
        assert [problem.line for problem in problems] == [3]
        assert reason in problems[0].reason

    def test_the_same_login_or_phone_twice_is_bad_the_second_time(self) -> None:
        _, problems = self.staff(
            f"one,王,,13811111111,,grid_full@{GRID}",
            f"ONE,李,,,,grid_full@{GRID}",
            f"two,张,,13811111111,,grid_full@{GRID}",
        )

        assert [problem.line for problem in problems] == [3, 4]

    def test_more_than_two_hundred_are_too_many(self) -> None:
        good, problems = self.staff(*(f"staff{n},王,,,,grid_full@{GRID}" for n in range(202)))

        assert (len(good), len(problems)) == (200, 2)
