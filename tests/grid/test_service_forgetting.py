"""What the privacy notice promises is forgotten is forgotten, on its day and not before."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bootstrap import SCHEDULE
from grid import jobs, service
from grid.models import Callback, Case, CaseFile, FileKind, LinkDevice, Outside, UnitWord
from grid.rules import ENDS, Finding, State
from grid.rules.outside import Said
from grid.rules.roster import Kind as DutyKind
from grid.service import forgetting, outside
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.delivery import Daily
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from kernel.outbox import Delivery
from kernel.work import Work
from tests.factories import GRID, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.departments import errand
from tests.grid.factories import acts_of, make_case
from tests.grid.rosters import MONDAY, lines, make_duty

PHONE = "13800138000"


def contact_of(case: Case) -> tuple[str | None, str | None, str | None]:
    return case.caller_name, case.caller_phone, case.phone_index


def told(session: Session) -> list[tuple[str, str, str]]:
    lines = session.scalars(select(AuditLine).order_by(AuditLine.id))
    return [(line.action, line.subject, line.detail) for line in lines]


def hang(session: Session, case: Case, kind: FileKind, name: str = "a") -> int:
    """Return the number of a picture that hangs on a case."""
    picture = Attachment(
        key=f"{case.id}:{name}",
        owner=f"citizen.report:{case.id}",
        kind=Kind.PICTURE,
        state=MediaState.READY,
        mime="image/jpeg",
        size=10,
        digest="0" * 64,
        stored=f"pictures/{case.id}{name}",
        thumb=f"pictures/{case.id}{name}.thumb",
        received_at=NOON,
    )
    session.add(picture)
    session.flush()
    session.add(CaseFile(case_id=case.id, attachment_id=picture.id, kind=kind, step_number=1))
    session.flush()
    return picture.id


class TestContacts:
    def test_how_to_call_them_back_goes_with_the_number(
        self, work: Work, clock: FixedClock
    ) -> None:
        case, open_case = make_case(work.session), make_case(work.session)
        for one in (case, open_case):
            service.ask_callback(work, one.id, dialect="wu_ningbo", hours="晚上")
        case.state, case.closed_at, case.finding = State.CLOSED, NOON, Finding.TRUE
        case.proposed_finding, case.result_text = Finding.TRUE, "好了"
        case.handled_by = case.owner_id
        work.session.flush()
        clock.advance(days=366)

        service.forget_contacts(work)

        assert work.session.scalars(select(Callback.case_id)).all() == [open_case.id]

    def test_they_are_kept_a_year_and_not_a_day_longer(self, work: Work, clock: FixedClock) -> None:
        index = keyring().index(PHONE)
        case = make_case(work.session, state=State.CLOSED, phone_index=index)
        clock.advance(days=365, seconds=-1)
        assert service.forget_contacts(work) == 0
        assert contact_of(case) == ("张三", PHONE, index)

        clock.advance(seconds=1)

        assert service.forget_contacts(work) == 1
        work.session.refresh(case)
        assert contact_of(case) == (None, None, None)
        assert service.forget_contacts(work) == 0
        work.session.flush()
        assert told(work.session) == [("retention.contact", "case", "1")]

    @pytest.mark.parametrize("state", [one for one in State if one is not State.MERGED])
    def test_only_of_what_is_over(self, work: Work, clock: FixedClock, state: State) -> None:
        make_case(work.session, state=state)
        clock.advance(days=366)

        assert service.forget_contacts(work) == (state in ENDS)

    @pytest.mark.parametrize(("main", "gone"), [(State.HANDLING, 0), (State.CLOSED, 2)])
    def test_what_was_merged_waits_for_the_main_case(
        self, work: Work, clock: FixedClock, main: State, gone: int
    ) -> None:
        goes_on = make_case(work.session, state=main, reporters=2)
        make_case(work.session, state=State.MERGED, main_id=goes_on.id)
        clock.advance(days=366)

        assert service.forget_contacts(work) == gone

    def test_what_was_reopened_counts_from_its_last_end(
        self, work: Work, clock: FixedClock
    ) -> None:
        case = make_case(work.session, state=State.CLOSED, reopens=1)
        case.closed_at = NOON + timedelta(days=7)
        work.session.flush()
        clock.advance(days=366)

        assert service.forget_contacts(work) == 0

    def test_a_few_at_a_time_until_none_is_left(
        self, work: Work, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forgetting, "BATCH", 2)
        for _ in range(3):
            make_case(work.session, state=State.CLOSED)
        clock.advance(days=366)

        jobs.forget_contacts(work)
        jobs.forget_contacts(work)
        jobs.forget_contacts(work)

        work.session.flush()
        assert [count for _, _, count in told(work.session)] == ["2", "1"]
        owed = work.session.scalars(select(Delivery.handler)).all()
        assert list(owed) == ["grid.jobs.forget_contacts"] * 2


class TestFiles:
    def test_what_residents_sent_goes_after_two_years(self, work: Work, clock: FixedClock) -> None:
        case = make_case(work.session, state=State.CLOSED)
        sent = [
            hang(work.session, case, kind, kind.value)
            for kind in (FileKind.REPORT, FileKind.SUPPLEMENT)
        ]
        ours = hang(work.session, case, FileKind.HANDLING, "h")
        clock.advance(days=729)
        assert service.forget_files(work) == 0

        clock.advance(days=1)

        assert service.forget_files(work) == len(sent)
        left = work.session.scalars(select(Attachment.id)).all()
        assert list(left) == [ours]
        assert list(work.session.scalars(select(CaseFile.attachment_id))) == [ours]
        names = {row.payload["names"] for row in work.outbox}
        assert f"pictures/{case.id}report\npictures/{case.id}report.thumb" in names
        assert service.forget_files(work) == 0
        work.session.flush()
        assert told(work.session) == [("retention.files", "case", "2")]

    def test_a_file_that_hangs_on_two_cases_goes_from_both(
        self, work: Work, clock: FixedClock
    ) -> None:
        main = make_case(work.session, state=State.CLOSED, reporters=2)
        merged = make_case(work.session, state=State.MERGED, main_id=main.id)
        number = hang(work.session, merged, FileKind.SUPPLEMENT)
        kind = FileKind.SUPPLEMENT
        work.session.add(CaseFile(case_id=main.id, attachment_id=number, kind=kind, step_number=2))
        work.session.flush()
        clock.advance(days=731)

        assert service.forget_files(work) == 1
        assert work.session.scalars(select(CaseFile)).all() == []


class TestPositions:
    def test_half_a_year_later_the_street_is_left(self, work: Work, clock: FixedClock) -> None:
        case = make_case(work.session, state=State.CLOSED, lat=30.123456, lng=120.987654)
        clock.advance(days=180, seconds=-1)
        assert service.blur_positions(work) == 0

        clock.advance(seconds=1)

        assert service.blur_positions(work) == 1
        work.session.refresh(case)
        assert (case.lat, case.lng) == (30.123, 120.988)
        assert service.blur_positions(work) == 0
        work.session.flush()
        assert told(work.session) == [("retention.position", "case", "1")]

    @pytest.mark.parametrize(
        ("lat", "lng"), [(None, None), (30.123, 120.988), (0.0, 0.0), (-30.1, -120.0)]
    )
    def test_what_is_no_finer_is_left_alone(
        self, work: Work, clock: FixedClock, lat: float | None, lng: float | None
    ) -> None:
        make_case(work.session, state=State.CLOSED, lat=lat, lng=lng)
        clock.advance(days=181)

        assert service.blur_positions(work) == 0


class TestOutsideUnits:
    def given(self, work: Work) -> Case:
        """Return a case with a link that a unit opened and answered."""
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        secret = service.give_link(work, case.id, errand(), by=worker)
        _, outside_id = outside.enter(work, secret)
        outside.opened(work, outside_id, device="phone")
        outside.say(work, secret, service.Answer(key="k", said=Said.COMING, words="电工已经出发"))
        return case

    def over(self, work: Work) -> Case:
        """Return such a case that was over at noon."""
        case = self.given(work)
        case.state, case.closed_at, case.finding = State.CLOSED, NOON, Finding.TRUE
        case.proposed_finding, case.result_text = Finding.TRUE, "好了"
        case.handled_by = case.owner_id
        work.session.flush()
        return case

    def kept(self, work: Work) -> list[int]:
        tables = (Outside, UnitWord, LinkDevice)
        counts = [select(func.count()).select_from(table) for table in tables]
        return [work.session.scalar(count) or 0 for count in counts]

    def test_links_and_words_go_two_years_after_and_the_history_stays(
        self, work: Work, clock: FixedClock
    ) -> None:
        case = self.over(work)
        steps = acts_of(work.session, case)
        clock.advance(days=730, seconds=-1)
        assert service.forget_outside(work) == 0
        assert self.kept(work) == [1, 1, 1]
        clock.advance(seconds=1)
        assert forgetting.due(work)["outside"] == 1

        assert service.forget_outside(work) == 1

        assert self.kept(work) == [0, 0, 0]
        assert acts_of(work.session, case) == steps
        assert service.forget_outside(work) == 0
        work.session.flush()
        assert told(work.session)[-1] == ("retention.outside", "case", "1")

    def test_of_an_open_case_nothing_goes(self, work: Work, clock: FixedClock) -> None:
        self.given(work)
        clock.advance(days=3000)

        assert service.forget_outside(work) == 0


class TestDuty:
    def test_a_line_goes_three_months_after_its_last_day(
        self, work: Work, clock: FixedClock
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_duty(work.session, DutyKind.DAY, worker)
        make_duty(work.session, DutyKind.DAY, worker, last_day=MONDAY + timedelta(days=2))
        clock.advance(days=90)
        assert service.forget_old_duty(work) == 0
        clock.advance(days=1)
        assert forgetting.due(work)["duty"] == 1

        assert service.forget_old_duty(work) == 1

        assert [line.last_day.day for line in lines(work.session)] == [MONDAY.day + 2]
        assert told(work.session)[-1] == ("retention.duty", "duty", "1")


def test_all_of_it_is_owed_every_day() -> None:
    daily = {turn.job for turn in SCHEDULE if isinstance(turn, Daily)}

    assert {jobs.forget_contacts, jobs.forget_files, jobs.blur_positions} <= daily
    assert {jobs.forget_outside, jobs.forget_old_duty} <= daily
