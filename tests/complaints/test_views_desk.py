"""The desk's pages, tried by everybody at every level."""

import re

import pytest
from sqlalchemy.orm import Session

from complaints import queries, service
from complaints.errors import NoSuchComplaint
from complaints.models import Complaint
from complaints.rules import About, Desk, State
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from kernel.work import transaction
from people.models import Person
from tests.complaints.factories import PHONE, Staff, said
from tests.factories import NEXT_TOWN, make_staff
from tests.fakes import NOON
from tests.grid.pages import Desk as Seat
from tests.grid.pages import plain

WORDS = "说了三次都没来，态度很差"


def file(session: Session, about: About = About.WORKER, **more: object) -> Complaint:
    session.commit()
    with transaction() as work:
        number = service.file(work, said(about, **more))[0].id
    return session.get_one(Complaint, number)


def picture(session: Session, complaint: Complaint) -> int:
    one = Attachment(
        key="k",
        owner=complaint.owner,
        kind=Kind.PICTURE,
        state=MediaState.READY,
        mime="image/jpeg",
        size=10,
        digest="0" * 64,
        stored="x",
        received_at=NOON,
    )
    session.add(one)
    session.flush()
    return one.id


def url(complaint: Complaint, what: str = "") -> str:
    return f"/staff/complaints/{complaint.number}" + (f"/{what}" if what else "")


class TestWho:
    @pytest.mark.parametrize("name", ["worker", "leader", "village"])
    def test_the_level_complained_of_opens_nothing(
        self, session: Session, desk: Seat, staff: Staff, name: str
    ) -> None:
        complaint = file(session)
        desk.sits(staff.everybody()[name])

        for path in ("/staff/complaints", url(complaint), url(complaint, "media/1")):
            assert desk.get(path).status_code == 403, path
        for what in ("answer", "up", "name", "contact"):
            assert desk.post(url(complaint, what), words="x").status_code == 403, what
        assert "投诉" not in plain(desk.read("/staff/desk"))

    @pytest.mark.parametrize("about", [About.TOWN, About.DISTRICT, About.APP])
    def test_the_town_meets_nothing_of_what_is_about_it_or_above(
        self, session: Session, desk: Seat, staff: Staff, about: About
    ) -> None:
        complaint = file(session, about)
        desk.sits(staff.town)

        page = desk.read("/staff/complaints")

        assert complaint.number[:4] not in page
        for path in (url(complaint), url(complaint, "media/1")):
            assert desk.get(path).status_code == 404, path
        for what in ("answer", "up", "name", "contact"):
            assert desk.post(url(complaint, what), words="x").status_code == 404, what

    def test_next_door_opens_nothing(self, session: Session, desk: Seat, staff: Staff) -> None:
        complaint = file(session)
        number = picture(session, complaint)
        stranger = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)

        for by in (stranger, staff.worker):
            with pytest.raises(NoSuchComplaint):
                queries.colleagues(session, complaint.number, by=by)
            with pytest.raises(NotFound):
                queries.file_of(session, complaint.number, number, by=by)
        assert queries.file_of(session, complaint.number, number, by=staff.town).id == number
        with pytest.raises(NotFound):
            queries.file_of(session, complaint.number, number + 1, by=staff.town)

    def test_another_complaints_file_is_not_this_ones(self, session: Session, staff: Staff) -> None:
        mine, other = file(session), file(session, About.TOWN)
        number = picture(session, other)

        with pytest.raises(NotFound):
            queries.file_of(session, mine.number, number, by=staff.town)

    @pytest.mark.parametrize("name", ["district", "auditor"])
    def test_who_stands_above_reads_but_does_not_answer_for_the_town(
        self, session: Session, desk: Seat, staff: Staff, name: str
    ) -> None:
        complaint = file(session)
        desk.sits(staff.everybody()[name])

        page = desk.read(url(complaint))

        assert WORDS in page
        assert "<h2>答复</h2>" not in page
        assert desk.post(url(complaint, "answer"), words="好").status_code == 409


class TestAnswering:
    def test_the_whole_way(self, session: Session, desk: Seat, staff: Staff) -> None:
        complaint = file(session, phone=PHONE)
        desk.sits(staff.town)
        assert complaint.number[:4] in desk.read("/staff/complaints")
        assert WORDS not in desk.read("/staff/complaints")

        empty = desk.post(url(complaint, "answer"), words="  ")
        assert empty.status_code == 422
        long = desk.post(url(complaint, "answer"), words="长" * 2001)
        assert long.status_code == 422
        assert "长" * 2001 in long.text
        shown = desk.post(url(complaint, "contact"))
        assert PHONE in shown.text
        done = desk.post(url(complaint, "answer"), words="谈过话了，请他道歉")
        again = desk.post(url(complaint, "answer"), words="第二次")

        assert (done.status_code, again.status_code) == (303, 409)
        session.expire_all()
        assert complaint.state is State.ANSWERED
        assert "请他道歉" in desk.read(url(complaint))

    def test_passing_it_up_leads_back_to_the_list(
        self, session: Session, desk: Seat, staff: Staff
    ) -> None:
        complaint = file(session)
        desk.sits(staff.town)

        answer = desk.post(url(complaint, "up"), words="说的是我们镇里的人")

        assert answer.headers["Location"] == "/staff/complaints"
        session.expire_all()
        assert complaint.desk is Desk.DISTRICT
        assert desk.get(url(complaint)).status_code == 404

    @pytest.mark.parametrize("person", ["", "abc", "99999999999999999999", "-1", "999999"])
    def test_naming_nobody_is_refused(
        self, session: Session, desk: Seat, staff: Staff, person: str
    ) -> None:
        complaint = file(session)
        desk.sits(staff.town)

        assert desk.post(url(complaint, "name"), person=person).status_code == 422

    def test_whom_it_is_about_stands_on_it_from_then_on(
        self, session: Session, desk: Seat, staff: Staff
    ) -> None:
        complaint, worker = file(session), staff.worker
        name = session.get_one(Person, worker.id).public_name
        desk.sits(staff.town)
        assert "说的是：" not in desk.read(url(complaint))

        desk.post(url(complaint, "name"), person=str(worker.id))

        assert f"说的是： {name}" in plain(desk.read(url(complaint)))

    def test_naming_oneself_leads_away_from_it(
        self, session: Session, desk: Seat, staff: Staff
    ) -> None:
        complaint = file(session)
        desk.sits(staff.town)

        answer = desk.post(url(complaint, "name"), person=str(staff.town.id))

        assert answer.headers["Location"] == "/staff/complaints"

    def test_the_page_takes_a_fixed_number_of_statements(
        self, session: Session, desk: Seat, staff: Staff, statements: list[str]
    ) -> None:
        for _ in range(12):
            file(session)
        desk.sits(staff.district)
        desk.read("/staff/complaints")
        statements.clear()

        page = desk.read("/staff/complaints")

        assert page.count("<article") == 12
        # who asks: 2; the list, its places, the counts
        assert len(statements) <= 5, statements


class TestCounts:
    def test_small_ones_are_hidden_and_no_name_is_there(
        self, session: Session, desk: Seat, staff: Staff
    ) -> None:
        for _ in range(3):
            file(session)
        file(session, About.TOWN)
        desk.sits(staff.district)

        page = plain(desk.read("/staff/complaints"))

        assert "2026-03 网格员或村干部 3 0" in page
        assert "2026-03 镇里（街道） 少于 3 件 —" in page
        assert not re.search(r"李师傅\d", page.partition("近六个月")[2])

    @pytest.mark.parametrize("name", ["town"])
    def test_are_not_for_the_town(
        self, session: Session, desk: Seat, staff: Staff, name: str
    ) -> None:
        file(session)
        desk.sits(staff.everybody()[name])

        assert "近六个月" not in desk.read("/staff/complaints")


@pytest.mark.parametrize("number", ["NONE", "AAAAAAAAAAAA", "%00", "%F0%9F%98%80"])
def test_what_is_no_number_is_no_complaint(
    session: Session, desk: Seat, staff: Staff, number: str
) -> None:
    desk.sits(staff.auditor)

    assert desk.get(f"/staff/complaints/{number}").status_code == 404


def test_a_page_far_beyond_the_last_is_empty(session: Session, desk: Seat, staff: Staff) -> None:
    file(session)
    desk.sits(staff.auditor)

    for page in ("0", "-3", "999999", "x"):
        assert desk.get(f"/staff/complaints?page={page}").status_code == 200


def test_kin_of_whom_a_complaint_names_sees_it_no_more(
    session: Session, desk: Seat, staff: Staff
) -> None:
    complaint = file(session)
    second: Actor = make_staff(session, Role.TOWN_ADMIN, area="330106001")
    desk.sits(staff.town)
    desk.post(url(complaint, "name"), person=str(staff.worker.id))
    desk.post(f"/staff/people/{staff.worker.id}/kin", who=f"staff{second.id}")

    desk.sits(second)

    assert desk.get(url(complaint)).status_code == 404
