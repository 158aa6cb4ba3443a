from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from grid import jobs, service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotYours,
    OftenEnough,
    TooLate,
    WrongMoment,
)
from grid.events import ReportersConcerned
from grid.models import Act, Case, Extension, Outcome, PromiseTold
from grid.rules import Concern, Move, PauseReason, Telling
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import acts_of, do, eavesdrop, handle, opened
from tests.grid.standing import DAY, MORNING, THURSDAY, stop


@pytest.fixture
def morning(clock: FixedClock) -> FixedClock:
    clock.moment = MORNING
    return clock


@pytest.fixture
def case(work: Work, morning: FixedClock, worker: Actor) -> Case:
    """A case in hand, of a category that may be given seven working days in all."""
    found = opened(work, submitted_at=morning.now(), category="0302", caller_phone="13800138000")
    do(work, found, Move.ACCEPT, worker)
    service.on_my_way(work, found.id, by=worker)
    assert found.close_by == THURSDAY
    return found


@pytest.fixture
def town(work: Work) -> Actor:
    return make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)


class TestExtension:
    def ask(self, work: Work, case: Case, by: Actor) -> None:
        service.ask_extension(work, case.id, by=by, reason="等配件")

    def test_granted_it_moves_the_end_and_the_reporters_hear_why(
        self, work: Work, case: Case, worker: Actor, town: Actor
    ) -> None:
        self.ask(work, case, worker)
        assert case.close_by == THURSDAY
        listening, heard = eavesdrop(work)

        service.decide_extension(listening, case.id, by=town, granted=True)

        assert case.close_by == THURSDAY + 6 * DAY  # seven working days in all: a Wednesday
        assert case.burns_at == case.close_by
        assert (case.extended, case.extension_open) == (True, False)
        assert heard == [ReportersConcerned(case_id=case.id, what=Concern.EXTENDED)]

    def test_refused_the_clock_runs_on_and_it_may_be_asked_again(
        self, work: Work, case: Case, worker: Actor, town: Actor
    ) -> None:
        self.ask(work, case, worker)

        with pytest.raises(Incomplete):
            service.decide_extension(work, case.id, by=town, granted=False)
        service.decide_extension(work, case.id, by=town, granted=False, sentence="先办")
        self.ask(work, case, worker)

        assert case.close_by == THURSDAY
        assert case.extension_open is True

    def test_one_ask_waits_and_one_is_granted(
        self, work: Work, case: Case, worker: Actor, town: Actor
    ) -> None:
        self.ask(work, case, worker)
        with pytest.raises(OftenEnough):
            self.ask(work, case, worker)
        service.decide_extension(work, case.id, by=town, granted=True)

        with pytest.raises(OftenEnough):
            self.ask(work, case, worker)
        with pytest.raises(WrongMoment):
            service.decide_extension(work, case.id, by=town, granted=True)

    def test_who_asked_never_decides(self, work: Work, morning: FixedClock, town: Actor) -> None:
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        case = opened(work, submitted_at=morning.now(), category="0302")
        do(work, case, Move.ACCEPT, town)
        self.ask(work, case, town)

        with pytest.raises(NotYours):
            service.decide_extension(work, case.id, by=town, granted=True)
        with pytest.raises(IntegrityError):
            work.session.execute(
                update(Extension).values(
                    outcome=Outcome.GRANTED, decided_by=town.id, decided_at=MORNING
                )
            )
        work.session.rollback()
        assert district.id != town.id

    def test_nobody_decides_from_next_door_or_below(
        self, work: Work, case: Case, worker: Actor
    ) -> None:
        next_door = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
        leader = make_staff(work.session, Role.GRID_LEADER, area=GRID)
        self.ask(work, case, worker)

        for person in (next_door, leader, worker):
            with pytest.raises((NoSuchCase, WrongMoment)):
                service.decide_extension(work, case.id, by=person, granted=True)
        assert case.extended is False

    def test_undecided_at_the_limit_it_lapses_and_says_so(
        self, work: Work, case: Case, worker: Actor, town: Actor, morning: FixedClock
    ) -> None:
        self.ask(work, case, worker)
        morning.moment = THURSDAY

        with pytest.raises(TooLate):
            service.decide_extension(work, case.id, by=town, granted=True)
        jobs.tell_promises(work)
        jobs.tell_promises(work)

        assert work.session.scalars(select(Extension.outcome)).all() == [Outcome.LAPSED]
        assert case.close_by == THURSDAY
        assert acts_of(work.session, case)[-2:] == [Act.EXTENSION_LAPSED, Act.BROKEN]

    def test_it_falls_with_the_case(self, work: Work, case: Case, worker: Actor) -> None:
        self.ask(work, case, worker)
        handle(work, case, worker)

        service.confirm(work, case.id)

        assert case.extension_open is False
        assert work.session.scalars(select(Extension.outcome)).all() == [Outcome.LAPSED]

    def test_there_is_none_where_the_category_has_none(
        self, work: Work, worker: Actor, morning: FixedClock
    ) -> None:
        case = opened(work, submitted_at=morning.now(), category=None)
        do(work, case, Move.ACCEPT, worker)

        with pytest.raises(TooLate):
            self.ask(work, case, worker)

    def test_a_reason_is_given(self, work: Work, case: Case, worker: Actor) -> None:
        with pytest.raises(Incomplete):
            service.ask_extension(work, case.id, by=worker, reason=" ")

    def test_a_standstill_and_more_time_add_up(
        self, work: Work, case: Case, worker: Actor, town: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker, PauseReason.WEATHER)
        self.ask(work, case, worker)
        service.decide_extension(work, case.id, by=town, granted=True)
        morning.advance(days=1)
        service.resume(work, case.id, by=worker)

        assert case.close_by == THURSDAY + 7 * DAY


class TestTellPromises:
    def told(self, work: Work) -> list[Telling]:
        return list(work.session.scalars(select(PromiseTold.kind).order_by(PromiseTold.id)))

    def test_before_and_after_once_each(self, work: Work, case: Case, morning: FixedClock) -> None:
        listening, heard = eavesdrop(work)
        nine = THURSDAY.replace(hour=1, minute=0)
        morning.moment = nine - timedelta(seconds=1)
        jobs.tell_promises(listening)
        assert heard == []

        for moment in (nine, nine + timedelta(hours=1), THURSDAY, THURSDAY + DAY):
            morning.moment = moment
            jobs.tell_promises(listening)
            jobs.tell_promises(listening)

        assert [event.what for event in heard if isinstance(event, ReportersConcerned)] == [
            "soon",
            "broken",
        ]
        assert self.told(work) == [Telling.SOON, Telling.BROKEN]
        assert acts_of(work.session, case)[-2:] == [Act.WARNED, Act.BROKEN]

    def test_what_is_closed_in_time_nobody_is_told_about(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        handle(work, case, worker)
        service.confirm(work, case.id)
        morning.moment = THURSDAY + DAY

        jobs.tell_promises(work)

        assert self.told(work) == []
        assert case.tells_at is None

    def test_another_promise_is_told_of_again(
        self, work: Work, case: Case, worker: Actor, town: Actor, morning: FixedClock
    ) -> None:
        morning.moment = THURSDAY - timedelta(hours=2)
        jobs.tell_promises(work)
        service.ask_extension(work, case.id, by=worker, reason="等配件")
        service.decide_extension(work, case.id, by=town, granted=True)
        assert case.close_by is not None
        morning.moment = case.close_by - timedelta(hours=2)

        jobs.tell_promises(work)

        assert self.told(work) == [Telling.SOON, Telling.SOON]

    def test_everybody_who_reported_it_hears(
        self, work: Work, case: Case, morning: FixedClock
    ) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        other = opened(work, submitted_at=morning.now())
        do(work, other, Move.MERGE, town, main_case=case.id, reason="同一件")
        listening, heard = eavesdrop(work)
        morning.moment = THURSDAY

        jobs.tell_promises(listening)

        assert [one.case_id for one in heard if isinstance(one, ReportersConcerned)] == [
            case.id,
            other.id,
        ]

    def test_what_is_written_down_is_never_changed(
        self, work: Work, case: Case, morning: FixedClock
    ) -> None:
        morning.moment = THURSDAY
        jobs.tell_promises(work)

        with pytest.raises(Exception, match="only ever added to"):
            work.session.execute(update(PromiseTold).values(told_at=MORNING))
        work.session.rollback()
