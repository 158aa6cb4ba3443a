"""A complaint from the form to the last word, and who never meets it."""

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from complaints import queries, service
from complaints.errors import AlreadyDone, NoSuchComplaint, Unsaid
from complaints.events import ComplaintAnswered
from complaints.jobs import owe_message
from complaints.rules import About, Desk, Event, State
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.work import Work
from people.models import Kin, Membership, Person
from people.queries import actor_of
from tests.complaints.factories import PHONE, Staff, filed, said
from tests.complaints.seen import events, sees
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_household,
    make_staff,
)
from tests.fakes import NOON, FixedClock


class TestWhoSees:
    @pytest.mark.parametrize(
        ("about", "readers"),
        [
            (About.WORKER, {"town", "district", "auditor"}),
            (About.VILLAGE, {"town", "district", "auditor"}),
            (About.TOWN, {"district", "auditor"}),
            (About.DISTRICT, {"auditor"}),
            (About.APP, {"district", "auditor"}),
            (About.SUGGESTION, {"district", "auditor"}),
        ],
    )
    def test_whoever_answers_and_who_stands_above_never_the_level_complained_of(
        self, work: Work, staff: Staff, about: About, readers: set[str]
    ) -> None:
        complaint = filed(work, about)

        everybody = staff.everybody()
        assert {name for name, by in everybody.items() if sees(work, complaint, by)} == readers

    @pytest.mark.parametrize("about", list(About))
    def test_nobody_next_door(self, work: Work, staff: Staff, about: About) -> None:
        assert staff.town
        complaint = filed(work, about)
        strangers = [
            make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN),
            make_staff(work.session, Role.DISTRICT_CMD, area="330107"),
            make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE),
            make_staff(work.session, Role.SYSADMIN, area=DISTRICT),
            make_staff(work.session, Role.MEDIATOR, area=TOWN),
        ]

        assert not any(sees(work, complaint, by) for by in strangers)

    @pytest.mark.parametrize("below", [Role.VILLAGE_ADMIN, Role.GRID_FULL, Role.GRID_LEADER])
    def test_another_hat_does_not_let_in_who_works_at_the_place(
        self, work: Work, staff: Staff, below: Role
    ) -> None:
        area = GRID if below is Role.GRID_FULL else VILLAGE
        work.session.add(Membership(person_id=staff.town.id, role=below, area_code=area))
        work.session.flush()
        by = actor_of(work.session, staff.town.id)

        complaint = filed(work, About.VILLAGE)

        assert by is not None
        assert not sees(work, complaint, by)
        assert complaint.desk is Desk.DISTRICT  # nobody is left at the town

    def test_who_also_works_next_door_may_answer(self, work: Work, staff: Staff) -> None:
        make_area(work.session, NEXT_VILLAGE)
        work.session.add(
            Membership(person_id=staff.town.id, role=Role.VILLAGE_ADMIN, area_code=NEXT_VILLAGE)
        )
        work.session.flush()
        by = actor_of(work.session, staff.town.id)

        assert by is not None
        assert sees(work, filed(work, About.VILLAGE), by)

    def test_the_district_may_not_answer_for_the_auditor(self, work: Work, staff: Staff) -> None:
        complaint = filed(work, About.DISTRICT)

        with pytest.raises(NoSuchComplaint):
            service.answer(work, complaint.id, words="好的", by=staff.district)

    @pytest.mark.parametrize("name", ["worker", "leader", "village", "district", "auditor"])
    def test_only_the_desk_in_charge_answers(self, work: Work, staff: Staff, name: str) -> None:
        complaint = filed(work)

        with pytest.raises((NoSuchComplaint, AlreadyDone)):
            service.answer(work, complaint.id, words="好的", by=staff.everybody()[name])

        assert complaint.state is State.OPEN

    def test_nobody_at_the_town_leaves_it_to_the_next_above(self, work: Work) -> None:
        make_area(work.session, GRID)
        make_staff(work.session, Role.AUDITOR, area=DISTRICT)

        assert filed(work).desk is Desk.AUDIT


class TestNaming:
    def test_the_person_and_their_kin_see_it_no_more_and_it_goes_up(
        self, work: Work, staff: Staff
    ) -> None:
        complaint = filed(work)

        service.name(work, complaint.id, person_id=staff.town.id, by=staff.town)

        assert not sees(work, complaint, staff.town)
        assert complaint.desk is Desk.DISTRICT
        assert events(work, complaint) == [Event.FILED, Event.NAMED, Event.PASSED_UP]

    def test_of_somebody_who_sits_here_goes_up_even_if_others_sit_here_too(
        self, work: Work, staff: Staff
    ) -> None:
        other = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        complaint = filed(work)

        service.name(work, complaint.id, person_id=other.id, by=staff.town)

        assert complaint.desk is Desk.DISTRICT

    @pytest.mark.parametrize("near", ["kin", "mate"])
    def test_of_kin_leaves_it_to_somebody_else(self, work: Work, staff: Staff, near: str) -> None:
        if near == "kin":
            first, second = sorted((staff.town.id, staff.worker.id))
            work.session.add(Kin(person_id=first, other_id=second, noted_at=NOON))
        else:
            home = make_household(work.session)
            for one in (staff.town, staff.worker):
                work.session.get_one(Person, one.id).household_id = home.id
        other = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        complaint = filed(work)

        service.name(work, complaint.id, person_id=staff.worker.id, by=staff.town)

        assert complaint.desk is Desk.TOWN
        assert not sees(work, complaint, staff.town)
        assert sees(work, complaint, other)

    def test_of_nobody_of_the_staff_is_refused(self, work: Work, staff: Staff) -> None:
        far = make_staff(work.session, Role.GRID_FULL, area=NEXT_TOWN)
        complaint = filed(work)

        for person_id in (far.id, 999_999, None):
            with pytest.raises(Unsaid):
                service.name(work, complaint.id, person_id=person_id, by=staff.town)

    def test_twice_changes_nothing_more(self, work: Work, staff: Staff) -> None:
        complaint = filed(work)

        for _ in range(2):
            service.name(work, complaint.id, person_id=staff.worker.id, by=staff.town)

        assert sees(work, complaint, staff.town)


class TestFiling:
    def test_the_same_form_is_the_same_complaint(self, work: Work, staff: Staff) -> None:
        assert staff.town
        once = said()

        first, _ = service.file(work, once)
        second, _ = service.file(work, once)

        assert first.id == second.id
        assert events(work, first) == [Event.FILED]

    def test_the_same_key_with_other_words_is_another(self, work: Work, staff: Staff) -> None:
        assert staff.town
        first, _ = service.file(work, said(key="k", words="一"))
        second, _ = service.file(work, said(key="k", words="二"))

        assert first.number != second.number

    def test_without_a_key_nobody_gets_the_receipt_of_who_said_the_same(
        self, work: Work, staff: Staff
    ) -> None:
        assert staff.town
        first, _ = service.file(work, said(key=""))
        second, _ = service.file(work, said(key=""))

        assert first.number != second.number

    def test_nothing_said_is_refused(self, work: Work, staff: Staff) -> None:
        assert staff.town
        with pytest.raises(Unsaid):
            service.file(work, said(words=""))

    def test_number_and_phone_are_sealed(self, work: Work, staff: Staff) -> None:
        assert staff.town
        filed(work, phone=PHONE)

        kept = work.session.execute(sa.text("SELECT phone FROM complaints_complaint")).scalar_one()
        assert PHONE not in kept


class TestAnswering:
    def test_in_time_is_written_down_and_owes_one_message(self, work: Work, staff: Staff) -> None:
        complaint = filed(work, phone=PHONE)

        service.answer(work, complaint.id, words="已经谈过话了", by=staff.town)

        step = queries.steps_of(work.session, complaint.id)[-1]
        assert (step.event, step.in_time, step.who) == (Event.ANSWERED, True, staff.town.id)
        work.session.flush()
        owed = work.session.scalars(select(Delivery.handler)).all()
        assert owed.count("complaints.jobs.owe_message") == 1

    def test_twice_is_refused(self, work: Work, staff: Staff) -> None:
        complaint = filed(work)
        service.answer(work, complaint.id, words="已经谈过话了", by=staff.town)

        with pytest.raises(AlreadyDone):
            service.answer(work, complaint.id, words="再答一次", by=staff.town)

    def test_the_message_says_nothing_of_what_it_was(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        complaint = filed(work, phone=PHONE)
        service.answer(work, complaint.id, words="已经谈过话了", by=staff.town)

        owe_message(work, ComplaintAnswered(complaint_id=complaint.id))
        service.tell(work, complaint.id)

        text = work.session.scalars(select(Message)).one().text
        assert "投诉" not in text
        assert "谈过话" not in text

    def test_at_night_it_waits_for_the_morning(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        complaint = filed(work, phone=PHONE)
        clock.advance(hours=4)  # midnight in Shanghai

        owe_message(work, ComplaintAnswered(complaint_id=complaint.id))

        work.session.flush()
        row = work.session.scalars(
            select(Delivery).where(Delivery.handler == "complaints.jobs.tell")
        ).one()
        assert (row.due_at - clock.moment).total_seconds() == 7 * 3600

    def test_every_look_at_the_number_is_in_the_log(self, work: Work, staff: Staff) -> None:
        complaint = filed(work, phone=PHONE)

        found = service.read_contact(work, complaint.number, by=staff.town)

        assert found.phone == PHONE
        line = work.session.scalars(select(AuditLine)).one()
        assert line.subject == f"complaint:{complaint.id}"

    @pytest.mark.parametrize("name", ["worker", "village", "district", "auditor"])
    def test_nobody_else_sees_the_number(self, work: Work, staff: Staff, name: str) -> None:
        complaint = filed(work, phone=PHONE)

        with pytest.raises(NoSuchComplaint):
            service.read_contact(work, complaint.number, by=staff.everybody()[name])
