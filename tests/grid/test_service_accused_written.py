import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from grid.errors import NoSuchCase, NotThatWay, WrongMoment
from grid.models import Accused, AccusedAnswer
from grid.queries import accused as queries_accused
from grid.queries.accused import accused_of
from grid.rules import State
from grid.rules.accused import Heard
from grid.service.accused import accuse, write_answer
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people.models import Person
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
from tests.grid.charged import CLAIM, charge, make_leader
from tests.grid.factories import make_case, make_team


@pytest.fixture
def town(work: Work) -> Actor:
    return make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)


@pytest.fixture
def village(work: Work) -> Actor:
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)


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
