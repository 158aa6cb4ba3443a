"""Reports are taken down, travel to the grid once, and are asked about."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from citizen import queries, service
from citizen.errors import NothingSaid, NotYet, RatedAlready, TooManyWords, UrgedToday
from citizen.models import Rating, Report, Told
from citizen.rules import Place, Position, Satisfied, Solved, Template
from citizen.service import File
from grid import queries as grid
from grid.models import Case, CaseFile
from kernel.delivery import deliver
from kernel.errors import Refusal
from kernel.media import Attachment, Kind, NotAPicture, TooManyFiles
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.work import Work, parts, transaction
from people.models import Area
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, close, deliver_all, make_case, make_report, said
from tests.factories import GRID, NEXT_GRID, TOWN, VILLAGE, make_area, make_person
from tests.fakes import CountingChance, FixedClock
from tests.kernel.media.samples import HTML, picture, wav

HERE = Place(area_code=GRID, name="菜场东门")
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[120, 30], [120, 31], [121, 31], [121, 30], [120, 30]]],
}


@dataclass
class Stuck(CountingChance):
    """Draws the same letters a few times before it goes on."""

    same: int = 3

    def letters(self, alphabet: str, count: int) -> str:
        self.same -= 1
        return "7" * count if self.same >= 0 else super().letters(alphabet, count)


def count(session: Session, kind: type[Report | Case | Delivery | Told | Message | Rating]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture(autouse=True)
def _area(session: Session) -> None:
    make_area(session)
    make_area(session, NEXT_GRID)
    session.commit()


class TestSubmit:
    def test_a_retry_is_the_same_report_and_is_owed_once(self, work: Work) -> None:
        words = said()

        first = service.submit(work, words, HERE)
        again = service.submit(work, replace(words, files=3), HERE)

        assert first.id == again.id
        assert count(work.session, Report) == 1
        assert count(work.session, Delivery) == 1

    def test_the_same_key_with_other_words_is_a_new_report(self, work: Work) -> None:
        words = said()

        first = service.submit(work, words, HERE)
        other = service.submit(work, replace(words, words="还有井盖"), HERE)

        assert first.id != other.id
        assert first.number != other.number
        assert count(work.session, Delivery) == 2

    def test_a_form_without_a_key_is_taken_all_the_same(self, work: Work) -> None:
        first = service.submit(work, said(submission_key=""), HERE)
        second = service.submit(work, said(submission_key=""), HERE)

        assert first.id != second.id

    def test_a_number_that_is_somebody_elses_is_drawn_again(self, work: Work) -> None:
        work.parts = replace(work.parts, chance=Stuck())
        first = service.submit(work, said(), HERE)
        work.parts = replace(work.parts, chance=Stuck())

        second = service.submit(work, said(), HERE)

        assert first.number.startswith("77777777777")
        assert second.number != first.number

    def test_a_broken_source_of_chance_is_noticed(self, work: Work) -> None:
        work.parts = replace(work.parts, chance=Stuck(same=99))
        service.submit(work, said(), HERE)

        with pytest.raises(RuntimeError):
            service.submit(work, said(), HERE)

    def test_it_says_something_but_not_a_book(self, work: Work) -> None:
        with pytest.raises(NothingSaid):
            service.submit(work, said(words=""), HERE)
        with pytest.raises(TooManyWords):
            service.submit(work, said(words="灯" * 2001), HERE)

        assert service.submit(work, said(words="", files=1), HERE).words == ""

    def test_contact_is_sealed_in_the_table(self, work: Work) -> None:
        report = service.submit(work, said(phone=PHONE, caller_name="李阿姨"), HERE)
        work.session.flush()

        raw = work.session.connection().exec_driver_sql(
            "SELECT phone, caller_name, phone_index FROM citizen_report"
        )
        row = raw.one()
        assert report.phone == PHONE
        assert PHONE not in str(row)
        assert "李阿姨" not in str(row)

    def test_who_signed_in_is_written_down(self, work: Work) -> None:
        person = make_person(work.session)

        report = service.submit(work, said(), HERE)

        assert report.said_by is None
        assert person.id is not None


class TestElsewhere:
    def test_a_boundary_decides_which_grid_it_is(self, work: Work) -> None:
        work.session.get_one(Area, NEXT_GRID).boundary = SQUARE
        work.session.flush()
        point = Position(lat=30.5, lng=120.5, acc=20)

        report = service.submit(work, said(here=False, position=point, where="桥头"), HERE)

        assert report.area_code == NEXT_GRID
        assert (report.place_name, report.where) == ("", "桥头")
        assert (report.lat, report.lng, report.acc) == (30.5, 120.5, 20)

    @pytest.mark.parametrize("point", [None, Position(lat=10, lng=10)])
    def test_without_one_the_town_has_it(self, work: Work, point: Position | None) -> None:
        work.session.get_one(Area, NEXT_GRID).boundary = SQUARE
        work.session.flush()

        report = service.submit(work, said(here=False, position=point, where="桥头"), HERE)

        assert report.area_code == TOWN

    def test_a_town_that_is_gone_leaves_it_where_the_code_hangs(self, work: Work) -> None:
        work.session.get_one(Area, TOWN).closed_at = work.now()
        work.session.flush()

        report = service.submit(work, said(here=False), Place(area_code=VILLAGE))

        assert report.area_code == VILLAGE


class TestFiles:
    def test_files_of_the_same_form_come_with_the_report(
        self, session: Session, disk: Disk
    ) -> None:
        words, files = said(files=2), [File(Kind.PICTURE, picture()), File(Kind.SOUND, wav())]
        for _ in range(2):
            with transaction() as work:
                report_id = service.submit_with_files(work, words, HERE, files).id

        owners = session.scalars(select(Attachment.owner)).all()
        assert owners == [f"citizen.report:{report_id}"] * 2

    def test_a_bad_file_leaves_nothing_behind(self, session: Session, disk: Disk) -> None:
        files = [File(Kind.PICTURE, picture()), File(Kind.PICTURE, HTML)]

        with pytest.raises(NotAPicture), transaction() as work:
            service.submit_with_files(work, said(files=2), HERE, files)

        assert count(session, Report) == 0
        assert session.scalars(select(Attachment)).all() == []

    def test_a_full_disk_takes_the_words(self, session: Session, disk: Disk) -> None:
        disk.full = True

        with transaction() as work:
            report = service.submit_with_files(
                work, said(files=1), HERE, [File(Kind.PICTURE, picture())]
            )
            lost = report.files_lost

        assert lost == 1
        assert count(session, Report) == 1
        assert count(session, Delivery) == 1

    def test_a_sixth_picture_is_refused(self, session: Session, disk: Disk) -> None:
        report_id = make_report(session).id
        session.commit()
        for side in range(5):
            with transaction() as work:
                content = picture(width=100 + side)
                service.keep(work, report_id, content, kind=Kind.PICTURE, key=f"k{side}")

        with pytest.raises(TooManyFiles), transaction() as work:
            service.keep(work, report_id, picture(width=99), kind=Kind.PICTURE, key="k9")
        with transaction() as work:
            same = picture(width=100)
            assert service.keep(work, report_id, same, kind=Kind.PICTURE, key="k0").id
            assert service.keep(work, report_id, wav(), kind=Kind.SOUND, key="v").id

    def test_a_key_is_one_reports_own(self, session: Session, disk: Disk) -> None:
        first, second = make_report(session).id, make_report(session).id
        session.commit()

        with transaction() as work:
            one = service.keep(work, first, picture(), kind=Kind.PICTURE, key="1").id
            two = service.keep(work, second, picture(width=99), kind=Kind.PICTURE, key="1").id

        assert one != two

    @pytest.mark.parametrize("late", [False, True])
    def test_a_file_reaches_the_case_whichever_comes_first(
        self, session: Session, disk: Disk, *, late: bool
    ) -> None:
        report = make_case(session) if late else make_report(session)
        report_id = report.id
        session.commit()
        with transaction() as work:
            kept = service.keep(work, report_id, picture(), kind=Kind.PICTURE, key="1").id
        with transaction() as work:
            service.push_to_grid(work, report_id)

        case_id = session.get_one(Report, report_id).case_id
        files = session.execute(select(CaseFile.case_id, CaseFile.attachment_id)).all()
        assert [tuple(row) for row in files] == [(case_id, kept)]


class TestPushToGrid:
    def test_it_becomes_one_case_however_often_it_is_delivered(self, session: Session) -> None:
        report = make_report(session, phone=PHONE, caller_name="李阿姨")
        report_id, number = report.id, report.number
        row = session.scalars(select(Delivery)).one()
        row_id = row.id
        session.commit()

        for _ in range(3):
            deliver(row_id)
        with transaction() as work:
            service.push_to_grid(work, report_id)

        case = session.scalars(select(Case)).one()
        assert (case.number, case.source) == (number, f"citizen.report:{report_id}")
        assert case.words == "东门的路灯不亮"

    def test_contact_goes_down_and_is_gone_here(self, session: Session) -> None:
        report = make_case(session, phone=PHONE, caller_name="李阿姨")

        case = session.get_one(Case, report.case_id)
        assert (report.phone, report.caller_name) == (None, None)
        assert (case.caller_phone, case.caller_name) == (PHONE, "李阿姨")
        assert report.phone_index is not None

    def test_a_queue_that_is_down_delays_and_loses_nothing(self, session: Session) -> None:
        parts().dispatch.up = False  # type: ignore[attr-defined]

        report_id = make_report(session).id

        assert count(session, Case) == 0
        deliver_all(session)
        assert session.get_one(Report, report_id, populate_existing=True).case_id is not None


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
    def test_a_village_that_is_none_goes_to_the_district(self, session: Session) -> None:
        assert queries.desk_for(session, VILLAGE) == VILLAGE
        for typed in ("", GRID, "330106001999", "<b>"):
            assert queries.desk_for(session, typed) == "330106"

    def test_a_closed_village_is_not_offered(self, session: Session, clock: FixedClock) -> None:
        session.get_one(Area, VILLAGE).closed_at = clock.now() - timedelta(days=1)
        session.flush()

        assert VILLAGE not in [code for code, _ in queries.villages(session)]
        assert queries.desk_for(session, VILLAGE) == "330106"
