"""Whom a case is against: it leaves their hands at once, and what they say stays on it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import NoSuchCase, NotThatWay
from grid.handlers import take_away
from grid.jobs import forget_unfounded, free_cases
from grid.models import Accused, Step
from grid.queries import gone
from grid.rules import SYSTEM, Finding, Given, Level, Move, State
from grid.service import Values
from grid.service.accused import accuse
from grid.service.moving import make
from grid.service.recusal import NEUTRAL
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people.events import SomebodyBarred
from people.models import Barred
from people.service.bars import bar
from people.service.kin import drop_kin, note_kin
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_TOWN,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.charged import charge
from tests.grid.factories import make_case, opened


@pytest.fixture
def town(work: Work) -> Actor:
    return make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)


@pytest.fixture
def village(work: Work) -> Actor:
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)


class TestTheOwner:
    @pytest.mark.parametrize("state", [State.DISPATCHED, State.HANDLING])
    def test_loses_it_at_once_to_the_level_above_without_a_reason(
        self, work: Work, worker: Actor, village: Actor, town: Actor, state: State
    ) -> None:
        case = make_case(work.session, state=state, owner_id=worker.id)

        accuse(work, case.id, charge(worker.id), by=town)

        assert (case.owner_id, case.owner_level, case.state) == (village.id, Level.VILLAGE, state)
        step = work.session.scalars(select(Step).order_by(Step.id.desc())).first()
        assert step is not None
        assert (step.move, step.who, step.why) == (Move.ESCALATE, None, NEUTRAL)

    def test_of_a_result_leaves_it_to_be_verified_and_sent_back_to_somebody_else(
        self, work: Work, worker: Actor, village: Actor, town: Actor
    ) -> None:
        case = make_case(
            work.session, state=State.TO_VERIFY, owner_id=worker.id, handled_by=worker.id
        )

        accuse(work, case.id, charge(worker.id), by=town)
        values = Values(reason="请另一位去看")
        service.move(
            work, case.id, Move.SEND_BACK, by=town, expected=State.TO_VERIFY, values=values
        )

        assert (case.owner_id, case.state) == (village.id, State.HANDLING)

    def test_with_the_page_open_hears_that_it_went_up_and_nothing_else(
        self, work: Work, worker: Actor, village: Actor, town: Actor
    ) -> None:
        case = opened(work)
        case.owner_id, case.owner_level = worker.id, Level.GRID
        work.session.flush()
        give = Values(owner=worker.id, reason="换人")
        service.move(work, case.id, Move.REASSIGN, by=town, expected=case.state, values=give)
        accuse(work, case.id, charge(worker.id), by=town)

        with pytest.raises(NoSuchCase) as refused:
            service.move(work, case.id, Move.ACCEPT, by=worker, expected=State.DISPATCHED)

        assert str(refused.value) == "这件事已由上级办理，您不用再办了。"
        stranger = make_staff(work.session, Role.GRID_FULL, area=f"{NEXT_TOWN}001001")
        assert str(gone.missing(work.session, case.id, stranger)) == gone.GONE
        assert str(gone.missing(work.session, case.id, worker)) == gone.TAKEN_UP

    def test_who_is_the_towns_only_one_loses_it_to_the_district(
        self, work: Work, town: Actor
    ) -> None:
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        case = make_case(
            work.session, state=State.HANDLING, owner_id=town.id, owner_level=Level.TOWN
        )

        accuse(work, case.id, charge(town.id), by=district)

        assert (case.owner_id, case.owner_level) == (district.id, Level.DISTRICT)

    def test_stays_only_until_somebody_else_is_there_and_sees_it_no_more(
        self, work: Work, worker: Actor
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(
            work.session, state=State.TO_VERIFY, owner_id=worker.id, handled_by=worker.id
        )
        accuse(work, case.id, charge(worker.id), by=leader)
        accuse(work, case.id, charge(leader.id, "two"), by=leader)
        for one in (worker, leader):
            assert queries.queue(work.session, by=one, now=NOON).cards == ()
        village = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)

        free_cases(work)
        free_cases(work)

        assert case.owner_id == village.id

    def test_who_turns_out_to_be_kin_loses_it_too(
        self, work: Work, worker: Actor, village: Actor, town: Actor
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        accuse(work, case.id, charge(leader.id), by=town)
        assert case.owner_id == worker.id
        login = f"staff{leader.id}"

        note_kin(work, worker.id, who=login, by=town)
        free_cases(work)

        assert case.owner_id == village.id
        assert queries.queue(work.session, by=worker, now=NOON).cards == ()

    def test_kin_that_is_taken_back_still_sees_nothing_of_what_was(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(work.session, state=State.RETURNED)
        note_kin(work, worker.id, who=f"staff{leader.id}", by=town)
        accuse(work, case.id, charge(leader.id), by=town)

        drop_kin(work, worker.id, leader.id, by=town)

        assert not queries.listed(work.session, by=worker, now=NOON).cards

    def test_is_given_it_by_nobody_not_even_by_the_program(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        case = make_case(work.session, state=State.ACCEPTED)
        accuse(work, case.id, charge(worker.id), by=town)
        given = Given(owner=worker.id, owner_level=Level.GRID)

        with pytest.raises(NotThatWay):
            make(work, case, Move.ASSIGN, mover=SYSTEM, given=given)

    def test_loses_it_when_the_news_arrives_and_again_changes_nothing(
        self, work: Work, worker: Actor, village: Actor
    ) -> None:
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        bar(work, "case", [case.id], accused=[worker.id])

        for about in ("complaint", "case", "case"):
            take_away(work, SomebodyBarred(about=about, ref=case.id))
        take_away(work, SomebodyBarred(about="case", ref=999))

        assert case.owner_id == village.id
        assert case.turn == 1


class TestMerging:
    def test_into_another_hides_both_from_whom_one_is_against(
        self, work: Work, worker: Actor, village: Actor, town: Actor
    ) -> None:
        main = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        other = make_case(work.session, state=State.HANDLING)
        accuse(work, other.id, charge(worker.id), by=town)

        service.move(
            work,
            other.id,
            Move.MERGE,
            by=town,
            expected=State.HANDLING,
            values=Values(main_case=main.id, reason="同一件事"),
        )
        free_cases(work)

        assert main.owner_id == village.id
        assert queries.listed(work.session, by=worker, now=NOON).cards == ()

    def test_accusing_in_the_main_case_hides_what_was_merged_into_it(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        main = make_case(work.session, state=State.HANDLING, owner_id=worker.id, reporters=2)
        part = make_case(work.session, state=State.MERGED, main_id=main.id)

        accuse(work, main.id, charge(worker.id), by=town)

        barred = work.session.scalars(select(Barred.ref).where(Barred.person_id == worker.id))
        assert set(barred) == {main.id, part.id}


class TestUnfounded:
    def closed(self, work: Work, worker: Actor, finding: Finding) -> Accused:
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        accuse(work, case.id, charge(against="place", name="小吃店"), by=worker)
        case.state, case.closed_at, case.finding = State.CLOSED, NOON, finding
        case.proposed_finding, case.result_text, case.handled_by = finding, "看过", worker.id
        work.session.flush()
        return work.session.scalars(select(Accused)).one()

    def test_is_forgotten_after_thirty_days(
        self, work: Work, worker: Actor, clock: FixedClock
    ) -> None:
        accused = self.closed(work, worker, Finding.UNFOUNDED)

        clock.moment = NOON + timedelta(days=30) - timedelta(seconds=1)
        forget_unfounded(work)
        kept = accused.name
        clock.advance(seconds=1)
        forget_unfounded(work)

        assert kept == "小吃店"
        assert (accused.name, accused.person_id, accused.household_id) == (None, None, None)

    @pytest.mark.parametrize("finding", [Finding.TRUE, Finding.PARTLY, Finding.UNDETERMINABLE])
    def test_only_what_is_unfounded(
        self, work: Work, worker: Actor, clock: FixedClock, finding: Finding
    ) -> None:
        accused = self.closed(work, worker, finding)

        clock.advance(days=60)
        forget_unfounded(work)

        assert accused.name == "小吃店"

    def test_no_table_but_the_case_itself_points_at_whom_it_was_against(
        self, session: Session
    ) -> None:
        """A list or a count of whom cases were against would need a way to get there."""
        metadata = Accused.metadata
        pointing = {
            table.name
            for table in metadata.tables.values()
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table.name == "grid_accused"
        }

        # What they said, and the link by which they say it: neither is listed or counted.
        assert pointing == {"grid_accused_answer", "grid_accused_link"}
        table = metadata.tables["grid_accused"]
        indexed = {column.name for index in table.indexes for column in index.columns}
        assert indexed == {"case_id"}


class TestAboutUs:
    def test_leaves_the_hands_of_all_who_work_there(
        self, work: Work, worker: Actor, village: Actor
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        towns = [make_staff(work.session, Role.TOWN_ADMIN, area=TOWN) for _ in range(2)]
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        service.classify(work, case.id, by=worker, category="9901")

        assert case.owner_id in {one.id for one in towns}
        for one in (worker, village, leader):
            assert queries.listed(work.session, by=one, now=NOON).cards == ()
        assert queries.listed(work.session, by=towns[0], now=NOON).cards

    def test_goes_to_the_district_where_the_town_has_only_one_so_that_somebody_verifies(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        service.classify(work, case.id, by=worker, category="9901")

        assert case.owner_id == district.id

    def test_never_lands_there_where_a_code_says_so(self, work: Work, clock: FixedClock) -> None:
        clock.moment = NOON - timedelta(hours=8)  # noon in Shanghai: the worker is on duty
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        towns = [make_staff(work.session, Role.TOWN_ADMIN, area=TOWN) for _ in range(2)]

        case = opened(work, category="9901", submitted_at=clock.moment)

        assert case.owner_id in {one.id for one in towns}
        owners = work.session.scalars(select(Step.owner_id).where(Step.case_id == case.id))
        assert worker.id not in set(owners)

    def test_other_categories_stay_where_they_are(self, work: Work, worker: Actor) -> None:
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        service.classify(work, case.id, by=worker, category="0301")

        assert case.owner_id == worker.id
        assert work.session.scalars(select(Barred)).all() == []
