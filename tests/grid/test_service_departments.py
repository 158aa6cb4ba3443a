"""Signing for what a department was given, and what happens if nobody does."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from grid import service
from grid.errors import NoSuchCase, NotYours, WrongMoment
from grid.models import Act, Case, Signing, Step
from grid.rules import Level, Move, Privacy, State, Urgency
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.departments import MUNICIPAL, URBAN, given_to, handler, in_hand, signing
from tests.grid.factories import acts_of, do, handle, make_case, make_station

MORNING = NOON + timedelta(hours=13)  # Tuesday 9:00 in Shanghai: half an hour after opening


class TestSigning:
    def test_whoever_of_the_department_signs_has_the_case(self, work: Work) -> None:
        named, colleague = handler(work), handler(work)
        case = given_to(work, named)

        service.sign(work, case.id, by=colleague, expected=case.state, turn=case.turn)

        assert (case.state, case.owner_id) == (State.HANDLING, colleague.id)
        row = signing(work, case)
        assert (row.signed_by, row.due_at) == (colleague.id, None)
        assert acts_of(work.session, case)[-1] is Move.ACCEPT

    def test_tapping_accept_is_signing(self, work: Work) -> None:
        owner = handler(work)
        case = given_to(work, owner)

        do(work, case, Move.ACCEPT, owner)

        assert signing(work, case).signed_by == owner.id

    def test_the_second_one_is_told_who_was_faster(self, work: Work) -> None:
        case = given_to(work, handler(work))
        first, second, turn = handler(work), handler(work), case.turn
        service.sign(work, case.id, by=first, expected=State.DISPATCHED, turn=turn)

        with pytest.raises(WrongMoment, match="已经接单"):
            service.sign(work, case.id, by=second, expected=State.DISPATCHED, turn=turn)

        assert case.owner_id == first.id

    @pytest.mark.parametrize(
        ("department", "area"), [(MUNICIPAL, NEXT_TOWN), (URBAN, TOWN), ("police_station", TOWN)]
    )
    def test_nobody_else_signs(self, work: Work, department: str, area: str) -> None:
        case = given_to(work, handler(work))
        stranger = handler(work, department, area)

        with pytest.raises(NoSuchCase):
            service.sign(work, case.id, by=stranger, expected=case.state)

    def test_a_departments_own_kind_of_case_is_not_yet_given_to_it(self, work: Work) -> None:
        case = make_case(work.session, department=MUNICIPAL)

        with pytest.raises(NotYours):
            service.sign(work, case.id, by=handler(work), expected=case.state)

    def test_who_reported_it_as_staff_does_not_sign(self, work: Work) -> None:
        reporter = handler(work)
        case = given_to(work, handler(work), staff_reporter=reporter.id)

        with pytest.raises(NotYours):
            service.sign(work, case.id, by=reporter, expected=case.state)

    def test_what_was_in_hand_is_signed_for_as_well(self, work: Work) -> None:
        named, colleague = handler(work), handler(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.HANDLING, department=MUNICIPAL)
        do(work, case, Move.REASSIGN, town, owner=named.id, reason="归市政")

        service.sign(work, case.id, by=colleague, expected=case.state, turn=case.turn)

        assert (case.state, case.owner_id) == (State.HANDLING, colleague.id)
        assert acts_of(work.session, case)[-1] is Act.SIGNED
        with pytest.raises(WrongMoment):
            service.sign(work, case.id, by=named, expected=case.state, turn=case.turn)

    def test_who_signed_had_a_hand_in_it(self, work: Work) -> None:
        owner = handler(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.HANDLING, department=MUNICIPAL)
        do(work, case, Move.REASSIGN, town, owner=owner.id, reason="归市政")
        service.sign(work, case.id, by=owner, expected=case.state)
        handle(work, case, owner)

        assert case.handled_by == owner.id
        mine = select(Case.id).where(Case.id == case.id, Case.of_assignee(owner.id))
        assert work.session.scalar(mine) == case.id  # as its owner only
        with pytest.raises(NotYours):
            do(work, case, Move.VERIFY, owner, finding=case.proposed_finding)

    def test_a_station_signs_among_itself_and_the_bureau_keeps_out(self, work: Work) -> None:
        named, colleague = make_station(work.session), make_station(work.session)
        bureau = handler(work, "police", DISTRICT)
        case = make_case(
            work.session,
            state=State.RETURNED,
            privacy=Privacy.POLICE,
            category="0203",
            department="police_station",
        )
        do(work, case, Move.ASSIGN, named, owner=named.id)

        with pytest.raises(NotYours):
            service.sign(work, case.id, by=bureau, expected=case.state)
        service.sign(work, case.id, by=colleague, expected=case.state)

        assert case.owner_id == colleague.id

    def test_a_case_lies_unsigned_at_one_department_only(self, work: Work) -> None:
        case = given_to(work, handler(work))
        row = signing(work, case)
        twice = Signing(
            case_id=case.id,
            step_number=99,
            department=URBAN,
            given_at=NOON,
            remind_at=NOON,
            back_at=NOON,
        )

        assert row.ended_at is None
        with pytest.raises(IntegrityError), work.session.begin_nested():
            work.session.add(twice)


class TestKeeping:
    def test_another_category_does_not_hand_it_over_silently(self, work: Work) -> None:
        owner = handler(work)
        case = in_hand(work, owner, department=MUNICIPAL)

        service.classify(work, case.id, by=owner, category="0201")  # sanitation's

        assert (case.category, case.department, case.owner_id) == ("0201", MUNICIPAL, owner.id)

    def test_what_comes_back_is_its_kinds_again(self, work: Work) -> None:
        owner = handler(work)
        case = in_hand(work, owner, category="0201", department=MUNICIPAL)

        do(work, case, Move.RETURN, owner, reason="归环卫")

        assert (case.state, case.department) == (State.RETURNED, "sanitation")
        assert signing(work, case).ended_at is not None

    def test_what_turns_out_to_be_for_the_police_crosses_over(self, work: Work) -> None:
        owner, station = handler(work), make_station(work.session)
        case = in_hand(work, owner, department=MUNICIPAL)

        service.classify(work, case.id, by=owner, category="0601")

        assert (case.owner_id, case.department) == (station.id, "police_station")
        assert signing(work, case).department == "police_station"


class TestNobodySigns:
    @pytest.fixture(autouse=True)
    def desk(self, work: Work) -> None:
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    def test_it_is_reminded_and_then_the_town_decides(self, work: Work, clock: FixedClock) -> None:
        case = given_to(work, handler(work), taken_at=NOON, responded_at=NOON)

        told = []
        for minutes in range(-60, 120):
            clock.moment = MORNING + timedelta(minutes=minutes)
            service.press(work)
            told.append((acts_of(work.session, case).count(Act.LADDER), case.owner_level))

        changes = [after for before, after in pairwise(told) if before != after]
        assert changes == [(1, Level.DEPARTMENT), (1, Level.TOWN)]
        row = signing(work, case)
        assert (row.reminded_at, row.went_up_at) == (MORNING, MORNING + timedelta(minutes=30))
        assert (row.signed_by, row.due_at) == (None, None)

    def test_each_step_once_after_a_standstill(self, work: Work, clock: FixedClock) -> None:
        case = given_to(work, handler(work), taken_at=NOON, responded_at=NOON)
        clock.moment = MORNING + timedelta(days=1)

        assert [service.press(work) for _ in range(3)] == [1, 0, 0]

        assert acts_of(work.session, case)[-2:] == [Act.LADDER, Move.ESCALATE]
        assert case.owner_level is Level.TOWN

    def test_what_can_wait_rests_at_night(self, work: Work, clock: FixedClock) -> None:
        normal = given_to(work, handler(work), taken_at=NOON, responded_at=NOON)
        clock.moment = MORNING + timedelta(hours=15)  # midnight, after a day without a scheduler
        urgent = given_to(
            work, handler(work), taken_at=NOON, responded_at=NOON, urgency=Urgency.URGENT
        )
        clock.moment += timedelta(minutes=16)

        service.press(work)

        assert (normal.owner_level, urgent.owner_level) == (Level.DEPARTMENT, Level.TOWN)

    def test_who_signs_in_time_hears_nothing(self, work: Work, clock: FixedClock) -> None:
        case = in_hand(work, handler(work), taken_at=NOON, responded_at=NOON)
        clock.moment = MORNING + timedelta(days=1)

        assert service.press(work) == 0
        assert case.owner_level is Level.DEPARTMENT

    def test_a_reported_result_is_a_signature(self, work: Work, clock: FixedClock) -> None:
        owner = handler(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.HANDLING, department=MUNICIPAL)
        do(work, case, Move.REASSIGN, town, owner=owner.id, reason="归市政")
        handle(work, case, owner)
        clock.moment = MORNING + timedelta(days=1)

        assert service.press(work) == 0
        assert (signing(work, case).signed_by, case.state) == (owner.id, State.TO_VERIFY)

    @pytest.mark.parametrize("verb", [service.log_call, service.on_my_way])
    def test_who_calls_or_sets_out_has_signed(
        self, work: Work, clock: FixedClock, verb: Callable[..., None]
    ) -> None:
        clock.moment = MORNING
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        owner = handler(work)
        case = make_case(work.session, state=State.HANDLING, department=MUNICIPAL)
        do(work, case, Move.REASSIGN, town, owner=owner.id, reason="归市政")

        verb(work, case.id, by=owner)
        clock.advance(days=2)

        assert service.press(work) == 0
        assert signing(work, case).signed_by == case.owner_id == owner.id

    def test_the_police_stay_among_themselves(self, work: Work, clock: FixedClock) -> None:
        station = make_station(work.session)
        case = make_case(
            work.session,
            state=State.RETURNED,
            privacy=Privacy.POLICE,
            category="0203",
            department="police_station",
            taken_at=NOON,
            responded_at=NOON,
        )
        do(work, case, Move.ASSIGN, station, owner=station.id)
        clock.moment = MORNING + timedelta(days=1)

        service.press(work)

        assert case.owner_id == station.id  # nobody of the bureau is there, and no town sees it
        assert acts_of(work.session, case)[-2:] == [Act.LADDER, Act.LADDER]
        assert service.press(work) == 0

    def test_given_again_it_begins_again(self, work: Work, clock: FixedClock) -> None:
        first, second = handler(work), handler(work, URBAN)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = given_to(work, first, taken_at=NOON, responded_at=NOON)
        do(work, case, Move.REASSIGN, town, owner=second.id, reason="换部门")
        clock.moment = MORNING + timedelta(days=1)

        service.press(work)

        rows = work.session.scalars(select(Signing).order_by(Signing.id)).all()
        assert [row.department for row in rows] == [MUNICIPAL, URBAN]
        assert [row.went_up_at is not None for row in rows] == [False, True]

    def test_the_ordinary_ladder_does_not_take_it_twice(
        self, work: Work, clock: FixedClock
    ) -> None:
        case = given_to(work, handler(work))  # nobody had accepted or rung yet
        clock.moment = MORNING + timedelta(days=1)

        service.climb(work)
        service.press(work)

        assert case.owner_level is Level.TOWN
        escalated = select(func.count(Step.id)).where(
            Step.case_id == case.id, Step.move == Move.ESCALATE
        )
        assert work.session.scalar(escalated) == 1

    def test_nobody_says_of_it_that_it_is_at_the_top(self, work: Work, clock: FixedClock) -> None:
        case = given_to(work, handler(work))
        assert case.climbs_at is not None
        clock.moment = case.climbs_at

        service.climb(work)

        said = select(Step.why).where(Step.case_id == case.id, Step.act == Act.LADDER)
        assert case.owner_level is Level.DEPARTMENT
        assert work.session.scalars(said).all() == ["到时没有人接单，事情已经交给部门，等部门签收"]
        assert case.burns_at == case.respond_by
