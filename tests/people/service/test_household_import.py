"""A table of households: looked through first, written part by part; twice changes nothing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.delivery import deliver
from kernel.grants import Role
from kernel.outbox import Delivery
from kernel.stores import FileStore
from kernel.work import Work, parts, transaction
from people import service
from people.errors import BadFile, NoSuchHousehold
from people.models import Area, Household, HouseholdImport, Person
from people.rules import LARGE, ImportState
from people.service.prepared import Prepared
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_TOWN, TOWN, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import make_home, make_resident, members

HEAD = "户号,区域编码,姓名,手机,户主,地址,类型,单位名称\n"
GOOD = (
    f"QX-1,{GRID},王秀英,13812345678,是,3幢201室,,\n"
    "QX-1,,王小明,,,,,\n"
    f"QX-2,{GRID},陈建国,,是,5幢,,\n"
    f"QX-D,{GRID},,,,工业路8号,集体宿舍,纺织厂宿舍\n"
)


@pytest.fixture(autouse=True)
def grid(session: Session) -> None:
    make_area(session, GRID)
    session.commit()


def run(
    work: Work, lines: str, *, dry_run: bool = False
) -> tuple[service.Written | None, Prepared]:
    kept: list[bytes] = []
    table = service.read_households(work, (HEAD + lines).encode(), keep=kept.append)
    for part in kept:
        table.blame(service.compare_part(work, service.open_part(part, seals=False)))
    if dry_run or table.problem_count:
        return None, table
    written = service.Written()
    for part in kept:
        one = write(work, part)
        written.households += one.households
        written.members += one.members
    return written, table


def write(work: Work, part: bytes) -> service.Written:
    lines = service.open_part(part, seals=True)
    return service.write_part(work, lines, may=lambda _code: True)


def count(session: Session, table: type[Household | Person]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


class TestTable:
    def test_households_and_people_are_written(self, work: Work) -> None:
        written, _ = run(work, GOOD)

        assert written == service.Written(households=3, members=3)
        head = work.session.scalars(
            select(Person).where(Person.is_head).order_by(Person.id)
        ).first()
        assert head is not None
        assert (head.name, head.phone) == ("王秀英", "13812345678")
        assert head.phone_index == keyring().index("13812345678")

    def test_a_name_that_came_in_a_table_is_found_like_one_that_was_typed(self, work: Work) -> None:
        run(work, GOOD)
        typed = Person(name="王秀英", made_at=NOON)

        found = work.session.scalars(select(Person).where(Person.name_index == typed.name_index))

        assert [one.name for one in found] == ["王秀英"]

    def test_a_second_time_changes_nothing(self, work: Work) -> None:
        run(work, GOOD)

        written, table = run(work, GOOD)

        assert (written, table.problem_count) == (service.Written(), 0)
        assert (count(work.session, Household), count(work.session, Person)) == (3, 3)

    def test_a_dry_run_writes_nothing(self, work: Work) -> None:
        written, table = run(work, GOOD, dry_run=True)

        assert (written, table.problem_count, table.households) == (None, 0, 3)
        assert count(work.session, Household) == 0

    def test_one_bad_line_keeps_all_out(self, work: Work) -> None:
        written, table = run(work, GOOD + f"QX-9,{GRID},李,123,,,,\n")

        assert written is None
        assert table.problems == ["第 6 行：手机号要 11 位数字。"]
        assert count(work.session, Household) == 0

    def test_what_does_not_go_with_the_database_keeps_all_out(self, work: Work) -> None:
        other = make_area(work.session, f"{TOWN}001002")
        work.session.add(Household(number="QX-2", area_code=other.code, opened_at=NOON))
        work.session.add(Household(number="QX-1", area_code=GRID, opened_at=NOON, closed_at=NOON))
        work.session.flush()

        written, table = run(work, GOOD)

        assert written is None
        assert "注销" in table.problems[0]
        assert "登记在别的区域" in table.problems[-1]
        assert (count(work.session, Household), count(work.session, Person)) == (2, 0)

    def test_nobody_is_taken_out_of_another_household(self, work: Work) -> None:
        home = make_home(work.session, "王")
        one = members(work.session, home)[0]
        one.phone, one.phone_index = "13812345678", keyring().index("13812345678")
        work.session.flush()

        written, table = run(work, GOOD)

        assert written is None
        assert "别的户" in table.problems[0]

    def test_a_resident_who_signed_in_before_is_found_by_phone(self, work: Work) -> None:
        known = make_resident(work.session, "")
        phone = work.session.get_one(Person, known.id).phone

        run(work, f"QX-1,{GRID},王秀英,{phone},是,3幢,,\n")

        work.session.expire_all()
        found = work.session.get_one(Person, known.id)
        assert (found.name, found.is_head) == ("王秀英", True)
        assert count(work.session, Person) == 1

    def test_a_later_table_adds_what_was_not_known(self, work: Work) -> None:
        run(work, f"QX-1,{GRID},王秀英,,,,,\n")

        written, _ = run(work, f"QX-1,{GRID},王秀英,13812345678,是,3幢,,\nQX-1,,王小明,,,,,\n")

        work.session.expire_all()
        first = work.session.scalars(select(Person).order_by(Person.id)).first()
        assert written == service.Written(members=1)
        assert first is not None
        assert (first.phone, first.is_head) == ("13812345678", True)
        assert work.session.scalars(select(Household.address)).one() == "3幢"

    def test_a_namesake_with_another_number_is_asked_about(self, work: Work) -> None:
        run(work, GOOD)

        written, table = run(work, f"QX-1,{GRID},王秀英,13999999999,,,,\n")

        assert written is None
        assert "同名" in table.problems[0]

    def test_a_head_that_is_there_stays(self, work: Work) -> None:
        run(work, GOOD)

        written, _ = run(work, f"QX-1,{GRID},王小明,,是,,,\n")

        assert written == service.Written()
        heads = work.session.scalars(select(Person).where(Person.is_head).order_by(Person.id))
        assert [one.name for one in heads] == ["王秀英", "陈建国"]

    def test_more_than_a_batch(self, work: Work) -> None:
        lines = "".join(f"QX-{n // 2},{GRID},王{n},,,,,\n" for n in range(2500))

        written, _ = run(work, lines)
        again, _ = run(work, lines)

        assert (written, again) == (
            service.Written(households=1250, members=2500),
            service.Written(),
        )

    def test_three_hundred_bad_lines_are_all_named(self, work: Work) -> None:
        good = "".join(f"QX-{n},{GRID},王,,,,,\n" for n in range(700))
        bad = "".join(f"QX-B{n},{GRID},王,{n},,,,\n" for n in range(300))

        written, table = run(work, good + bad)

        assert (written, table.problem_count, len(table.problems)) == (None, 300, 300)
        assert table.problems[-1].startswith("第 1001 行")

    @pytest.mark.parametrize("content", [b"", b"x", b"\xff\xfe\x00", b"PK\x03\x04junk", b"a,b\n1"])
    def test_what_is_no_table_gets_a_sentence(self, work: Work, content: bytes) -> None:
        table = service.read_households(work, content, keep=lambda _part: None)

        assert table.problem_count == 1
        assert table.problems[0].endswith("。")


class TestInTheBackground:
    @pytest.fixture
    def town(self, session: Session) -> Actor:
        return make_staff(session, Role.TOWN_ADMIN, area=TOWN)

    def send(self, session: Session, by: Actor, lines: str = GOOD) -> HouseholdImport:
        session.commit()
        with transaction() as work:
            number = service.send_households(work, (HEAD + lines).encode(), by=by)
        deliver_all(session)
        session.expire_all()
        return session.get_one(HouseholdImport, number)

    def test_it_is_looked_through_then_written(self, session: Session, town: Actor) -> None:
        found = self.send(session, town)
        assert (found.state, found.new_households) == (ImportState.CHECKED, 3)
        assert count(session, Household) == 0
        session.commit()

        for _ in range(2):  # a double tap
            with transaction() as work:
                service.confirm_import(work, found.id, by=town)
        deliver_all(session)
        session.expire_all()

        assert (found.state, found.new_members, found.stored) == (ImportState.WRITTEN, 3, None)
        assert count(session, Household) == 3
        lines = session.scalars(select(AuditLine.detail).where(AuditLine.area == TOWN)).all()
        assert lines == ["开始导入，共 4 行", "3 户、3 人新增，共 4 行"]

    def test_every_bad_line_is_told_those_the_database_knows_better_too(
        self, session: Session, town: Actor
    ) -> None:
        session.add(Household(number="QX-0", area_code=GRID, opened_at=NOON, closed_at=NOON))
        good = "".join(f"QX-{n},{GRID},王,,,,,\n" for n in range(2200))
        bad = "".join(f"QX-B{n},{GRID},王,{n},,,,\n" for n in range(299))

        found = self.send(session, town, good + bad)

        assert (found.state, found.problem_count) == (ImportState.REFUSED, 300)
        assert "第 2 行：这个户号的户已经注销了。" in (found.problems or ())
        assert (found.lines, found.done_lines) == (2499, 2499)
        assert count(session, Person) == 1  # whoever sent it
        folder = parts().store
        assert isinstance(folder, FileStore)
        assert list(folder.older("imports", datetime(2100, 1, 1, tzinfo=UTC))) == []

    def test_it_is_written_in_pieces_that_say_how_far_they_are(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town, "".join(f"QX-{n},{GRID},王,,,,,\n" for n in range(2500)))
        session.commit()
        with transaction() as work:
            service.confirm_import(work, found.id, by=town)
        seen = []

        for _ in range(10):
            session.commit()
            owed = select(Delivery.id).where(Delivery.done_at.is_(None))
            row = session.scalars(owed).one()
            session.commit()
            deliver(row)
            session.expire_all()
            seen.append((found.done_lines, count(session, Household), found.state.value))
            deliver(row)  # a second worker that was sent the same row

        assert seen == [
            *((250 * n, 250 * n, "writing") for n in range(1, 10)),
            (2500, 2500, "written"),
        ]

    def test_a_line_that_fits_no_longer_is_left_out_and_told(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town)
        session.add(Household(number="QX-2", area_code=GRID, opened_at=NOON, closed_at=NOON))
        session.commit()
        with transaction() as work:
            service.confirm_import(work, found.id, by=town)

        deliver_all(session)
        session.expire_all()

        assert (found.state, found.new_households) == (ImportState.WRITTEN, 2)
        assert found.problems == ["第 4 行：这个户号的户已经注销了。"]

    def test_an_area_that_was_closed_meanwhile_gets_nobody(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town)
        session.get_one(Area, GRID).closed_at = NOON
        session.commit()
        with transaction() as work:
            service.confirm_import(work, found.id, by=town)

        deliver_all(session)
        session.expire_all()

        assert (found.state, found.new_households) == (ImportState.WRITTEN, 0)
        assert found.problem_count == 4

    def test_a_part_that_is_gone_ends_it_with_a_sentence(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town)
        parts().store.delete(f"{found.stored}-0")
        session.commit()
        with transaction() as work:
            service.confirm_import(work, found.id, by=town)

        deliver_all(session)
        session.expire_all()

        assert (found.state, found.new_households) == (ImportState.WRITTEN, 0)
        assert found.problems == ["上传的文件已经不在了，请重新上传。"]

    def test_an_empty_table_is_not_written(self, session: Session, town: Actor) -> None:
        found = self.send(session, town, "")
        session.commit()

        with pytest.raises(NoSuchHousehold), transaction() as work:
            service.confirm_import(work, found.id, by=town)

    def test_what_lies_in_the_store_cannot_be_read_there(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town)
        store = parts().store
        assert isinstance(store, FileStore)
        assert found.stored is not None

        with store.open(found.stored) as file:
            content = file.read()

        assert "王秀英".encode() not in content
        assert b"13812345678" not in content

    def test_bad_lines_are_told_and_nothing_can_be_written(
        self, session: Session, town: Actor
    ) -> None:
        found = self.send(session, town, GOOD + f"QX-9,{GRID},李,123,,,,\n")
        session.commit()

        with pytest.raises(NoSuchHousehold), transaction() as work:
            service.confirm_import(work, found.id, by=town)

        assert found.state is ImportState.REFUSED
        assert found.problems == ["第 6 行：手机号要 11 位数字。"]

    def test_another_town_writes_nothing_here(self, session: Session) -> None:
        stranger = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)

        found = self.send(session, stranger)

        assert found.state is ImportState.REFUSED
        assert found.problems
        assert "不归您管" in found.problems[0]

    def test_a_file_that_is_gone_is_told(self, session: Session, town: Actor) -> None:
        session.commit()
        with transaction() as work:
            number = service.send_households(work, GOOD.encode(), by=town)
            stored = work.session.get_one(HouseholdImport, number).stored
        parts().store.delete(stored or "")

        deliver_all(session)
        session.expire_all()

        assert session.get_one(HouseholdImport, number).state is ImportState.REFUSED

    def test_too_large_is_refused_at_once(self, work: Work, town: Actor) -> None:
        with pytest.raises(BadFile):
            service.send_households(work, b"x" * (LARGE.bytes + 1), by=town)

    def test_after_a_week_it_is_forgotten(
        self, session: Session, town: Actor, clock: FixedClock
    ) -> None:
        found = self.send(session, town)
        number, stored = found.id, found.stored
        clock.advance(days=7, seconds=1)
        session.commit()

        with transaction() as work:
            assert service.forget_imports(work) == 1
        deliver_all(session)
        session.expire_all()

        assert session.get(HouseholdImport, number) is None
        with pytest.raises(FileNotFoundError), parts().store.open(stored or "x"):
            pass
