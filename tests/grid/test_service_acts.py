"""What staff and reporters do at a case beside moving it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid import queries, service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    TooLate,
    WrongMoment,
)
from grid.models import CaseFile
from grid.rules import Level, Move, State, Urgency
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people.models import Area, RobotKind
from tests.factories import (
    GRID,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.factories import (
    a_report,
    do,
    make_case,
    make_team,
    opened,
)

TEN_IN_THE_MORNING = NOON - timedelta(hours=10)  # a Monday, in Shanghai


class TestActs:
    def test_only_the_owner_stops_the_second_clock_and_only_once_in_hand(
        self, work: Work, clock: FixedClock
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        with pytest.raises(WrongMoment, match="请先接单"):
            service.log_call(work, case.id, by=worker)
        do(work, case, Move.ACCEPT, worker)
        with pytest.raises(NoSuchCase):
            service.log_call(work, case.id, by=other)

        service.log_call(work, case.id, by=worker)
        clock.advance(minutes=3)
        service.on_my_way(work, case.id, by=worker)

        assert case.responded_at == NOON
        assert case.climbs_at is None

    def test_a_new_category_never_gives_more_time(self, work: Work, clock: FixedClock) -> None:
        clock.moment = TEN_IN_THE_MORNING
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = opened(work, submitted_at=TEN_IN_THE_MORNING)
        first = case.close_by
        service.classify(work, case.id, by=worker, category="0201")  # one working day
        tight = case.close_by
        assert first is not None
        assert tight is not None
        assert tight < first

        service.classify(work, case.id, by=worker, category="0801")  # mediation's thirty days

        assert (case.close_by, case.department) == (tight, "village_mediation")

    def test_made_urgent_the_night_is_over(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON + timedelta(hours=4)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = opened(work, submitted_at=clock.moment)

        service.classify(work, case.id, by=leader, category="0102", urgency=Urgency.URGENT)

        assert case.night is False
        assert case.accept_by == clock.moment + timedelta(minutes=1)

    def test_what_turns_out_to_be_for_the_police_leaves_the_grid_at_once(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        service.classify(work, case.id, by=worker, category="0601")

        assert (case.owner_id, case.owner_level) == (aux.id, Level.POLICE_AUX)
        with pytest.raises(NoSuchCase):
            service.add_note(work, case.id, by=worker, note="我还想看")

    def test_without_police_it_says_whom_to_ring(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, state=State.HANDLING)

        with pytest.raises(NotThatWay, match="打电话给派出所"):
            service.classify(work, case.id, by=worker, category="0601")

    def test_somebody_elses_case_is_not_theirs_to_settle(self, work: Work) -> None:
        verifier = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(work.session, state=State.TO_VERIFY)

        with pytest.raises(NotYours):
            service.classify(work, case.id, by=verifier, category="0201")

    def test_what_waits_to_be_verified_goes_back_before_it_goes_to_the_police(
        self, work: Work
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.TO_VERIFY, owner_id=worker.id)

        with pytest.raises(WrongMoment, match="先退回"):
            service.classify(work, case.id, by=worker, category="0601")

    def test_a_case_the_police_get_before_anybody_is_given_out(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        aux = make_staff(work.session, Role.POLICE_AUX, area=VILLAGE)
        case = make_case(work.session, state=State.ACCEPTED)

        service.classify(work, case.id, by=town, category="0601")

        assert (case.state, case.owner_id) == (State.DISPATCHED, aux.id)

    def test_what_is_over_stays_as_it_is(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.CLOSED, owner_id=worker.id)

        with pytest.raises(WrongMoment):
            service.classify(work, case.id, by=worker, category="0201")
        with pytest.raises(WrongMoment):
            service.add_note(work, case.id, by=worker, note="x")

    def test_a_note_says_something(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        with pytest.raises(Incomplete):
            service.add_note(work, case.id, by=worker, note="……")

    def test_whoever_may_only_look_at_it_does_not_act_as_its_owner(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(work.session, state=State.TO_VERIFY)

        with pytest.raises(NotYours):
            service.on_my_way(work, case.id, by=leader)

    def test_a_voice_note_in_a_line(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        service.write_voice_line(work, case.id, by=worker, line="说" * 999)

        assert len(case.voice_line) == 200
        with pytest.raises(Incomplete):
            service.write_voice_line(work, case.id, by=worker, line=" …")

    def test_a_number_is_looked_at_in_the_log_each_time(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)

        for _ in range(2):
            contact = service.read_contact(work, case.id, by=worker)

        assert (contact.name, contact.phone) == ("张三", "13800138000")
        lines = work.session.scalars(select(AuditLine)).all()
        assert [line.action for line in lines] == ["case.contact-read"] * 2
        assert {(line.actor_id, line.subject) for line in lines} == {(worker.id, f"case:{case.id}")}
        assert "138" not in "".join(line.detail for line in lines)

    @pytest.mark.parametrize(
        "role",
        [Role.GRID_PART, Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR],
    )
    def test_nobody_who_is_not_at_it_sees_the_number(self, work: Work, role: Role) -> None:
        case = make_case(work.session, state=State.HANDLING)
        stranger = make_team(work.session)[role]

        with pytest.raises(NoSuchCase):
            service.read_contact(work, case.id, by=stranger)

        assert work.session.scalar(select(func.count(AuditLine.id))) == 0

    def test_nor_the_handler_once_it_is_over(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, state=State.CLOSED)

        with pytest.raises(WrongMoment):
            service.read_contact(work, case.id, by=worker)


class TestResidents:
    def test_what_is_over_is_not_urged(self, work: Work) -> None:
        case = make_case(work.session, state=State.CLOSED)

        with pytest.raises(WrongMoment):
            service.urge(work, case.id)
        with pytest.raises(WrongMoment):
            service.supplement(work, case.id, words="还有", attachments=())

    def test_nothing_is_no_supplement(self, work: Work) -> None:
        case = make_case(work.session)

        with pytest.raises(Incomplete):
            service.supplement(work, case.id, words=" ", attachments=())

    def test_an_urgent_case_is_not_closed_by_word_of_mouth(self, work: Work) -> None:
        case = make_case(work.session, state=State.TO_VERIFY, urgency=Urgency.URGENT)

        with pytest.raises(NotYours):
            service.confirm(work, case.id)

    def test_rework_is_asked_for_within_a_week(self, work: Work, clock: FixedClock) -> None:
        case = make_case(work.session, state=State.CLOSED)
        clock.advance(days=9)

        with pytest.raises(TooLate):
            service.reopen(work, case.id, reason="又坏了")

    def test_taken_back_it_rests(self, work: Work) -> None:
        case = make_case(work.session)

        service.withdraw(work, case.id, reason="")

        assert case.state is State.WITHDRAWN
        assert case.burns_at is None

    def test_a_case_that_is_not_there(self, work: Work) -> None:
        with pytest.raises(NoSuchCase):
            service.urge(work, 404)

    def test_without_an_owner_the_desk_is_told(self, work: Work) -> None:
        case = make_case(work.session, state=State.RETURNED)
        village = work.session.get_one(Area, VILLAGE)
        village.robot, village.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"

        service.urge(work, case.id)

        assert "催办" in work.session.scalars(select(Message)).one().text

    def test_files_come_along_when_it_opens(self, work: Work, make_attachment: int) -> None:
        case = opened(work, attachments=(make_attachment, make_attachment))

        assert work.session.scalars(select(CaseFile.case_id)).all() == [case.id]
        (first, *_rest) = queries.progress(work.session, case.id).steps
        assert first.attachment_ids == (make_attachment,)

    def test_without_any_area_the_job_is_tried_again_later(self, work: Work) -> None:
        with pytest.raises(LookupError):
            service.open_case(work, a_report())

    def test_a_file_hangs_once(self, work: Work, make_attachment: int) -> None:
        case = make_case(work.session)

        for _ in range(2):
            service.attach(work, case.id, attachment_id=make_attachment)

        assert work.session.scalar(select(func.count(CaseFile.id))) == 1
