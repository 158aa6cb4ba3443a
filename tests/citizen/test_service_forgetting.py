"""Reports forget what their cases forget, and what never became a case."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bootstrap import SCHEDULE
from citizen import jobs, service
from citizen.models import Report
from grid.models import CaseFile
from grid.service import forget_files
from kernel.audit import AuditLine
from kernel.delivery import Daily
from kernel.media import Attachment, Kind
from kernel.work import transaction
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, close, deliver_all, make_case, make_report
from tests.fakes import FixedClock
from tests.kernel.media.samples import picture

HERE: tuple[float, float, int | None] = (30.123456, 120.987654, 12)


def once(session: Session, verb: str) -> int:
    """Let the program forget what it should by now; return how much it was."""
    session.commit()
    with transaction() as work:
        count: int = getattr(service, verb)(work)
    session.expire_all()
    return count


def known(session: Session) -> bool:
    """Whether somebody's number would still be recognised."""
    return session.scalar(select(Report.id).where(Report.phone_index.is_not(None))) is not None


def keep(session: Session, report: Report) -> int:
    session.commit()
    with transaction() as work:
        return service.keep(work, report.id, picture(), kind=Kind.PICTURE, key="1").id


class TestContacts:
    def test_the_fingerprint_of_the_number_goes_with_it(
        self, session: Session, clock: FixedClock
    ) -> None:
        report = make_case(session, phone=PHONE)
        clock.advance(days=30)
        close(session, report.case_id)
        clock.advance(days=364)
        assert once(session, "forget_contacts") == 0
        assert known(session)

        clock.advance(days=1)

        assert once(session, "forget_contacts") == 1
        assert not known(session)
        assert once(session, "forget_contacts") == 0
        line = session.scalars(
            select(AuditLine).where(AuditLine.action.startswith("retention."))
        ).one()
        assert (line.subject, line.detail) == ("report", "1")

    def test_an_open_case_forgets_nothing(self, session: Session, clock: FixedClock) -> None:
        report = make_case(session, phone=PHONE)
        clock.advance(days=3000)

        assert once(session, "forget_contacts") == 0
        assert report.phone_index is not None

    def test_what_never_reached_the_grid_is_forgotten_too(
        self, session: Session, clock: FixedClock
    ) -> None:
        report = make_report(session, phone=PHONE, caller_name="张三")
        clock.advance(days=365)

        assert once(session, "forget_contacts") == 1
        assert (report.phone, report.caller_name, report.phone_index) == (None, None, None)


class TestFiles:
    def test_of_a_report_without_a_case(
        self, session: Session, disk: Disk, clock: FixedClock, tmp_path: Path
    ) -> None:
        keep(session, make_report(session))
        clock.advance(days=729)
        assert once(session, "forget_files") == 0
        clock.advance(days=1)

        assert once(session, "forget_files") == 1
        assert once(session, "forget_files") == 0
        deliver_all(session)

        assert session.scalars(select(Attachment)).all() == []
        assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]

    def test_what_hangs_on_a_case_is_left_to_the_grid(
        self, session: Session, disk: Disk, clock: FixedClock
    ) -> None:
        report = make_case(session)
        keep(session, report)
        close(session, report.case_id)
        clock.advance(days=731)

        assert once(session, "forget_files") == 0
        assert session.scalars(select(CaseFile)).all() != []
        with transaction() as work:
            assert forget_files(work) == 1


class TestPositions:
    @pytest.mark.parametrize("make", [make_report, make_case])
    def test_the_street_is_left(
        self, session: Session, clock: FixedClock, make: Callable[..., Report]
    ) -> None:
        report = make(session)
        report.lat, report.lng, report.acc = HERE
        if report.case_id is not None:
            close(session, report.case_id)
        clock.advance(days=179)
        assert once(session, "blur_positions") == 0
        assert (report.lat, report.lng, report.acc) == HERE

        clock.advance(days=1)

        assert once(session, "blur_positions") == 1
        assert (report.lat, report.lng, report.acc) == (30.123, 120.988, None)
        assert once(session, "blur_positions") == 0


def test_all_of_it_is_owed_every_day() -> None:
    daily = {turn.job for turn in SCHEDULE if isinstance(turn, Daily)}

    assert {jobs.forget_contacts, jobs.forget_files, jobs.blur_positions} <= daily
