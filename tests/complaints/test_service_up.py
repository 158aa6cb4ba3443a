import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from complaints import queries, service
from complaints.errors import AlreadyDone, Unsaid
from complaints.jobs import climb, forget_contacts
from complaints.models import Complaint, ComplaintStep
from complaints.rules import About, Desk, Event, Satisfied, State
from kernel.errors import Conflict
from kernel.grants import Role
from kernel.work import Work
from tests.complaints.factories import PHONE, Staff, filed
from tests.complaints.seen import events, sees
from tests.factories import (
    make_staff,
)
from tests.fakes import NOON, FixedClock


class TestUp:
    def test_once_overdue_it_goes_one_level_up_exactly_once(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        complaint = filed(work)
        first_due = complaint.due_by
        clock.moment = first_due
        climb(work)
        assert events(work, complaint) == [Event.FILED]

        clock.advance(seconds=1)
        climb(work)
        climb(work)
        clock.advance(days=60)  # a scheduler that was down for two months
        climb(work)

        assert complaint.desk is Desk.DISTRICT
        assert events(work, complaint) == [Event.FILED, Event.OVERDUE]
        assert complaint.due_by > first_due
        assert not sees(work, complaint, staff.town)

    def test_on_top_it_stays_and_is_marked_once(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        complaint = filed(work, About.DISTRICT)

        clock.advance(days=30)
        climb(work)
        climb(work)

        assert complaint.desk is Desk.AUDIT
        assert events(work, complaint) == [Event.FILED, Event.OVERDUE]

    def test_what_was_answered_does_not_climb(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        complaint = filed(work)
        service.answer(work, complaint.id, words="已经谈过话了", by=staff.town)

        clock.advance(days=30)
        climb(work)

        assert events(work, complaint) == [Event.FILED, Event.ANSWERED]

    def test_an_answer_that_will_not_do_goes_up_once(self, work: Work, staff: Staff) -> None:
        complaint = filed(work)
        with pytest.raises(Conflict):
            service.not_satisfied(work, complaint.id, reason="还没有答复")
        service.answer(work, complaint.id, words="没有问题", by=staff.town)

        service.not_satisfied(work, complaint.id, reason="没有查")
        with pytest.raises(AlreadyDone):
            service.not_satisfied(work, complaint.id, reason="没有查")
        assert (complaint.desk, complaint.state) == (Desk.DISTRICT, State.OPEN)
        service.answer(work, complaint.id, words="查过了，批评了", by=staff.district)

        with pytest.raises(AlreadyDone):
            service.not_satisfied(work, complaint.id, reason="还是不满意")
        assert complaint.state is State.ANSWERED

    def test_above_the_auditor_there_is_nobody(self, work: Work, staff: Staff) -> None:
        complaint = filed(work, About.DISTRICT)
        service.answer(work, complaint.id, words="查过了", by=staff.auditor)

        with pytest.raises(Conflict, match="12345"):
            service.not_satisfied(work, complaint.id, reason="不满意")
        with pytest.raises(AlreadyDone):
            service.pass_up(work, complaint.id, reason="交上去", by=staff.auditor)

    def test_a_desk_hands_it_up_with_a_reason(self, work: Work, staff: Staff) -> None:
        complaint = filed(work)

        with pytest.raises(Unsaid):
            service.pass_up(work, complaint.id, reason="。", by=staff.town)
        service.pass_up(work, complaint.id, reason="说的是我们这里的人", by=staff.town)

        assert complaint.desk is Desk.DISTRICT
        assert not sees(work, complaint, staff.town)

    def test_is_rated_once(self, work: Work, staff: Staff) -> None:
        complaint = filed(work)
        with pytest.raises(Conflict):
            service.rate(work, complaint.id, satisfied=Satisfied.SO_SO)
        service.answer(work, complaint.id, words="查过了", by=staff.town)

        service.rate(work, complaint.id, satisfied=Satisfied.DISSATISFIED, note="慢")

        with pytest.raises(AlreadyDone):
            service.rate(work, complaint.id, satisfied=Satisfied.SATISFIED)

    @pytest.mark.parametrize("event", [Event.OVERDUE, Event.NOT_SATISFIED, Event.RATED])
    def test_the_database_knows_what_happens_once(
        self, work: Work, staff: Staff, event: Event
    ) -> None:
        complaint = filed(work)
        values = {
            "complaint_id": complaint.id,
            "at": NOON,
            "event": event,
            "once": event.value,
            "desk": Desk.TOWN,
            "satisfied": Satisfied.SO_SO,
        }
        work.session.execute(sa.insert(ComplaintStep).values(number=2, words="", **values))

        with pytest.raises(DBAPIError), work.session.begin_nested():
            work.session.execute(sa.insert(ComplaintStep).values(number=3, words="", **values))

    def test_history_is_only_ever_added_to(self, work: Work, staff: Staff) -> None:
        filed(work)

        for change in (sa.update(ComplaintStep).values(words="x"), sa.delete(ComplaintStep)):
            with pytest.raises(DBAPIError), work.session.begin_nested():
                work.session.execute(change)


class TestCounts:
    def test_by_month_and_kind_for_district_and_auditor_only(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        for _ in range(3):
            filed(work)
        late = filed(work, About.TOWN)
        service.answer(
            work, work.session.scalars(select(Complaint.id)).first() or 0, words="好", by=staff.town
        )
        clock.moment = late.due_by
        clock.advance(seconds=1)
        service.answer(work, late.id, words="晚了", by=staff.district)

        found = queries.monthly(work.session, by=staff.district, now=clock.moment)

        assert [(one.month, one.about, one.filed, one.in_time) for one in found] == [
            ("2026-03", About.WORKER, 3, 1),
            ("2026-03", About.TOWN, 1, 0),
        ]
        assert queries.monthly(work.session, by=staff.auditor, now=clock.moment) == found
        for by in (staff.town, staff.village, staff.worker):
            assert queries.monthly(work.session, by=by, now=clock.moment) == ()

    def test_of_another_district_are_not_counted(self, work: Work, staff: Staff) -> None:
        filed(work)
        stranger = make_staff(work.session, Role.DISTRICT_CMD, area="330107")

        assert queries.monthly(work.session, by=stranger, now=NOON) == []

    def test_what_is_seven_months_old_is_not(
        self, work: Work, staff: Staff, clock: FixedClock
    ) -> None:
        filed(work)

        clock.advance(days=200)

        assert queries.monthly(work.session, by=staff.district, now=clock.moment) == []


def test_the_number_is_forgotten_a_year_after_the_answer(
    work: Work, staff: Staff, clock: FixedClock
) -> None:
    complaint = filed(work, phone=PHONE)
    open_still = filed(work, phone=PHONE)
    service.answer(work, complaint.id, words="查过了", by=staff.town)

    clock.advance(days=364)
    forget_contacts(work)
    work.session.expire_all()
    kept = complaint.phone
    clock.advance(days=2)
    forget_contacts(work)
    work.session.expire_all()

    assert kept == PHONE
    assert complaint.phone is None
    assert open_still.phone == PHONE
