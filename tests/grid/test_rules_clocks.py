"""When things are due: golden cases, nights, pauses, extensions, and properties that must hold."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.errors import Incomplete, OftenEnough, TooLate
from grid.rules import (
    CATALOGUE,
    Deadlines,
    PauseReason,
    Span,
    Terms,
    Unit,
    Urgency,
    deadlines,
    is_night,
    pause_ends,
    refuse_extension,
    refuse_pause,
    starts_at,
    terms_of,
    tightened,
)
from grid.rules.clocks import merged, run
from kernel.workdays import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.shipped()
URGENT, NORMAL = Urgency.URGENT, Urgency.NORMAL
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # an ordinary week

MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
LENGTHS = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
PAUSES = st.lists(
    st.builds(lambda begin, length: (begin, begin + length), MOMENTS, LENGTHS), max_size=4
)
CATEGORIES = st.none() | st.sampled_from(sorted(CATALOGUE.categories)).map(CATALOGUE.category)
TERMS = st.builds(terms_of, CATEGORIES, st.sampled_from(Urgency))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(terms: Terms, accepted_at: datetime, *pauses: tuple[datetime, datetime]) -> datetime:
    found = deadlines(
        terms, CALENDAR, submitted_at=accepted_at, accepted_at=accepted_at, pauses=pauses
    )
    assert found.close_by is not None
    assert found.close_by.tzinfo is UTC
    return found.close_by


def terms(code: str, urgency: Urgency = NORMAL) -> Terms:
    return terms_of(CATALOGUE.category(code), urgency)


@pytest.mark.parametrize(
    ("accepted", "closed_by"),
    [
        ("2026-02-13 16:00", "2026-02-25 17:30"),
        ("2026-02-14 10:00", "2026-02-26 17:30"),
        ("2026-09-30 10:00", "2026-10-10 17:30"),
        ("2026-04-30 10:00", "2026-05-08 17:30"),
        ("2025-01-24 10:00", "2025-02-05 17:30"),
        ("2025-09-27 10:00", "2025-09-30 17:30"),
        ("2024-02-08 10:00", "2024-02-19 17:30"),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, UTC])
def test_the_golden_cases_of_three_working_days(
    accepted: str, closed_by: str, zone: ZoneInfo
) -> None:
    moment = local(accepted).astimezone(zone)

    assert due(terms_of(None, NORMAL), moment) == local(closed_by)


def test_the_day_of_acceptance_is_the_day_in_shanghai() -> None:
    before, after = local("2026-03-02 23:59"), local("2026-03-03 00:01")  # one UTC day

    assert due(terms_of(None, NORMAL), before) == local("2026-03-05 17:30")
    assert due(terms_of(None, NORMAL), after) == local("2026-03-06 17:30")


class TestMediation:
    def test_has_thirty_natural_days_and_the_first_is_not_counted(self) -> None:
        assert due(terms("0801"), local("2026-03-02 09:00")) == local("2026-04-01 17:30")

    def test_moves_on_from_a_last_day_that_is_off(self) -> None:
        assert due(terms("0801"), local("2026-09-02 09:00")) == local("2026-10-08 17:30")


class TestNight:
    @pytest.mark.parametrize(
        ("at", "night"),
        [("21:59", False), ("22:00", True), ("00:00", True), ("06:59", True), ("07:00", False)],
    )
    def test_is_from_ten_to_seven(self, at: str, *, night: bool) -> None:
        assert is_night(local(f"2026-03-02 {at}").astimezone(UTC)) is night

    @pytest.mark.parametrize(
        ("submitted", "accept_by", "respond_by"),
        [
            ("2026-03-02 21:00", "2026-03-02 21:01", "2026-03-02 21:05"),
            ("2026-03-02 21:58", "2026-03-02 21:59", "2026-03-03 07:03"),
            ("2026-03-02 21:55", "2026-03-02 21:56", "2026-03-02 22:00"),
            ("2026-03-02 22:00", "2026-03-03 07:01", "2026-03-03 07:05"),
            ("2026-03-02 23:30", "2026-03-03 07:01", "2026-03-03 07:05"),
            ("2026-03-03 00:00", "2026-03-03 07:01", "2026-03-03 07:05"),
            ("2026-03-03 06:59", "2026-03-03 07:01", "2026-03-03 07:05"),
            ("2026-03-03 07:00", "2026-03-03 07:01", "2026-03-03 07:05"),
        ],
    )
    def test_stops_the_clocks_of_what_is_normal(
        self, submitted: str, accept_by: str, respond_by: str
    ) -> None:
        found = deadlines(terms_of(None, NORMAL), CALENDAR, submitted_at=local(submitted))

        assert found == Deadlines(accept_by=local(accept_by), respond_by=local(respond_by))

    def test_does_not_stop_what_is_urgent(self) -> None:
        at = local("2026-03-02 23:30")

        found = deadlines(terms_of(None, URGENT), CALENDAR, submitted_at=at, accepted_at=at)

        assert found.accept_by == at + MINUTE
        assert found.respond_by == at + 5 * MINUTE
        assert found.close_by == at + DAY

    def test_may_come_twice_on_a_long_clock(self) -> None:
        start = local("2026-03-02 21:00")

        assert run(start, 17 * HOUR, urgency=NORMAL) == local("2026-03-04 08:00")

    @given(MOMENTS, LENGTHS)
    def test_makes_no_clock_end_in_it_or_earlier(self, at: datetime, length: timedelta) -> None:
        end = run(at, length, urgency=NORMAL)

        assert end >= at + length
        assert not is_night(end) or end.astimezone(SHANGHAI).hour == 22
        assert starts_at(at, urgency=NORMAL) <= end

    @given(MOMENTS, LENGTHS)
    def test_leaves_the_urgent_clock_alone(self, at: datetime, length: timedelta) -> None:
        assert run(at, length, urgency=URGENT) == at + length


class TestAPause:
    normal, urgent = terms_of(None, NORMAL), terms_of(None, URGENT)

    def test_pushes_an_hour_clock_by_its_length(self) -> None:
        pause = (MONDAY + HOUR, MONDAY + 3 * HOUR)

        assert due(self.urgent, MONDAY, pause) == MONDAY + 26 * HOUR

    def test_pushes_working_days_by_the_working_days_it_took(self) -> None:
        over_the_weekend = (local("2026-03-05 10:00"), local("2026-03-09 10:00"))

        assert due(self.normal, MONDAY, over_the_weekend) == local("2026-03-09 17:30")

    def test_within_one_day_pushes_no_working_day(self) -> None:
        assert due(self.normal, MONDAY, (MONDAY, MONDAY + HOUR)) == local("2026-03-05 17:30")

    def test_is_counted_once_where_two_overlap(self) -> None:
        pauses = [(MONDAY, MONDAY + 2 * HOUR), (MONDAY + HOUR, MONDAY + 3 * HOUR)]

        assert due(self.urgent, MONDAY, *pauses) == MONDAY + 27 * HOUR
        assert merged(pauses, since=MONDAY) == [(MONDAY, MONDAY + 3 * HOUR)]

    def test_before_acceptance_counts_from_acceptance(self) -> None:
        assert due(self.urgent, MONDAY, (MONDAY - DAY, MONDAY + HOUR)) == MONDAY + 25 * HOUR
        assert due(self.urgent, MONDAY, (MONDAY - DAY, MONDAY - HOUR)) == MONDAY + DAY

    def test_after_the_clock_has_run_out_moves_nothing(self) -> None:
        late = (MONDAY + 25 * HOUR, MONDAY + 40 * HOUR)

        assert due(self.urgent, MONDAY, late) == MONDAY + DAY

    def test_keeps_a_later_one_in_time(self) -> None:
        first = (MONDAY + HOUR, MONDAY + 21 * HOUR)
        second = (MONDAY + 30 * HOUR, MONDAY + 31 * HOUR)

        assert due(self.urgent, MONDAY, first, second) == MONDAY + 45 * HOUR

    def test_pushes_natural_days_too(self) -> None:
        pause = (local("2026-03-05 10:00"), local("2026-03-09 10:00"))

        assert due(terms("0801"), MONDAY, pause) == local("2026-04-07 17:30")  # 5 April is off

    def test_that_ends_before_it_begins_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="2026"):
            due(self.urgent, MONDAY, (MONDAY + HOUR, MONDAY))

    def test_is_over_by_itself(self) -> None:
        friday = local("2026-03-06 15:00")

        assert pause_ends(PauseReason.WAIT_RESIDENT, friday, CALENDAR) == local("2026-03-10 17:30")
        assert pause_ends(PauseReason.WEATHER, friday, CALENDAR) == local("2026-03-13 17:30")

    def test_is_had_once_and_with_a_reason(self) -> None:
        refuse_pause(taken=0, reason="等居民拍照")
        with pytest.raises(OftenEnough):
            refuse_pause(taken=1, reason="等居民拍照")
        with pytest.raises(Incomplete):
            refuse_pause(taken=0, reason="　")

    def test_says_in_chinese_what_it_waits_for(self) -> None:
        assert PauseReason.WAIT_RESIDENT.label == "等待居民补充"
        assert PauseReason.WEATHER.longest == Span(5, Unit.WORKING_DAY)

    @given(TERMS, MOMENTS, PAUSES)
    def test_never_shortens(
        self, any_terms: Terms, at: datetime, pauses: list[tuple[datetime, datetime]]
    ) -> None:
        assert due(any_terms, at, *pauses) >= due(any_terms, at)

    @given(TERMS, MOMENTS, PAUSES)
    def test_is_the_same_in_any_order(
        self, any_terms: Terms, at: datetime, pauses: list[tuple[datetime, datetime]]
    ) -> None:
        assert due(any_terms, at, *pauses) == due(any_terms, at, *reversed(pauses))

    @given(TERMS, MOMENTS, MOMENTS, LENGTHS, LENGTHS)
    def test_that_lasts_longer_never_gives_less(
        self, any_terms: Terms, at: datetime, begin: datetime, one: timedelta, more: timedelta
    ) -> None:
        shorter, longer = (begin, begin + one), (begin, begin + one + more)

        assert due(any_terms, at, shorter) <= due(any_terms, at, longer)


class TestAnExtension:
    extensible = terms("0502")

    def close_by(self, of: Terms, *pauses: tuple[datetime, datetime]) -> datetime | None:
        return deadlines(
            of, CALENDAR, submitted_at=MONDAY, accepted_at=MONDAY, pauses=pauses, extended=True
        ).close_by

    def test_gives_the_categorys_working_days_in_all(self) -> None:
        assert self.close_by(self.extensible) == local("2026-03-30 17:30")  # 20 days

    def test_reaches_urgent_cases_too(self) -> None:
        assert self.close_by(terms("0105", URGENT)) == local("2026-03-16 17:30")  # 10 days

    def test_keeps_the_pause(self) -> None:
        pause = (local("2026-03-03 09:00"), local("2026-03-04 09:00"))

        assert self.close_by(self.extensible, pause) == local("2026-03-31 17:30")

    def test_gives_nothing_where_the_category_has_none(self) -> None:
        assert self.close_by(terms("0301")) == due(terms("0301"), MONDAY)

    def test_is_asked_for_once_in_time_and_with_a_reason(self) -> None:
        def ask(
            of: Terms, *, granted: int = 0, reason: str = "要等开会", now: datetime = MONDAY
        ) -> None:
            refuse_extension(of, granted=granted, close_by=MONDAY + DAY, now=now, reason=reason)

        ask(self.extensible)
        with pytest.raises(OftenEnough):
            ask(self.extensible, granted=1)
        with pytest.raises(TooLate, match="到期"):
            ask(self.extensible, now=MONDAY + DAY)
        with pytest.raises(TooLate, match="不能延期"):
            ask(terms("0301"))
        with pytest.raises(Incomplete):
            ask(self.extensible, reason="…")

    @given(TERMS, MOMENTS, PAUSES)
    def test_never_shortens(
        self, any_terms: Terms, at: datetime, pauses: list[tuple[datetime, datetime]]
    ) -> None:
        extended = deadlines(
            any_terms, CALENDAR, submitted_at=at, accepted_at=at, pauses=pauses, extended=True
        )

        assert extended.close_by is not None
        assert extended.close_by >= due(any_terms, at, *pauses)


class TestDeadlines:
    @given(TERMS, MOMENTS, LENGTHS)
    def test_are_in_utc_and_never_before_their_start(
        self, any_terms: Terms, at: datetime, wait: timedelta
    ) -> None:
        found = deadlines(any_terms, CALENDAR, submitted_at=at, accepted_at=at + wait)

        assert found.close_by is not None
        assert {found.accept_by.tzinfo, found.respond_by.tzinfo, found.close_by.tzinfo} == {UTC}
        assert at < found.accept_by <= found.respond_by
        assert found.close_by > at + wait

    @given(TERMS, MOMENTS, MOMENTS)
    def test_of_a_later_case_are_never_earlier(
        self, any_terms: Terms, one: datetime, other: datetime
    ) -> None:
        first, second = sorted([one, other])

        assert due(any_terms, first) <= due(any_terms, second)

    @given(TERMS, MOMENTS)
    def test_do_not_depend_on_the_zone_a_moment_comes_in(
        self, any_terms: Terms, at: datetime
    ) -> None:
        here, there = at.astimezone(SHANGHAI), at.astimezone(ZoneInfo("America/New_York"))

        assert due(any_terms, here) == due(any_terms, there) == due(any_terms, at)

    @given(MOMENTS)
    def test_counted_in_days_end_at_the_close_of_a_working_day(self, at: datetime) -> None:
        for any_terms in (terms_of(None, NORMAL), terms("0801")):
            end = due(any_terms, at).astimezone(SHANGHAI)
            assert (end.hour, end.minute) == (17, 30)
            assert CALENDAR.is_working(end.date())

    def test_say_when_a_year_is_estimated(self) -> None:
        def estimated(of: Terms, at: str) -> bool:
            moment = local(at)
            return deadlines(of, CALENDAR, submitted_at=moment, accepted_at=moment).estimated

        assert estimated(terms_of(None, NORMAL), "2026-12-30 09:00")
        assert not estimated(terms_of(None, NORMAL), "2026-12-28 09:00")
        assert not estimated(terms_of(None, URGENT), "2026-12-31 20:00")
        assert estimated(terms("0801"), "2026-12-03 09:00")

    def test_have_no_close_until_the_case_is_accepted(self) -> None:
        assert deadlines(terms_of(None, URGENT), CALENDAR, submitted_at=MONDAY).close_by is None

    def test_take_no_moment_without_a_zone(self) -> None:
        naive = MONDAY.replace(tzinfo=None)

        with pytest.raises(ValueError, match="2026"):
            deadlines(terms_of(None, URGENT), CALENDAR, submitted_at=naive)
        with pytest.raises(ValueError, match="2026"):
            deadlines(terms_of(None, URGENT), CALENDAR, submitted_at=MONDAY, accepted_at=naive)


class TestTightening:
    @given(TERMS, TERMS, MOMENTS)
    def test_never_loosens_and_knows_no_order(self, one: Terms, other: Terms, at: datetime) -> None:
        old = deadlines(one, CALENDAR, submitted_at=at, accepted_at=at)
        new = deadlines(other, CALENDAR, submitted_at=at, accepted_at=at)

        both = tightened(old, new)

        assert old.close_by is not None
        assert new.close_by is not None
        assert both.accept_by == min(old.accept_by, new.accept_by)
        assert both.respond_by == min(old.respond_by, new.respond_by)
        assert both.close_by == min(old.close_by, new.close_by)
        assert both == tightened(new, old) or old.close_by == new.close_by
        assert tightened(both, new) == both

    def test_takes_over_a_close_that_was_not_there(self) -> None:
        urgent = terms_of(None, URGENT)
        without = deadlines(urgent, CALENDAR, submitted_at=MONDAY)
        with_close = deadlines(urgent, CALENDAR, submitted_at=MONDAY, accepted_at=MONDAY)

        assert tightened(without, with_close) == tightened(with_close, without) == with_close
