"""What residents ask for afterwards, and what they are told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from citizen import service
from citizen.errors import (
    NoSuchReceipt,
    NothingSaid,
    NotYet,
    RatedAlready,
    UrgedToday,
)
from citizen.models import Rating, Report, Told
from citizen.rules import Place, Satisfied, Solved, Template
from citizen.service import File
from grid import queries as grid
from grid.models import Case
from kernel.errors import Refusal
from kernel.media import Attachment, Kind, TooManyFiles
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.work import Work, transaction
from people import queries as people
from people.models import Area
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, close, make_case, make_report, said
from tests.factories import GRID, NEXT_GRID, TOWN, VILLAGE, make_area
from tests.fakes import FixedClock
from tests.kernel.media.samples import picture, wav


def count(session: Session, kind: type[Report | Case | Delivery | Told | Message | Rating]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture(autouse=True)
def _area(session: Session) -> None:
    make_area(session)
    make_area(session, NEXT_GRID)
    session.commit()


class TestAsking:
    def test_once_a_day_in_shanghai_one_may_urge(self, session: Session, clock: FixedClock) -> None:
        report_id = make_case(session).id
        session.commit()

        with transaction() as work:
            service.urge(work, report_id)
        with pytest.raises(UrgedToday), transaction() as work:
            service.urge(work, report_id)
        clock.advance(hours=4)  # 20:00 + 4 h: the next day there
        with transaction() as work:
            service.urge(work, report_id)

    def test_what_has_not_reached_the_grid_can_wait(self, session: Session) -> None:
        report_id = make_report(session).id
        session.commit()

        for ask in (service.urge, service.withdraw, service.confirm):
            with pytest.raises(NotYet), transaction() as work:
                ask(work, report_id)

    def test_more_words_and_pictures_reach_the_case(self, session: Session, disk: Disk) -> None:
        report = make_case(session)
        report_id, case_id = report.id, report.case_id
        session.commit()

        with transaction() as work:
            lost = service.add(
                work, report_id, words="又坏了一盏", files=[File(Kind.PICTURE, picture())]
            )

        assert case_id is not None
        last = grid.progress(session, case_id).steps[-1]
        assert lost == 0
        assert last.note == "又坏了一盏"
        assert len(last.attachment_ids) == 1

    def test_a_full_disk_keeps_the_added_words(self, session: Session, disk: Disk) -> None:
        report_id = make_case(session).id
        disk.full = True
        session.commit()

        with transaction() as work:
            lost = service.add(
                work, report_id, words="又坏了一盏", files=[File(Kind.PICTURE, picture())]
            )

        assert lost == 1

    def test_a_picture_added_twice_is_one_and_there_is_an_end(
        self, session: Session, disk: Disk
    ) -> None:
        report_id = make_case(session).id
        session.commit()
        files = [File(Kind.SOUND, wav(seconds=1 + part / 10)) for part in range(4)]

        with transaction() as work:
            for _ in range(2):
                service.add(work, report_id, words="", files=files[:3])
        with pytest.raises(TooManyFiles), transaction() as work:
            service.add(work, report_id, words="", files=files[3:])

        assert len(session.scalars(select(Attachment)).all()) == 3

    def test_a_full_disk_and_no_words_are_nothing(self, session: Session, disk: Disk) -> None:
        report = make_case(session)
        report_id, case_id = report.id, report.case_id or 0
        steps = len(grid.progress(session, case_id).steps)
        disk.full = True
        session.commit()

        with transaction() as work:
            lost = service.add(work, report_id, words="", files=[File(Kind.PICTURE, picture())])

        assert lost == 1
        assert len(grid.progress(session, case_id).steps) == steps

    def test_a_report_that_is_not_there_is_not_asked_about(self, session: Session) -> None:
        with pytest.raises(NoSuchReceipt), transaction() as work:
            service.urge(work, 999)

    def test_nothing_is_nothing_to_add(self, session: Session) -> None:
        report_id = make_case(session).id
        session.commit()

        with pytest.raises(NothingSaid), transaction() as work:
            service.add(work, report_id, words="", files=[])

    def test_it_can_be_taken_back(self, session: Session) -> None:
        report = make_case(session)
        session.commit()

        with transaction() as work:
            service.withdraw(work, report.id)
        with pytest.raises(Refusal), transaction() as work:
            service.withdraw(work, report.id)


class TestRating:
    def rate(self, report_id: int, solved: Solved = Solved.SOLVED) -> None:
        with transaction() as work:
            service.rate(work, report_id, solved=solved, satisfied=Satisfied.SO_SO, note="还行")

    def test_only_what_is_closed_is_rated(self, session: Session) -> None:
        report_id = make_case(session).id
        session.commit()

        with pytest.raises(NotYet):
            self.rate(report_id)

    def test_each_closing_is_rated_once(self, session: Session, clock: FixedClock) -> None:
        report = make_case(session)
        report_id, case_id = report.id, report.case_id
        close(session, case_id)
        self.rate(report_id, Solved.NOT_SOLVED)
        with pytest.raises(RatedAlready):
            self.rate(report_id)

        clock.advance(days=1)
        with transaction() as work:
            service.reopen(work, report_id, reason="灯又灭了")
        with pytest.raises(NotYet):
            self.rate(report_id)
        clock.advance(hours=1)
        close(session, case_id)
        self.rate(report_id)

        solved = session.scalars(select(Rating.solved).order_by(Rating.id)).all()
        assert solved == [Solved.NOT_SOLVED, Solved.SOLVED]

    @pytest.mark.parametrize(
        "change", ["UPDATE citizen_rating SET note = ''", "DELETE FROM citizen_rating"]
    )
    def test_a_rating_stays_as_it_was_given(self, session: Session, change: str) -> None:
        report = make_case(session)
        close(session, report.case_id)
        self.rate(report.id)

        with pytest.raises(DBAPIError, match="only ever added to"), session.begin_nested():
            session.connection().exec_driver_sql(change)

    def test_a_note_is_no_book(self, session: Session) -> None:
        report_id = make_case(session).id
        session.commit()

        with pytest.raises(Refusal, match="500"), transaction() as work:
            service.rate(
                work, report_id, solved=Solved.SOLVED, satisfied=Satisfied.SO_SO, note="好" * 501
            )

    def test_rework_wants_a_reason_and_a_week(self, session: Session, clock: FixedClock) -> None:
        report = make_case(session)
        report_id = report.id
        close(session, report.case_id)

        with pytest.raises(NothingSaid), transaction() as work:
            service.reopen(work, report_id, reason="")
        clock.advance(days=9)
        with pytest.raises(Refusal), transaction() as work:
            service.reopen(work, report_id, reason="灯又灭了")


class TestTelling:
    def messages(self, session: Session) -> list[str]:
        return [message.text for message in session.scalars(select(Message).order_by(Message.id))]

    def test_who_left_a_number_is_told_each_step_once(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        session.commit()

        for _ in range(2):
            for template in (Template.ACCEPTED, Template.DISPATCHED):
                with transaction() as work:
                    service.tell(work, report.id, template=template)

        written = self.messages(session)
        assert len(written) == 2
        assert "已受理" in written[0]
        assert "已派给" in written[1]
        assert all(len(text) + len("【平安码】") <= 70 for text in written)
        assert count(session, Told) == 2

    def test_who_left_none_is_not(self, session: Session) -> None:
        report = make_case(session)
        session.commit()

        with transaction() as work:
            service.tell(work, report.id, template=Template.DISPATCHED)

        assert self.messages(session) == []

    def test_without_a_day_no_day_is_promised(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        session.get_one(Case, report.case_id).close_by = None
        session.commit()

        with transaction() as work:
            service.tell(work, report.id, template=Template.ACCEPTED)

        assert self.messages(session) == []

    def test_what_was_taken_back_is_not_told_any_more(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        session.commit()
        with transaction() as work:
            service.withdraw(work, report.id)

        with transaction() as work:
            for template in Template:
                service.tell(work, report.id, template=template)

        assert self.messages(session) == []

    def test_where_nobody_is_there_to_come_nobody_is_announced(self, session: Session) -> None:
        report_id = make_report(session, phone=PHONE).id
        session.commit()
        with transaction() as work:
            service.push_to_grid(work, report_id)

        with transaction() as work:
            service.tell(work, report_id, template=Template.DISPATCHED)

        assert self.messages(session) == []

    def test_what_has_been_overtaken_is_not_told(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)

        with transaction() as work:
            service.tell(work, report.id, template=Template.DISPATCHED)
            service.tell(work, report.id, template=Template.CLOSED)

        assert len(self.messages(session)) == 1


class TestSecret:
    def test_it_is_of_one_number_and_of_these_keys(self, session: Session) -> None:
        one, other = service.secret_of("7K3M9QTX42HR"), service.secret_of("7K3M9QTX42HS")

        assert one != other
        assert len(one) == 24


class TestDesk:
    def test_the_town_of_a_code_that_hangs_in_the_town_is_itself(self, work: Work) -> None:
        for area in (TOWN, "330106"):
            report = service.submit(work, said(here=False), Place(area_code=area))

            assert report.area_code == area

    def test_a_village_that_is_none_goes_to_the_district(self, session: Session) -> None:
        assert people.desk_for(session, VILLAGE) == VILLAGE
        for typed in ("", GRID, "330106001999", "<b>"):
            assert people.desk_for(session, typed) == "330106"

    def test_a_closed_village_is_not_offered(self, session: Session, clock: FixedClock) -> None:
        session.get_one(Area, VILLAGE).closed_at = clock.now() - timedelta(days=1)
        session.flush()

        assert VILLAGE not in [code for code, _ in people.villages(session)]
        assert people.desk_for(session, VILLAGE) == "330106"
