"""Standstills, questions, more time, and the word that is given when a promise is not kept."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
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
from grid.models import Act, Case, Extension, Outcome, Pause, PromiseTold, Question
from grid.rules import Concern, Move, PauseEnd, PauseReason, State, Telling, Urgency
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import acts_of, do, eavesdrop, handle, make_case, opened

# A Monday, 10:00 in Shanghai: three working days end on Thursday.
MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
WAIT = PauseReason.WAIT_RESIDENT


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


def stop(work: Work, case: Case, by: Actor, reason: PauseReason = WAIT) -> None:
    service.pause(work, case.id, by=by, reason=reason, words="等您的照片")


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
