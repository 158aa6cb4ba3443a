"""Somebody falls ill or leaves: what they had goes to others, and nothing is left lying."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import handlers, jobs, queries, service
from grid.errors import Incomplete, NoSuchCase
from grid.models import OPEN, Case, Step
from grid.rules import Level, Move, State
from grid.rules.roster import Kind
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbox import Delivery
from kernel.work import Work
from people import service as people
from people.events import AccountClosed
from people.models import Account
from people.queries import actor_of
from people.rules import HatWanted
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.factories import do, handle, make_case, make_team
from tests.grid.rosters import MONDAY, lines, make_duty
from tests.grid.test_accused_everywhere import against

MOVABLE = (State.DISPATCHED, State.HANDLING)


def held(session: Session, owner: Actor, *states: State) -> list[Case]:
    return [make_case(session, state=state, owner_id=owner.id) for state in states]


def leave(work: Work, person: Actor) -> None:
    work.session.get_one(Account, person.id).closed_at = NOON
    work.session.flush()


class TestHandOver:
    def test_all_go_to_one_person_in_one_step_each_by_the_table(self, work: Work) -> None:
        team = make_team(work.session)
        ill, well = team[Role.GRID_FULL], team[Role.GRID_PART]
        cases = held(work.session, ill, *MOVABLE)

        done = service.hand_over(
            work,
            ill.id,
            [case.id for case in cases],
            to=well.id,
            reason="请病假",
            by=team[Role.GRID_LEADER],
        )

        assert (len(done.moved), done.stayed) == (2, ())
        assert {case.owner_id for case in cases} == {well.id}
        assert [case.state for case in cases] == list(MOVABLE)
        steps = work.session.scalars(select(Step).where(Step.move == Move.REASSIGN)).all()
        assert {(step.why, step.who) for step in steps} == {("请病假", team[Role.GRID_LEADER].id)}
        assert "case.hand-over" in work.session.scalars(select(AuditLine.action)).all()
        name = queries.progress(work.session, cases[0].id).owner_name
        assert name is not None
        assert name.startswith("网格员")

    def test_what_cannot_go_stays_and_is_said_and_the_others_go(self, work: Work) -> None:
        team = make_team(work.session)
        ill, well = team[Role.GRID_FULL], team[Role.GRID_PART]
        good, waits = held(work.session, ill, State.HANDLING, State.TO_VERIFY)
        waits.handled_by = ill.id
        own = make_case(work.session, owner_id=ill.id, staff_reporter=well.id)  # G3
        other = make_case(work.session)

        done = service.hand_over(
            work,
            ill.id,
            [good.id, waits.id, own.id, other.id, good.id],
            to=well.id,
            reason="离岗",
            by=team[Role.GRID_LEADER],
        )

        assert done.moved == (good.number,)
        assert {number for number, _why in done.stayed} == {waits.number, own.number, other.number}
        assert all(why for _number, why in done.stayed)
        assert (waits.owner_id, own.owner_id) == (ill.id, ill.id)

    def test_a_guessed_id_of_elsewhere_or_of_a_case_against_them_gives_no_number(
        self, work: Work
    ) -> None:
        team = make_team(work.session)
        leader = team[Role.GRID_LEADER]
        hidden = make_case(work.session, owner_id=team[Role.GRID_FULL].id)
        against(work, hidden, leader)
        far = make_case(work.session, area_code=NEXT_VILLAGE)

        done = service.hand_over(
            work,
            team[Role.GRID_FULL].id,
            [hidden.id, far.id, 999_999],
            to=team[Role.GRID_PART].id,
            reason="离岗",
            by=leader,
        )

        assert {number for number, _why in done.stayed} == {""}
        assert len({why for _number, why in done.stayed}) == 1

    @pytest.mark.parametrize(
        ("role", "area"), [(Role.GRID_FULL, NEXT_VILLAGE), (Role.MEDIATOR, VILLAGE)]
    )
    def test_not_to_somebody_from_elsewhere(self, work: Work, role: Role, area: str) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        ill = make_staff(work.session, Role.GRID_FULL, area=GRID)
        stranger = make_staff(work.session, role, area=area)
        (case,) = held(work.session, ill, State.HANDLING)

        done = service.hand_over(work, ill.id, [case.id], to=stranger.id, reason="离岗", by=leader)

        assert done.moved == ()
        assert case.owner_id == ill.id

    @pytest.mark.parametrize(
        ("ids", "to", "reason"), [([], 1, "离岗"), ([1], None, "离岗"), ([1], 1, " 。")]
    )
    def test_something_is_missing(
        self, work: Work, ids: list[int], to: int | None, reason: str
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)

        with pytest.raises(Incomplete):
            service.hand_over(work, 1, ids, to=to, reason=reason, by=leader)


class TestWhoReads:
    @pytest.mark.parametrize(
        ("role", "area", "reads"),
        [
            (Role.GRID_LEADER, VILLAGE, True),
            (Role.TOWN_ADMIN, TOWN, True),
            (Role.DISTRICT_CMD, DISTRICT, True),
            (Role.GRID_LEADER, NEXT_GRID, False),
            (Role.TOWN_ADMIN, NEXT_TOWN, False),
            (Role.GRID_PART, GRID, False),
            (Role.VILLAGE_ADMIN, VILLAGE, False),
            (Role.AUDITOR, DISTRICT, False),
        ],
    )
    def test_only_who_may_reassign_there(
        self, session: Session, role: Role, area: str, *, reads: bool
    ) -> None:
        ill = make_staff(session, Role.GRID_FULL, area=GRID)
        (case,) = held(session, ill, State.HANDLING)
        reader = make_staff(session, role, area=area)

        found = [one.person_id for one in queries.owners(session, by=reader)]
        people = queries.takers(session, ill.id, by=reader, now=NOON)

        assert (found == [ill.id]) is reads
        assert ill.id not in [one.person_id for one in people]
        if reads:
            (one,) = queries.held_by(session, ill.id, by=reader, now=NOON)
            assert (one.card.case_id, one.may_move) == (case.id, True)
        else:
            assert people == ()
            with pytest.raises(NoSuchCase):
                queries.held_by(session, ill.id, by=reader, now=NOON)

    def test_of_the_polices_cases_a_leader_reads_nothing(self, session: Session) -> None:
        aux = make_staff(session, Role.POLICE_AUX, area=VILLAGE)
        make_case(session, owner_id=aux.id, privacy="police", owner_level=Level.POLICE_AUX)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)

        assert queries.owners(session, by=leader) == ()

    def test_however_many_cases_it_takes_a_bounded_number_of_statements(
        self, session: Session, statements: list[str]
    ) -> None:
        ill = make_staff(session, Role.GRID_FULL, area=GRID)
        held(session, ill, *[State.HANDLING] * 30)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        session.flush()
        statements.clear()

        queries.held_by(session, ill.id, by=leader, now=NOON)
        queries.takers(session, ill.id, by=leader, now=NOON)

        assert len(statements) <= 5


class TestLeaving:
    def test_a_closed_account_is_told_to_the_grid(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        people.close_account(work, worker.id, by=None)

        work.session.flush()
        handler = "grid.handlers.take_up_left_cases"
        rows = work.session.scalars(select(Delivery).where(Delivery.handler == handler)).all()
        assert [row.payload for row in rows] == [{"person_id": worker.id}]

    def test_what_they_had_goes_to_the_desk_above(self, work: Work) -> None:
        team = make_team(work.session)
        gone = team[Role.GRID_FULL]
        cases = held(work.session, gone, *MOVABLE)
        leave(work, gone)

        handlers.take_up_left_cases(work, AccountClosed(person_id=gone.id))
        handlers.take_up_left_cases(work, AccountClosed(person_id=gone.id))

        assert {case.owner_id for case in cases} == {team[Role.GRID_LEADER].id}
        why = work.session.scalars(select(Step.why).where(Step.move == Move.ESCALATE)).all()
        assert why == ["原来的承办人不在岗了，交给上一级"] * 2

    def test_where_no_desk_is_manned_it_goes_further_up(self, work: Work) -> None:
        gone = make_staff(work.session, Role.GRID_FULL, area=GRID)
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        (case,) = held(work.session, gone, State.HANDLING)
        leave(work, gone)

        assert service.take_up_left(work) == 1

        assert case.owner_id == district.id

    def test_what_waits_to_be_verified_stays_and_goes_up_when_it_is_sent_back(
        self, work: Work
    ) -> None:
        team = make_team(work.session)
        gone = team[Role.GRID_FULL]
        (case,) = held(work.session, gone, State.HANDLING)
        handle(work, case, gone)
        leave(work, gone)
        jobs.take_up_left(work)
        assert (case.state, case.owner_id) == (State.TO_VERIFY, gone.id)

        do(work, case, Move.SEND_BACK, team[Role.TOWN_ADMIN], reason="还没好")
        jobs.take_up_left(work)

        assert (case.state, case.owner_id) == (State.HANDLING, team[Role.GRID_LEADER].id)

    def test_the_district_itself_has_nobody_above_and_a_colleague_hands_it_over(
        self, work: Work
    ) -> None:
        gone = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        colleague = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        case = make_case(work.session, owner_id=gone.id, owner_level=Level.DISTRICT)
        leave(work, gone)

        assert service.take_up_left(work) == 0
        done = service.hand_over(
            work, gone.id, [case.id], to=colleague.id, reason="离岗", by=colleague
        )

        assert (done.moved, case.owner_id) == ((case.number,), colleague.id)

    def test_police_cases_stay_with_the_police(self, work: Work) -> None:
        team = make_team(work.session)
        aux = team[Role.POLICE_AUX]
        case = make_case(
            work.session, owner_id=aux.id, owner_level=Level.POLICE_AUX, privacy="police"
        )
        leave(work, aux)

        service.take_up_left(work)

        assert case.owner_id == team[Role.DEPT_HANDLER].id

    def test_nobody_who_is_there_loses_anything(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        held(work.session, worker, *MOVABLE)

        assert service.take_up_left(work) == 0

    def test_they_are_out_of_the_table_of_duty_from_today_on(self, work: Work) -> None:
        gone = make_staff(work.session, Role.GRID_FULL, area=GRID)
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)
        before = MONDAY - timedelta(days=3)
        past = make_duty(work.session, Kind.NIGHT, gone, first_day=before, last_day=before)
        make_duty(work.session, Kind.NIGHT, gone)
        make_duty(work.session, Kind.STAND_IN, other, stands_for=gone.id)
        kept = make_duty(work.session, Kind.DAY, other)
        leave(work, gone)

        handlers.take_up_left_cases(work, AccountClosed(person_id=gone.id))

        work.session.expire_all()
        assert {row.id for row in lines(work.session)} == {past.id, kept.id}

    def test_every_open_state_with_an_owner_is_thought_of(self) -> None:
        """What the program cannot pass up either has no owner, or waits for somebody else."""
        left = set(OPEN) - set(service.handover.TAKEN_UP)

        assert left <= {State.SUBMITTED, State.TO_VERIFY, State.OBJECTED}


def test_a_village_hands_over_for_its_workers_while_it_wears_the_leaders_hat(work: Work) -> None:
    team = make_team(work.session)
    ill, well, village = team[Role.GRID_FULL], team[Role.GRID_PART], team[Role.VILLAGE_ADMIN]
    (case,) = held(work.session, ill, State.HANDLING)
    town, hat = team[Role.TOWN_ADMIN], HatWanted(Role.GRID_LEADER, VILLAGE)

    def give(by: Actor) -> int:
        done = service.hand_over(work, ill.id, [case.id], to=well.id, reason="病假", by=by)
        return len(done.moved)

    assert give(village) == 0
    people.give_hat(work, village.id, hat=hat, by=town)
    as_leader = actor_of(work.session, village.id)
    assert as_leader is not None
    assert queries.owners(work.session, by=as_leader)[0].person_id == ill.id
    assert give(as_leader) == 1
    people.take_hat(work, village.id, hat=hat, by=town)
    again = actor_of(work.session, village.id)
    assert again is not None
    assert queries.owners(work.session, by=again) == ()
