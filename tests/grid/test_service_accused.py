"""Whom a case is against: it leaves their hands at once, and what they say stays on it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import NoSuchCase, NotThatWay, WrongMoment
from grid.handlers import take_away
from grid.jobs import forget_unfounded, free_cases
from grid.models import Accused, AccusedAnswer, Case, Step
from grid.queries import accused as queries_accused
from grid.queries import gone
from grid.queries.accused import accused_of
from grid.rules import SYSTEM, Finding, Given, Level, Move, State
from grid.rules.accused import Against, Heard
from grid.service import Values
from grid.service.accused import Charge, accuse, write_answer
from grid.service.moving import make
from grid.service.recusal import NEUTRAL
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people.events import SomebodyBarred
from people.models import Barred, Person
from people.service.bars import bar
from people.service.kin import drop_kin, note_kin
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_household,
    make_person,
    make_staff,
)
from tests.fakes import NOON, FixedClock
from tests.grid.factories import make_case, make_team, opened

CLAIM = "有人反映处理不及时。"


def charge(person_id: int | None = None, key: str = "k", **more: str) -> Charge:
    against = Against(more.pop("against", Against.STAFF))
    return Charge(key=key, against=against, claim=CLAIM, person_id=person_id, **more)


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


class TestWriting:
    def test_the_same_form_twice_is_one_line(self, work: Work, worker: Actor, town: Actor) -> None:
        case = make_case(work.session, state=State.HANDLING)

        for _ in range(2):
            accuse(work, case.id, charge(worker.id), by=town)

        assert len(accused_of(work.session, case.id, by=make_leader(work, case))) == 1

    def test_is_for_those_at_the_case(self, work: Work, worker: Actor) -> None:
        case = make_case(work.session, state=State.HANDLING)
        team = make_team(work.session)
        may = {Role.TOWN_ADMIN, Role.DISTRICT_CMD}
        strangers = [actor for role, actor in team.items() if role not in may]
        strangers += [
            make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN),
            make_staff(work.session, Role.GRID_LEADER, area=NEXT_VILLAGE),
        ]

        for by in strangers:
            with pytest.raises(NoSuchCase):
                accuse(work, case.id, charge(worker.id), by=by)

        assert work.session.scalars(select(Accused)).all() == []

    def test_of_a_case_that_is_over_is_refused(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        case = make_case(work.session, state=State.CLOSED)

        with pytest.raises(WrongMoment):
            accuse(work, case.id, charge(worker.id), by=town)

    def test_somebody_of_another_town_or_of_no_staff_is_nobody_here(
        self, work: Work, town: Actor
    ) -> None:
        case = make_case(work.session, state=State.HANDLING)
        far = make_staff(work.session, Role.GRID_FULL, area=NEXT_TOWN)
        resident = make_person(work.session)

        for person_id in (far.id, resident.id, 999_999, None):
            with pytest.raises(NotThatWay, match="哪一位"):
                accuse(work, case.id, charge(person_id), by=town)

    def test_an_audit_line_names_the_case_and_not_the_person(
        self, work: Work, worker: Actor, town: Actor
    ) -> None:
        case = make_case(work.session, state=State.HANDLING)

        accuse(work, case.id, charge(worker.id), by=town)

        line = work.session.scalars(
            select(AuditLine).where(AuditLine.action == "case.accused")
        ).one()
        assert (line.subject, line.detail) == (f"case:{case.id}", "")

    def test_whoever_writes_down_themselves_loses_sight_of_it(
        self, work: Work, worker: Actor, village: Actor
    ) -> None:
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        accuse(work, case.id, charge(worker.id), by=worker)

        assert case.owner_id == village.id


class TestReading:
    @pytest.mark.parametrize("area", [NEXT_TOWN])
    def test_whom_it_is_against_is_nothing_for_strangers(
        self, work: Work, worker: Actor, town: Actor, area: str
    ) -> None:
        case = make_case(work.session, state=State.RETURNED)
        accuse(work, case.id, charge(worker.id), by=town)
        strangers = [
            make_staff(work.session, Role.TOWN_ADMIN, area=area),
            make_staff(work.session, Role.GRID_LEADER, area=NEXT_VILLAGE),
            make_staff(work.session, Role.AUDITOR, area=DISTRICT),
            worker,
        ]

        assert queries_accused.accused_of(work.session, case.id, by=town)
        assert queries_accused.colleagues(work.session, case.id, by=town)
        for by in strangers:
            assert queries_accused.accused_of(work.session, case.id, by=by) == ()
            assert queries_accused.colleagues(work.session, case.id, by=by) == ()


class TestHousehold:
    def test_keeps_the_staff_who_live_there_and_their_kin_away(
        self, work: Work, worker: Actor, village: Actor, town: Actor
    ) -> None:
        home = make_household(work.session)
        work.session.get_one(Person, worker.id).household_id = home.id
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        household = charge(against="household", household=home.number)
        accuse(work, case.id, household, by=town)

        assert case.owner_id == village.id

    @pytest.mark.parametrize("number", ["", "H0", "没有"])
    def test_that_is_none_is_refused(self, work: Work, town: Actor, number: str) -> None:
        case = make_case(work.session, state=State.HANDLING)

        with pytest.raises(NotThatWay, match="户号"):
            accuse(work, case.id, charge(against="household", household=number), by=town)

    def test_of_another_town_is_none(self, work: Work, town: Actor) -> None:
        home = make_household(work.session, area=f"{NEXT_TOWN}001")
        case = make_case(work.session, state=State.HANDLING)

        with pytest.raises(NotThatWay, match="户号"):
            accuse(work, case.id, charge(against="household", household=home.number), by=town)


class TestAnswer:
    def test_stays_with_the_case_and_the_verifier_reads_it(self, work: Work, worker: Actor) -> None:
        case = make_case(work.session, state=State.TO_VERIFY, owner_id=worker.id)
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        accuse(work, case.id, charge(against="place", name="小吃店"), by=leader)
        accused = work.session.scalars(select(Accused)).one()

        for _ in range(2):
            write_answer(
                work, accused.id, key="k", heard=Heard.VISIT, words="十点就关门了", by=leader
            )

        line = accused_of(work.session, case.id, by=leader)[0]
        assert (line.name, line.claim) == ("小吃店", CLAIM)
        assert [one.words for one in line.answers] == ["十点就关门了"]

    def test_is_written_once(self, work: Work, worker: Actor) -> None:
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        accuse(work, case.id, charge(against="other", name="楼上"), by=worker)
        accused = work.session.scalars(select(Accused)).one()
        write_answer(work, accused.id, key="k", heard=Heard.CALL, words="没有的事", by=worker)

        for change in (sa.update(AccusedAnswer).values(words="有"), sa.delete(AccusedAnswer)):
            with pytest.raises(DBAPIError), work.session.begin_nested():
                work.session.execute(change)

    def test_of_nobody_is_nothing(self, work: Work, worker: Actor) -> None:
        make_area(work.session, GRID)

        with pytest.raises(NoSuchCase):
            write_answer(work, 99, key="k", heard=Heard.CALL, words="没有的事", by=worker)


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

        assert pointing == {"grid_accused_answer"}
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


def make_leader(work: Work, case: Case) -> Actor:
    """Return somebody who has the case now and so reads all of it."""
    leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
    case.owner_id, case.owner_level = leader.id, Level.GRID_LEADER
    work.session.flush()
    return leader
