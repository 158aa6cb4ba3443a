"""Standstills, questions, more time, and the word that is given when a promise is not kept."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from grid import jobs, service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    TooLate,
    WrongMoment,
)
from grid.events import ReportersConcerned
from grid.models import Act, Case, Pause, Question
from grid.rules import Concern, Move, PauseEnd, PauseReason, State, Urgency
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import acts_of, do, eavesdrop, handle, make_case, opened
from tests.grid.standing import DAY, MORNING, THURSDAY, WAIT, stop


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


class TestPause:
    def test_the_clock_stands_and_goes_on_by_itself_once(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker)
        stood = (case.paused_until, case.burns_at, case.tells_at, case.close_by)
        morning.moment = THURSDAY - DAY

        for _ in range(3):
            jobs.end_pauses(work)

        # Promised for Monday meanwhile: two working days later.
        assert stood == (THURSDAY - DAY, None, None, THURSDAY + 4 * DAY)
        assert case.paused_until is None
        assert case.burns_at == case.close_by == THURSDAY + 4 * DAY
        assert acts_of(work.session, case)[-2:] == [Act.PAUSED, Act.RESUMED]

    def test_ended_by_hand_only_the_days_that_passed_are_given_back(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker)
        morning.advance(days=1)

        service.resume(work, case.id, by=worker)
        service.resume(work, case.id, by=worker)

        assert case.close_by == THURSDAY + DAY
        assert acts_of(work.session, case).count(Act.RESUMED) == 1

    def test_it_stands_still_once_in_its_life(self, work: Work, case: Case, worker: Actor) -> None:
        stop(work, case, worker)
        service.resume(work, case.id, by=worker)

        with pytest.raises(OftenEnough):
            stop(work, case, worker, PauseReason.WEATHER)
        work.session.add(
            Pause(
                case_id=case.id,
                reason=WAIT,
                words="again",
                began_at=MORNING,
                ends_by=THURSDAY,
                who=worker.id,
            )
        )
        with pytest.raises(IntegrityError):
            work.session.flush()
        work.session.rollback()

    def test_it_says_something_to_the_resident(self, work: Work, case: Case, worker: Actor) -> None:
        with pytest.raises(Incomplete):
            service.pause(work, case.id, by=worker, reason=WAIT, words=" 。")

        assert case.paused_until is None

    def test_only_its_owner_stops_it(self, work: Work, case: Case, town: Actor) -> None:
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)

        for person in (other, town):
            with pytest.raises((NoSuchCase, NotYours)):
                stop(work, case, person)

    def test_what_is_late_already_is_not_stopped(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        morning.moment = THURSDAY

        with pytest.raises(TooLate):
            stop(work, case, worker)

    def test_a_result_ends_it(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker)
        morning.advance(days=1)

        handle(work, case, worker)

        assert case.paused_until is None
        assert case.close_by == THURSDAY + DAY
        assert work.session.scalars(select(Pause.ended_how)).one() is PauseEnd.MOVE

    def test_the_ladder_goes_on_for_who_did_not_even_ring(
        self, work: Work, worker: Actor, morning: FixedClock
    ) -> None:
        make_staff(work.session, Role.VILLAGE_ADMIN, area=GRID[:12])
        case = opened(work, submitted_at=morning.now())
        do(work, case, Move.ACCEPT, worker)
        stop(work, case, worker)
        morning.advance(minutes=5)

        jobs.climb(work)

        assert case.owner_id != worker.id
        assert case.paused_until is not None

    def test_a_schedule_that_was_down_ends_it_when_it_should_have_ended(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker)
        morning.moment = THURSDAY + 10 * DAY

        jobs.end_pauses(work)

        assert case.close_by == THURSDAY + 4 * DAY

    def test_across_a_year_without_a_calendar_its_end_is_flagged(
        self, work: Work, worker: Actor, morning: FixedClock
    ) -> None:
        morning.moment = datetime(2026, 12, 31, 2, tzinfo=UTC)
        case = opened(work, submitted_at=morning.now(), danger=True)
        do(work, case, Move.ACCEPT, worker)
        flags = [case.estimated]  # twenty-four hours need no calendar

        stop(work, case, worker)

        assert [*flags, case.estimated] == [False, True]
        assert work.session.scalars(select(Pause.estimated)).one() is True

    def test_a_tightened_end_stays_tight_when_it_goes_on(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        service.classify(work, case.id, by=worker, category="0302", urgency=Urgency.URGENT)
        assert case.close_by == MORNING + DAY
        service.classify(work, case.id, by=worker, category="0302", urgency=Urgency.NORMAL)
        stop(work, case, worker)
        morning.advance(hours=3)

        service.resume(work, case.id, by=worker)

        assert case.close_by == MORNING + DAY + timedelta(hours=3)

    def test_rework_begins_with_a_clock_of_its_own(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        stop(work, case, worker)
        handle(work, case, worker)
        service.confirm(work, case.id)
        morning.advance(days=1)

        service.reopen(work, case.id, reason="又坏了")

        assert case.close_by == THURSDAY + DAY
        assert (case.extended, case.paused_until) == (False, None)


class TestQuestion:
    def test_the_clock_waits_for_the_answer_and_the_reporter_is_told(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        listening, heard = eavesdrop(work)

        service.ask(listening, case.id, by=worker, words="在哪一段路？")
        assert (case.questions, case.paused_until) == (1, THURSDAY - DAY)
        morning.advance(days=1)
        service.answer(work, case.id, words="桥头", attachments=())

        assert heard == [ReportersConcerned(case_id=case.id, what=Concern.ASKED)]
        assert (case.questions, case.paused_until) == (0, None)
        assert case.close_by == THURSDAY + DAY
        assert acts_of(work.session, case)[-3:] == [Act.ASKED, Act.ANSWERED, Act.RESUMED]

    def test_several_are_asked_but_the_clock_stands_once(
        self, work: Work, case: Case, worker: Actor
    ) -> None:
        for words in ("在哪一段路？", "多大的坑？"):
            service.ask(work, case.id, by=worker, words=words)
        service.answer(work, case.id, words="桥头，脸盆大", attachments=())

        service.ask(work, case.id, by=worker, words="现在还在吗？")

        assert (case.questions, case.paused_until) == (1, None)
        assert len(work.session.scalars(select(Pause)).all()) == 1

    def test_unanswered_the_case_goes_on_and_says_so(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        service.ask(work, case.id, by=worker, words="在哪一段路？")
        morning.moment = THURSDAY - DAY

        jobs.end_pauses(work)

        question = work.session.scalars(select(Question)).one()
        work.session.refresh(question)
        assert question.lapsed_at == THURSDAY - DAY
        assert (case.questions, case.state) == (0, State.HANDLING)

    def test_an_answer_that_comes_too_late_is_kept_all_the_same(
        self, work: Work, case: Case, worker: Actor, morning: FixedClock
    ) -> None:
        service.ask(work, case.id, by=worker, words="在哪一段路？")
        morning.moment = THURSDAY - DAY
        jobs.end_pauses(work)

        service.answer(work, case.id, words="桥头", attachments=())

        assert acts_of(work.session, case)[-1] is Act.SUPPLEMENT

    def test_after_the_end_nothing_is_answered(self, work: Work, case: Case, worker: Actor) -> None:
        service.ask(work, case.id, by=worker, words="在哪一段路？")
        handle(work, case, worker)
        service.confirm(work, case.id)

        with pytest.raises(WrongMoment):
            service.answer(work, case.id, words="桥头", attachments=())
        assert case.questions == 0

    def test_an_empty_answer_is_none(self, work: Work, case: Case, worker: Actor) -> None:
        service.ask(work, case.id, by=worker, words="在哪一段路？")

        with pytest.raises(Incomplete):
            service.answer(work, case.id, words="……", attachments=())

        assert case.questions == 1

    def test_nobody_asks_on_somebody_elses_case(self, work: Work, case: Case) -> None:
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises((NoSuchCase, NotYours)):
            service.ask(work, case.id, by=other, words="在哪？")

    def test_on_a_merged_case_nobody_is_asked(
        self, work: Work, worker: Actor, morning: FixedClock
    ) -> None:
        merged = make_case(work.session, state=State.MERGED, owner_id=worker.id, owner_level="grid")

        with pytest.raises(WrongMoment):
            service.ask(work, merged.id, by=worker, words="在哪？")

    def test_a_worker_who_filed_it_is_no_resident(self, work: Work, worker: Actor) -> None:
        filer = make_staff(work.session, Role.GRID_PART, area=GRID)
        case = make_case(
            work.session, state=State.HANDLING, owner_id=worker.id, staff_reporter=filer.id
        )

        with pytest.raises(NotThatWay):
            service.ask(work, case.id, by=worker, words="在哪？")

    def test_enough_is_enough(self, work: Work, case: Case, worker: Actor) -> None:
        for number in range(5):
            service.ask(work, case.id, by=worker, words=f"第{number}问")

        with pytest.raises(OftenEnough):
            service.ask(work, case.id, by=worker, words="还有")
        with pytest.raises(OftenEnough):
            service.ask(work, case.id, by=worker, words="")
