"""Reports are taken down, keep their files and travel to the grid once."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizen import service
from citizen.errors import (
    NothingSaid,
    TooManyWords,
)
from citizen.models import Rating, Report, Told
from citizen.rules import Place, Position
from citizen.service import File
from grid.models import Case, CaseFile
from kernel.access import Actor
from kernel.delivery import deliver
from kernel.media import Attachment, Kind, NotAPicture, TooManyFiles
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.work import Work, parts, transaction
from people.models import Area
from qr.models import Code
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, deliver_all, make_case, make_code, make_report, said
from tests.factories import GRID, NEXT_GRID, TOWN, VILLAGE, make_area, make_person
from tests.fakes import CountingChance
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


def code_at(session: Session, area: str) -> Place:
    """Return the place of a code that hangs there."""
    make_code(session, area=area)
    return Place(area_code=area, code_id=session.scalars(select(Code.id)).one())


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

        unnamed = service.submit(work, said(), HERE)
        named = service.submit(work, said(), HERE, by=Actor(person.id))
        staff = service.submit(work, said(), HERE, by=Actor(person.id), is_staff=True)
        for report in (unnamed, named, staff):
            service.push_to_grid(work, report.id)

        cases = work.session.execute(
            select(Case.reported_by, Case.staff_reporter).order_by(Case.id)
        ).all()
        assert [tuple(row) for row in cases] == [
            (None, None),
            (person.id, None),
            (None, person.id),
        ]


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
    def test_without_one_the_town_has_it(self, session: Session, point: Position | None) -> None:
        session.get_one(Area, NEXT_GRID).boundary = SQUARE
        session.commit()
        scanned = code_at(session, GRID)

        with transaction() as work:
            report = service.submit(work, said(here=False, position=point, where="桥头"), scanned)
            assert report.area_code == TOWN

    def test_who_scanned_nothing_has_chosen_the_village(self, work: Work) -> None:
        far = Position(lat=10, lng=10)

        report = service.submit(work, said(here=False, position=far), Place(area_code=VILLAGE))

        assert report.area_code == VILLAGE

    def test_a_town_that_is_gone_leaves_it_where_the_code_hangs(self, session: Session) -> None:
        scanned = code_at(session, GRID)

        with transaction() as work:
            work.session.get_one(Area, TOWN).closed_at = work.now()
            report = service.submit(work, said(here=False), scanned)
            assert report.area_code == GRID


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
