"""When residents are told about a promise; properties of pauses and extensions over any nights."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.errors import NotThatWay, NotYours, OftenEnough, TooLate, WrongMoment
from grid.rules import (
    CATALOGUE,
    PauseReason,
    Promise,
    Span,
    State,
    Telling,
    Terms,
    Unit,
    Urgency,
    deadlines,
    pause_ends,
    refuse_judge,
    refuse_question,
    refuse_standstill,
    supervisor_of,
    terms_of,
    working_days_after,
)
from grid.rules.levels import Level, is_above
from grid.rules.phrases import SHIPPED, Situation
from grid.rules.promises import LEAD, MOST_QUESTIONS, warns_at
from kernel.workdays import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.shipped()
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
FRIDAY = datetime(2026, 3, 6, 17, 30, tzinfo=SHANGHAI)
THREE_DAYS = Span(3, Unit.WORKING_DAY)
A_DAY = Span(24, Unit.HOUR)
HOUR = timedelta(hours=1)

moments = st.integers(0, 318 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 5, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)
categories = st.sampled_from(sorted(CATALOGUE.categories))


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    category = CATALOGUE.categories[draw(categories)]
    return terms_of(category, draw(st.sampled_from(Urgency)))


class TestTelling:
    def test_comes_on_the_morning_of_the_last_day(self) -> None:
        assert warns_at(FRIDAY, THREE_DAYS) == FRIDAY.replace(hour=9, minute=0)
        assert warns_at(FRIDAY, Span(30, Unit.DAY)) == FRIDAY.replace(hour=9, minute=0)

    def test_comes_four_hours_before_or_half_way_where_hours_count(self) -> None:
        assert warns_at(FRIDAY, A_DAY) == FRIDAY - LEAD
        assert warns_at(FRIDAY, Span(2, Unit.HOUR)) == FRIDAY - HOUR

    def test_is_said_once_before_and_once_after(self) -> None:
        promise = Promise(close_by=FRIDAY, span=THREE_DAYS)
        warned = replace(promise, warned_of=FRIDAY)
        broken = replace(warned, broken_of=FRIDAY)
        morning = FRIDAY.replace(hour=9, minute=0)

        assert promise.telling(morning - timedelta(seconds=1)) is None
        assert promise.telling(morning) is Telling.SOON
        assert warned.telling(morning) is None
        assert warned.telling(FRIDAY) is Telling.BROKEN
        assert broken.next_telling_at is None

    def test_of_what_was_missed_only_the_later_is_said(self) -> None:
        promise = Promise(close_by=FRIDAY, span=THREE_DAYS)

        assert promise.telling(FRIDAY + 48 * HOUR) is Telling.BROKEN

    def test_begins_anew_with_another_promise(self) -> None:
        later = FRIDAY + timedelta(days=7)
        promise = Promise(close_by=later, span=THREE_DAYS, warned_of=FRIDAY, broken_of=FRIDAY)

        assert promise.telling(FRIDAY + HOUR) is None
        assert promise.telling(later - HOUR) is Telling.SOON

    def test_of_no_promise_says_nothing(self) -> None:
        assert Promise(close_by=None, span=A_DAY).telling(FRIDAY) is None

    @given(any_terms(), moments, st.integers(0, 60 * 24 * 60))
    def test_never_comes_after_the_promise_is_broken(
        self, terms: Terms, at: datetime, minutes: int
    ) -> None:
        due = deadlines(terms, CALENDAR, submitted_at=at, accepted_at=at)
        assert due.close_by is not None
        promise = Promise(close_by=due.close_by, span=terms.close)

        said = promise.telling(at + timedelta(minutes=minutes))

        assert promise.next_telling_at is not None
        assert promise.next_telling_at < due.close_by
        if said is Telling.SOON:
            assert at + timedelta(minutes=minutes) < due.close_by


class TestPauses:
    @given(any_terms(), moments, st.integers(0, 20 * 24), st.integers(0, 20 * 24))
    def test_ended_early_give_no_more_time_than_ended_by_themselves(
        self, terms: Terms, at: datetime, after: int, early: int
    ) -> None:
        began = at + after * HOUR
        until = pause_ends(PauseReason.WEATHER, began, CALENDAR)
        ended = min(until, began + early * HOUR)

        never, short, whole = (
            deadlines(terms, CALENDAR, submitted_at=at, accepted_at=at, pauses=pauses).close_by
            for pauses in ([], [(began, ended)], [(began, until)])
        )

        assert never is not None
        assert short is not None
        assert whole is not None
        assert never <= short <= whole

    @given(any_terms(), moments, st.integers(0, 500))
    def test_never_move_who_has_to_accept_and_answer(
        self, terms: Terms, at: datetime, hours: int
    ) -> None:
        plain = deadlines(terms, CALENDAR, submitted_at=at, accepted_at=at)
        stood = deadlines(
            terms,
            CALENDAR,
            submitted_at=at,
            accepted_at=at,
            pauses=[(at, at + hours * HOUR)],
            extended=True,
        )

        assert (stood.accept_by, stood.respond_by) == (plain.accept_by, plain.respond_by)

    @given(terms=any_terms(), at=moments, hours=st.integers(0, 100), extended=st.booleans())
    def test_and_an_extension_never_take_time_away(
        self, terms: Terms, at: datetime, hours: int, *, extended: bool
    ) -> None:
        pauses = [(at + HOUR, at + HOUR * (hours + 1))]
        plain = deadlines(terms, CALENDAR, submitted_at=at, accepted_at=at)
        given_more = deadlines(
            terms, CALENDAR, submitted_at=at, accepted_at=at, pauses=pauses, extended=extended
        )

        assert plain.close_by is not None
        assert given_more.close_by is not None
        assert given_more.close_by >= plain.close_by


class TestWho:
    def test_only_its_owner_stops_the_clock_while_it_is_in_hand_and_in_time(self) -> None:
        refuse_standstill(state=State.HANDLING, is_owner=True, close_by=FRIDAY, now=MONDAY)

        with pytest.raises(NotYours):
            refuse_standstill(state=State.HANDLING, is_owner=False, close_by=FRIDAY, now=MONDAY)
        with pytest.raises(TooLate):
            refuse_standstill(state=State.HANDLING, is_owner=True, close_by=FRIDAY, now=FRIDAY)
        for state in set(State) - {State.HANDLING}:
            with pytest.raises(WrongMoment):
                refuse_standstill(state=state, is_owner=True, close_by=FRIDAY, now=MONDAY)

    def test_who_asked_for_time_does_not_give_it_and_nobody_gives_it_too_late(self) -> None:
        refuse_judge(person=1, asked_by=2, close_by=FRIDAY, now=MONDAY)

        with pytest.raises(NotYours):
            refuse_judge(person=1, asked_by=1, close_by=FRIDAY, now=MONDAY)
        with pytest.raises(TooLate):
            refuse_judge(person=1, asked_by=2, close_by=FRIDAY, now=FRIDAY)

    def test_nobody_is_asked_where_nobody_is_or_for_ever(self) -> None:
        refuse_question(asked=MOST_QUESTIONS - 1, has_resident=True)

        with pytest.raises(OftenEnough):
            refuse_question(asked=MOST_QUESTIONS, has_resident=True)
        with pytest.raises(NotThatWay):
            refuse_question(asked=0, has_resident=False)

    @pytest.mark.parametrize("level", list(Level))
    def test_a_supervisor_stands_above_or_at_the_very_top(self, level: Level) -> None:
        above = supervisor_of(level)

        assert is_above(above, level) or level in {Level.DISTRICT, Level.POLICE}

    def test_what_nobody_had_the_town_rings_about(self) -> None:
        assert supervisor_of(None) is Level.TOWN


def test_working_days_end_at_the_close_of_business_and_say_when_they_are_guessed() -> None:
    new_year = datetime(2026, 12, 31, 9, tzinfo=SHANGHAI)

    assert working_days_after(FRIDAY, 1, CALENDAR) == (FRIDAY + timedelta(days=3), False)
    assert working_days_after(new_year, 5, CALENDAR)[1] is True


def test_a_phrase_is_shipped_for_every_situation() -> None:
    from_file = {one for one in SHIPPED if SHIPPED[one]}

    assert from_file == set(Situation)
    assert all(len(words) <= 200 for said in SHIPPED.values() for words in said)
