from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.models import Account, Area, Membership, Person
from people.rules import AREA_COLUMNS, STAFF_COLUMNS, Row, read_sheet
from people.service import ImportResult
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, VILLAGE, make_area, make_staff

DISTRICT_FILE = f"""code,name,zone
{GRID},第1网格,
{DISTRICT},西湖区,
{TOWN},清溪镇,
{VILLAGE},清溪村,北片
"""


def rows(table: str) -> tuple[Row, ...]:
    return read_sheet(table.encode(), AREA_COLUMNS)


def areas(
    work: Work, table: str, *, by: Actor | None = None, dry_run: bool = False
) -> ImportResult:
    return service.import_areas(work, rows(table), by=by, dry_run=dry_run)


def staff(work: Work, *lines: str, by: Actor | None = None, dry_run: bool = False) -> ImportResult:
    table = "\n".join(("login,name,phone,hats", *lines))
    read = read_sheet(table.encode(), STAFF_COLUMNS)
    return service.import_staff(work, read, by=by, dry_run=dry_run)


def count(work: Work, table: type[Area | Account | Person | Membership]) -> int:
    return work.session.scalar(select(func.count()).select_from(table)) or 0


class TestAreas:
    def test_a_whole_district_in_any_order(self, work: Work) -> None:
        result = areas(work, DISTRICT_FILE)

        assert (result.rows_ok, result.problems, result.written) == (4, (), True)
        assert count(work, Area) == 4
        line = work.session.scalars(select(AuditLine)).one()
        assert (line.action, line.area) == ("area.import", DISTRICT)

    def test_a_dry_run_writes_nothing(self, work: Work) -> None:
        result = areas(work, DISTRICT_FILE, dry_run=True)

        assert (result.rows_ok, result.problems, result.written) == (4, (), False)
        assert count(work, Area) == 0

    def test_one_bad_line_keeps_all_out(self, work: Work) -> None:
        result = areas(work, f"{DISTRICT_FILE}{GRID}99,,\n1,x,\n")

        assert [problem.line for problem in result.problems] == [6, 7]
        assert (count(work, Area), result.written) == (0, False)

    def test_a_second_import_changes_what_is_there(self, work: Work) -> None:
        areas(work, DISTRICT_FILE)

        result = areas(work, f"code,name\n{VILLAGE},清溪社区\n{VILLAGE}002,第2网格\n")

        assert result.written
        assert work.session.get_one(Area, VILLAGE).name == "清溪社区"
        assert count(work, Area) == 5

    def test_a_town_imports_within_itself_only(self, work: Work) -> None:
        make_area(work.session, NEXT_TOWN)
        by = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        result = areas(work, f"code,name\n{VILLAGE},清溪村\n{NEXT_TOWN}001,邻村\n", by=by)

        assert [(one.line, one.reason) for one in result.problems] == [(3, "这个区域不归您管")]
        assert work.session.get(Area, VILLAGE) is None

    def test_an_empty_table_does_nothing(self, work: Work) -> None:
        assert areas(work, "code,name\n") == ImportResult(0, ())

    @settings(
        max_examples=30,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=None,
    )
    @given(st.lists(st.tuples(st.text(max_size=18), st.text(max_size=5)), max_size=4))
    def test_whatever_the_lines_say_it_is_all_or_nothing(
        self, work: Work, lines: list[tuple[str, str]]
    ) -> None:
        before = count(work, Area)
        read = [Row(n, {"code": code, "name": name}) for n, (code, name) in enumerate(lines, 2)]

        result = service.import_areas(work, read, by=None, dry_run=False)

        assert result.written == bool(not result.problems and lines)
        if result.problems:
            assert count(work, Area) == before
            assert {problem.line for problem in result.problems} <= {row.line for row in read}


class TestStaff:
    def test_each_line_is_an_account_with_a_password_of_its_own(self, work: Work) -> None:
        make_area(work.session, GRID)

        result = staff(
            work,
            f"wang.wei,王伟,13812345678,专职网格员@{GRID};grid_leader@{VILLAGE}",
            f"li.si,李四,,grid_part@{GRID}",
        )

        assert [one.login for one in result.issued] == ["wang.wei", "li.si"]
        assert len({one.password for one in result.issued}) == 2
        assert (count(work, Account), count(work, Membership)) == (2, 3)

    def test_a_dry_run_issues_nothing(self, work: Work) -> None:
        make_area(work.session, GRID)

        result = staff(work, f"wang.wei,王伟,,grid_full@{GRID}", dry_run=True)

        assert (result.rows_ok, result.issued) == (1, ())
        assert count(work, Person) == 0

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (f"staff.one,王,,grid_full@{GRID}", "已经有人用"),
            (f"wang,王,13900000000,grid_full@{GRID}", "已经登记"),
            (f"wang,王,,grid_full@{NEXT_TOWN}001", "没有编码为"),
            (f"wang,王,,grid_full@{GRID};sysadmin@{DISTRICT}", "系统管理员"),
            (f"wang,王,,town_admin@{NEXT_TOWN}", "不归您管"),
        ],
    )
    def test_what_the_house_knows_makes_lines_bad(self, work: Work, line: str, reason: str) -> None:
        make_area(work.session, GRID)
        make_area(work.session, NEXT_TOWN)
        by = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        work.session.get_one(Account, by.id).login = "staff.one"
        work.session.get_one(Person, by.id).phone_index = keyring().index("13900000000")
        who = district if reason == "没有编码为" else by

        result = staff(work, f"fine,李,,grid_full@{GRID}", line, by=who)

        assert [problem.line for problem in result.problems] == [3]
        assert reason in result.problems[0].reason
        assert count(work, Account) == 2


def test_the_shipped_examples_can_be_imported(work: Work) -> None:
    folder = Path(service.__file__).parents[1] / "data"

    first = read_sheet((folder / "areas_example.csv").read_bytes(), AREA_COLUMNS)
    second = read_sheet((folder / "staff_example.csv").read_bytes(), STAFF_COLUMNS)

    assert service.import_areas(work, first, by=None, dry_run=False).written
    assert service.import_staff(work, second, by=None, dry_run=False).written
