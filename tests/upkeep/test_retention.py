"""What the privacy inventory promises is kept, and a report says so line by line."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bootstrap import JOBS, SCHEDULE
from kernel import audit, inventory
from kernel.audit import AuditLine
from kernel.clock import SystemClock
from kernel.db import db
from kernel.work import Work
from launch.machine import ROOT
from people import service
from people.models import Account, Household, Person
from tests.factories import make_household, make_person
from tests.fakes import NOON, FixedClock
from tests.upkeep.conftest import House, inside, run
from upkeep import queries
from upkeep.jobs import report_retention
from upkeep.rules.keeping import KEEPERS
from upkeep.service import retention
from upkeep.service.restoring import restore
from upkeep.service.writing import Backup

LONG_AGO = NOON - timedelta(days=1097)


@pytest.fixture
def old_town(house: House, made: Backup) -> Flask:
    """The small district, well over two years later: before its log may go."""
    app = house()
    with inside(app):
        restore(made.path)
    app.extensions["parts"].clock.advance(days=900)
    return app


class TestTheCommand:
    def test_a_dry_run_counts_and_takes_nothing(self, old_town: Flask) -> None:
        code, said = run(old_town, "retention", "--dry-run")
        again = run(old_town, "retention", "--dry-run")

        assert code == 0
        assert (code, said) == again
        lines = dict(line.split("：", 1) for line in said.splitlines())
        assert set(lines) == {f"{data}（{keep}）" for data, keep in inventory.lines()}
        assert "到期未处理 0" not in lines["手机号（办结后1年）"]
        assert lines["身份证件号（租客）（退租后1年）"] == "还没有这项功能，没有这样的数据"

    def test_in_earnest_nothing_due_is_left_and_the_report_is_kept(self, old_town: Flask) -> None:
        with inside(old_town):
            due = {line.data: line.due for line in retention.count()}

        code, _ = run(old_town, "retention")

        assert code == 0
        with inside(old_town):
            assert {line.due for line in retention.count()} == {0}
            kept = queries.last_retention(db.session())
            assert kept is not None
            assert kept.by_hand
            gone = {line["data"]: line["gone"] for line in kept.report}
            assert due["精确定位"] > 0
            assert {data: gone[data] for data in KEEPERS} == {data: due[data] for data in KEEPERS}

    def test_a_second_time_there_is_nothing_to_take(self, old_town: Flask) -> None:
        run(old_town, "retention")

        run(old_town, "retention")

        with inside(old_town):
            kept = queries.last_retention(db.session())
            assert kept is not None
            assert {line["gone"] for line in kept.report} == {0}


class TestTheNight:
    def test_the_report_tells_what_the_jobs_of_the_night_took(
        self, session: Session, work: Work, clock: FixedClock
    ) -> None:
        audit.note(work, by=None, action="retention.contact", subject="case", detail="7")
        audit.note(work, by=None, action="retention.contact", subject="report", detail="5")
        clock.advance(hours=2)

        report_retention(work)

        work.session.flush()
        kept = queries.last_retention(session)
        assert kept is not None
        assert not kept.by_hand
        assert {line["data"]: line["gone"] for line in kept.report}["手机号"] == 12

    def test_the_day_before_does_not_count(
        self, session: Session, work: Work, clock: FixedClock
    ) -> None:
        audit.note(work, by=None, action="retention.contact", subject="case", detail="7")
        clock.advance(hours=25)

        report_retention(work)

        work.session.flush()
        kept = queries.last_retention(session)
        assert kept is not None
        assert {line["data"]: line["gone"] for line in kept.report}["手机号"] == 0

    def test_it_comes_after_the_forgetting(self) -> None:
        hours = {turn.job.__name__: getattr(turn, "hour", 24) for turn in SCHEDULE}
        forgetting = {name: hour for name, hour in hours.items() if name.startswith("forget_")}

        assert hours["report_retention"] > max(forgetting.values())
        assert report_retention in JOBS


class TestTheLog:
    def test_a_line_older_than_three_years_goes_and_that_is_written_down(
        self, session: Session, work: Work
    ) -> None:
        session.add(AuditLine(at=LONG_AGO, action="old", subject="x"))
        session.add(AuditLine(at=NOON - timedelta(days=1095), action="young", subject="x"))
        session.flush()

        assert audit.forget_lines(work) == 1
        assert audit.forget_lines(work) == 0

        left = session.scalars(sa.select(AuditLine.action).order_by(AuditLine.id)).all()
        assert left == ["young", "retention.log"]

    def test_the_database_refuses_to_let_a_younger_one_go(self, session: Session) -> None:
        now = SystemClock().now()  # the database asks its own clock
        for days, action in ((1090, "young"), (1100, "old")):
            session.add(AuditLine(at=now - timedelta(days=days), action=action, subject="x"))
        session.flush()

        with pytest.raises(DatabaseError, match="only ever added to"), session.begin_nested():
            session.execute(sa.text("DELETE FROM kernel_audit WHERE action = 'young'"))
        session.execute(sa.text("DELETE FROM kernel_audit WHERE action = 'old'"))

        assert session.scalars(sa.select(AuditLine.action)).all() == ["young"]

    def test_none_can_be_changed_however_old(self, session: Session) -> None:
        session.add(AuditLine(at=LONG_AGO, action="old", subject="x"))
        session.flush()

        with pytest.raises(DatabaseError, match="only ever added to"), session.begin_nested():
            session.execute(sa.text("UPDATE kernel_audit SET action = 'x'"))

    def test_the_way_back_down_guards_every_line_again(self, house: House) -> None:
        app = house(built=True)
        with inside(app):
            downgrade(revision="0001")
            db.session.execute(
                sa.text(
                    "INSERT INTO kernel_audit (at, action, subject, area, detail)"
                    " VALUES ('2001-01-01 00:00:00', 'old', 'x', '', '')"
                )
            )
            with pytest.raises(DatabaseError, match="only ever added to"):
                db.session.execute(sa.text("DELETE FROM kernel_audit"))


class TestHouseholds:
    def given(self, session: Session, *, closed: timedelta | None) -> tuple[Household, Person]:
        household = make_household(session)
        household.address = "清溪村 3 号"
        household.closed_at = None if closed is None else NOON - closed
        person = make_person(session, "王奶奶")
        person.household_id, person.is_head = household.id, True
        session.flush()
        return household, person

    def test_a_month_after_it_was_given_up_only_the_number_is_left(
        self, session: Session, work: Work
    ) -> None:
        household, person = self.given(session, closed=timedelta(days=30))

        assert service.households_due(work) == 1
        while service.forget_households(work):
            pass
        assert service.households_due(work) == 0

        session.expire_all()
        assert (household.address, household.number != "") == ("", True)
        assert (person.name, person.household_id, person.is_head) == ("", None, False)

    @pytest.mark.parametrize("closed", [None, timedelta(days=29, hours=23)])
    def test_before_that_nothing_is_forgotten(
        self, session: Session, work: Work, closed: timedelta | None
    ) -> None:
        household, person = self.given(session, closed=closed)

        assert service.forget_households(work) == 0

        session.expire_all()
        assert (household.address, person.name) == ("清溪村 3 号", "王奶奶")

    def test_whoever_works_here_or_has_a_phone_keeps_the_name(
        self, session: Session, work: Work
    ) -> None:
        household, worker = self.given(session, closed=timedelta(days=31))
        session.add(Account(person_id=worker.id, login="worker", password="-"))
        resident = make_person(session, "李伯")
        resident.household_id, resident.phone_index = household.id, "x"
        session.flush()

        service.forget_households(work)

        session.expire_all()
        assert [worker.name, resident.name] == ["王奶奶", "李伯"]
        assert worker.household_id is resident.household_id is None


def test_the_inventory_says_as_many_days_as_the_database_guards() -> None:
    migration = (ROOT / "migrations" / "versions" / "0008_operations.py").read_text()

    assert f"DAYS = {inventory.logs_kept().days}\n" in migration
