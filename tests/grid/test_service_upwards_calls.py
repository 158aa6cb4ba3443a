import pytest
from sqlalchemy import func, select

from grid import jobs, service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    WrongMoment,
)
from grid.events import ReworkSupervised
from grid.models import Act, Case, SupervisorCall
from grid.rules import CallCause, CallOutcome, Finding, Level, Move, State
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import acts_of, do, eavesdrop, handle, make_team, opened
from tests.grid.refused import MORNING, TUESDAY, closed_by


@pytest.fixture
def team(work: Work, clock: FixedClock) -> dict[Role, Actor]:
    clock.moment = MORNING
    return make_team(work.session)


class TestSupervisorCall:
    def owe(self, work: Work, case: Case, said: str = "还是堵着") -> SupervisorCall | None:
        service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED, said=said)
        return work.session.scalars(
            select(SupervisorCall).order_by(SupervisorCall.id.desc()).limit(1)
        ).one_or_none()

    def test_is_due_from_one_level_up_by_the_next_working_day(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team, caller_phone="13800138000")

        call = self.owe(work, case)

        assert call is not None
        assert (call.level, call.due_by) == (Level.GRID_LEADER, TUESDAY)
        assert case.state is State.CLOSED

    def test_goes_further_up_where_nobody_is(self, work: Work, clock: FixedClock) -> None:
        clock.moment = MORNING
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = closed_by(
            work, {Role.GRID_FULL: worker, Role.TOWN_ADMIN: town}, caller_phone="13800138000"
        )

        call = self.owe(work, case)

        assert call is not None
        assert call.level is Level.TOWN

    def test_is_logged_with_what_was_said_and_seen_on_the_timeline(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team, caller_phone="13800138000")
        call = self.owe(work, case)
        assert call is not None
        leader = team[Role.GRID_LEADER]

        contact = service.read_call_contact(work, call.id, by=leader)
        with pytest.raises(Incomplete):
            self.log(work, call, leader, CallOutcome.TALKED, " ")
        self.log(work, call, leader, CallOutcome.TALKED, "答应明天再去")

        assert contact.phone == "13800138000"
        assert work.session.scalars(
            select(AuditLine.action).where(AuditLine.actor_id == leader.id)
        ).all() == ["case.call-contact-read"]
        assert (call.outcome, call.done_by) == (CallOutcome.TALKED, leader.id)
        assert acts_of(work.session, case)[-1] is Act.SUPERVISED
        with pytest.raises(WrongMoment):
            self.log(work, call, leader, CallOutcome.TALKED, "又打了一次")
        with pytest.raises(WrongMoment):
            service.read_call_contact(work, call.id, by=leader)

    def test_rung_in_vain_it_stays_to_be_made_three_times(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team, caller_phone="13800138000")
        call = self.owe(work, case)
        assert call is not None

        open_still = []
        for _ in range(3):
            self.log(work, call, team[Role.GRID_LEADER], CallOutcome.NO_ANSWER, "")
            open_still.append(call.done_at is None)

        assert open_still == [True, True, False]
        assert call.outcome is CallOutcome.NO_ANSWER

    def test_without_a_number_it_is_closed_with_a_note(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team)

        call = self.owe(work, case)

        assert call is not None
        assert call.outcome is CallOutcome.NO_NUMBER
        assert acts_of(work.session, case)[-1] is Act.NOT_REACHED

    def test_is_owed_once(self, work: Work, team: dict[Role, Actor]) -> None:
        case = closed_by(work, team, caller_phone="13800138000")

        for cause in (*CallCause, *CallCause):
            service.owe_call(work, case.id, cause=cause)

        assert work.session.scalar(select(func.count(SupervisorCall.id))) == 1

    def test_is_nobody_elses_to_make(self, work: Work, team: dict[Role, Actor]) -> None:
        case = closed_by(work, team, caller_phone="13800138000")
        call = self.owe(work, case)
        assert call is not None
        strangers = [
            team[Role.GRID_FULL],
            team[Role.VILLAGE_ADMIN],
            team[Role.DISTRICT_CMD],
            make_staff(work.session, Role.GRID_LEADER, area=NEXT_TOWN),
        ]

        for person in strangers:
            with pytest.raises(NoSuchCase):
                service.read_call_contact(work, call.id, by=person)
            with pytest.raises(NoSuchCase):
                self.log(work, call, person, CallOutcome.TALKED, "好")

        assert call.done_at is None

    def test_who_handled_it_does_not_ring(self, work: Work, clock: FixedClock) -> None:
        clock.moment = MORNING
        both = make_staff(work.session, Role.GRID_FULL, Role.GRID_LEADER, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = closed_by(
            work, {Role.GRID_FULL: both, Role.TOWN_ADMIN: town}, caller_phone="13800138000"
        )
        call = self.owe(work, case)
        assert call is not None

        with pytest.raises(NoSuchCase):
            self.log(work, call, both, CallOutcome.TALKED, "好")

        assert call.level is Level.TOWN

    def test_follows_rework_that_stays_with_the_same_person(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team, caller_phone="13800138000")
        service.reopen(work, case.id, reason="又堵了")
        worker, listening = team[Role.GRID_FULL], eavesdrop(work)
        values = {"owner": worker.id, "supervised": True, "reason": "只有他熟"}

        do(listening[0], case, Move.ASSIGN, team[Role.TOWN_ADMIN], **values)

        [event] = [one for one in listening[1] if isinstance(one, ReworkSupervised)]
        jobs.owe_call_for_rework(work, event)
        jobs.owe_call_for_rework(work, event)
        assert work.session.scalars(select(SupervisorCall.cause)).all() == [CallCause.SAME_OWNER]

    def test_follows_rework_that_the_ladder_gives_to_who_did_it_before(
        self, work: Work, team: dict[Role, Actor], clock: FixedClock
    ) -> None:
        leader = team[Role.GRID_LEADER]
        case = opened(work, submitted_at=MORNING, caller_phone="13800138000")
        do(work, case, Move.REASSIGN, leader, owner=leader.id, reason="我来办")
        do(work, case, Move.ACCEPT, leader)
        handle(work, case, leader)
        do(work, case, Move.VERIFY, team[Role.TOWN_ADMIN], finding=Finding.TRUE)
        service.reopen(work, case.id, reason="又堵了")
        clock.advance(minutes=1)
        listening, heard = eavesdrop(work)

        jobs.climb(listening)

        assert case.owner_id == leader.id
        assert ReworkSupervised(case_id=case.id) in heard

    def test_does_not_follow_rework_by_somebody_new(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = closed_by(work, team, caller_phone="13800138000")
        service.reopen(work, case.id, reason="又堵了")
        other = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        listening, heard = eavesdrop(work)

        do(listening, case, Move.ASSIGN, team[Role.TOWN_ADMIN], owner=other.id, supervised=True)

        assert [one for one in heard if isinstance(one, ReworkSupervised)] == []

    def log(
        self, work: Work, call: SupervisorCall, by: Actor, outcome: CallOutcome, note: str
    ) -> None:
        service.log_supervisor_call(work, call.id, by=by, outcome=outcome, note=note)
