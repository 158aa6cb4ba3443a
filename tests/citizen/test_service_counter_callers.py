import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.errors import (
    NotForHelpers,
    RatedAlready,
    TooMuchWritten,
    UrgedToday,
)
from citizen.models import Rating, SaidFor
from citizen.rules import Satisfied, Solved, Wish
from grid.models import Act, Case, Step
from grid.rules import Move, State
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.errors import NotAllowed, Refusal
from kernel.grants import Role
from kernel.work import transaction
from people.errors import BadField
from people.models import Person
from tests.citizen.callers import LANDLINE, count, owner, say, taken
from tests.citizen.factories import PHONE, close, to_verify
from tests.factories import GRID, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock


@pytest.fixture
def clerk(session: Session) -> Actor:
    make_area(session, GRID)
    make_staff(session, Role.GRID_LEADER, area=GRID)
    return make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)


class TestSayingFor:
    def test_words_are_the_callers_and_say_who_wrote_them_down(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)

        say(session, report, Wish.ADD, clerk, words="又灭了")

        step = session.scalars(select(Step).where(Step.act == Act.SUPPLEMENT)).one()
        name = session.get_one(Person, clerk.id).public_name
        assert step.by_reporter
        assert step.why == f"又灭了（来电说的，{name}代记）"
        assert count(session, SaidFor) == 1

    def test_the_same_form_twice_is_said_once(self, session: Session, clerk: Actor) -> None:
        report = taken(session, clerk)

        for _ in range(2):
            say(session, report, Wish.ADD, clerk, words="又灭了")
        say(session, report, Wish.ADD, clerk, words="还是灭的")
        say(session, report, Wish.URGE, clerk)

        assert len(session.scalars(select(Step).where(Step.act == Act.SUPPLEMENT)).all()) == 2
        assert count(session, SaidFor) == 3

    def test_an_urge_is_one_a_day_whoever_writes_it_down(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)
        say(session, report, Wish.URGE, clerk)

        with pytest.raises(UrgedToday):
            say(session, report, Wish.URGE, clerk, key="another")
        step = session.scalars(select(Step).where(Step.act == Act.URGE)).one()
        assert step.why.startswith("来电说的，")
        assert count(session, SaidFor) == 1

    def test_who_handled_it_writes_down_no_judgement(self, session: Session, clerk: Actor) -> None:
        report = taken(session, clerk, phone=PHONE)
        handler = owner(session, report)
        close(session, report.case_id)

        for wish in (Wish.RATE, Wish.REOPEN):
            with pytest.raises(NotForHelpers):
                say(session, report, wish, handler, words="好得很")
        assert (count(session, Rating), count(session, SaidFor)) == (0, 0)

    def test_who_took_it_down_for_nobody_neither_closes_nor_rates_it(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)
        to_verify(session, report.case_id)
        with pytest.raises(NotForHelpers):
            say(session, report, Wish.CONFIRM, clerk)
        other = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        say(session, report, Wish.CONFIRM, other)

        assert session.get_one(Case, report.case_id).state is State.CLOSED
        step = session.scalars(select(Step).where(Step.move == Move.CONFIRM)).one()
        name = session.get_one(Person, other.id).public_name
        assert (step.by_reporter, step.why) == (True, f"来电说的，{name}代记")
        with pytest.raises(NotForHelpers):
            say(session, report, Wish.RATE, clerk)
        say(session, report, Wish.RATE, other, words="来得快")
        rating = session.scalars(select(Rating)).one()
        assert (rating.solved, rating.satisfied) == (Solved.SOLVED, Satisfied.SATISFIED)
        assert "代记" in rating.note

    def test_for_a_caller_who_can_be_rung_the_helper_writes_it_down(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk, phone=LANDLINE)
        close(session, report.case_id)

        say(session, report, Wish.RATE, clerk)

        name = session.get_one(Person, clerk.id).public_name
        assert session.scalars(select(Rating.note)).all() == [f"来电说的，{name}代记"]
        with pytest.raises(RatedAlready):
            say(session, report, Wish.RATE, clerk, key="again")

    def test_rework_is_asked_for_in_the_callers_name(self, session: Session, clerk: Actor) -> None:
        report = taken(session, clerk)
        close(session, report.case_id)

        say(session, report, Wish.REOPEN, clerk, words="灯又灭了")

        assert session.get_one(Case, report.case_id).state is State.REOPENED
        step = session.scalars(select(Step).where(Step.move == Move.REOPEN)).one()
        assert step.by_reporter
        assert "灯又灭了" in step.why

    def test_too_early_is_refused_as_for_anybody(self, session: Session, clerk: Actor) -> None:
        report = taken(session, clerk, phone=PHONE)

        for wish in (Wish.RATE, Wish.CONFIRM, Wish.REOPEN):
            with pytest.raises(Refusal):
                say(session, report, wish, clerk, words="好")
        assert count(session, SaidFor) == 0

    def test_what_is_for_the_police_is_not_for_the_counter(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk, tile="safe")
        assert session.get_one(Case, report.case_id).is_police

        with pytest.raises(NotAllowed):
            say(session, report, Wish.ADD, clerk, words="又来了")

    def test_who_takes_down_nothing_says_nothing_for_anybody(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)

        with pytest.raises(NotAllowed):
            say(session, report, Wish.ADD, make_staff(session, Role.SYSADMIN), words="x")


class TestLookingUp:
    def test_a_look_is_logged_without_the_number(self, session: Session, clerk: Actor) -> None:
        session.commit()
        with transaction() as work:
            index = service.look_up(work, "138 1234 5678", by=clerk)

        line = session.scalars(
            select(AuditLine).where(AuditLine.action == "receipt.find-by-phone")
        ).one()
        assert index == keyring().index(PHONE)
        assert line.actor_id == clerk.id
        assert PHONE not in f"{line.subject}{line.detail}"

    def test_numbers_are_not_tried_one_after_the_other(
        self, session: Session, clerk: Actor, clock: FixedClock
    ) -> None:
        session.commit()
        for tail in range(rules.MOST_LOOKS_IN_AN_HOUR):
            with transaction() as work:
                service.look_up(work, f"1381234{tail:04}", by=clerk)

        with pytest.raises(TooMuchWritten), transaction() as work:
            service.look_up(work, PHONE, by=clerk)
        other = make_staff(session, Role.VILLAGE_ADMIN)
        session.commit()
        with transaction() as work:
            service.look_up(work, PHONE, by=other)
        clock.advance(hours=1, seconds=1)
        with transaction() as work:
            service.look_up(work, PHONE, by=clerk)

    @pytest.mark.parametrize("typed", ["", "1", "张奶奶", "1" * 400, "😀", "138123456789012"])
    def test_what_is_no_number_is_refused(self, session: Session, clerk: Actor, typed: str) -> None:
        session.commit()
        with pytest.raises(BadField), transaction() as work:
            service.look_up(work, typed, by=clerk)
