"""When a department has to have signed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.rules import Level, Urgency
from grid.rules.signing import SignStep, office_end, sign_times, unit_at
from kernel.clock import SHANGHAI
from kernel.workdays import WorkCalendar

CALENDAR = WorkCalendar.shipped()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)).map(  # noqa: DTZ001 - a zone follows
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
LENGTHS = st.integers(1, 5 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def shanghai(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def opens(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 30, tzinfo=SHANGHAI)


def closes(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, 30, tzinfo=SHANGHAI)


def minutes_at_work(start: datetime, end: datetime) -> timedelta:
    """Count office time the slow way, day by day."""
    total, day = timedelta(), start.astimezone(SHANGHAI).date()
    while day <= end.astimezone(SHANGHAI).date():
        if CALENDAR.is_working(day):
            begins, ends = max(start, opens(day)), min(end, closes(day))
            total += max(timedelta(), ends - begins)
        day += timedelta(days=1)
    return total


@pytest.mark.parametrize(
    ("given_at", "remind", "back"),
    [
        (shanghai(2, 10), shanghai(2, 10, 30), shanghai(2, 11)),
        (shanghai(2, 17, 10), shanghai(3, 8, 40), shanghai(3, 9, 10)),
        (shanghai(2, 20), shanghai(3, 9), shanghai(3, 9, 30)),
        (shanghai(2, 6), shanghai(2, 9), shanghai(2, 9, 30)),
        (shanghai(6, 17), shanghai(6, 17, 30), shanghai(9, 9)),  # a weekend in between
        (shanghai(1, 9, month=10), shanghai(8, 9, month=10), shanghai(8, 9, 30, month=10)),
    ],
)
def test_what_can_wait_is_counted_in_office_hours(
    given_at: datetime, remind: datetime, back: datetime
) -> None:
    times = sign_times(given_at, urgency=Urgency.NORMAL, calendar=CALENDAR)

    assert times == {SignStep.REMIND: remind, SignStep.BACK: back}


def test_what_is_urgent_runs_at_night_and_on_sundays() -> None:
    times = sign_times(shanghai(1, 3), urgency=Urgency.URGENT, calendar=CALENDAR)

    assert times == {SignStep.REMIND: shanghai(1, 3, 5), SignStep.BACK: shanghai(1, 3, 15)}


@given(MOMENTS, LENGTHS)
def test_exactly_so_much_office_time_has_run(start: datetime, length: timedelta) -> None:
    end = office_end(start, length, CALENDAR)

    assert end.tzinfo is UTC
    assert minutes_at_work(start, end) == length
    assert minutes_at_work(start, end - timedelta(seconds=1)) < length


@given(MOMENTS, LENGTHS, LENGTHS)
def test_more_time_never_ends_earlier(start: datetime, one: timedelta, other: timedelta) -> None:
    shorter, longer = sorted((one, other))

    assert office_end(start, shorter, CALENDAR) <= office_end(start, longer, CALENDAR)


@given(MOMENTS, st.sampled_from(Urgency))
def test_the_reminder_comes_before_it_goes_back(start: datetime, urgency: Urgency) -> None:
    times = sign_times(start, urgency=urgency, calendar=CALENDAR)

    assert start < times[SignStep.REMIND] < times[SignStep.BACK]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2026"):
        office_end(datetime(2026, 3, 2), timedelta(hours=1), CALENDAR)  # noqa: DTZ001 - that is it


@pytest.mark.parametrize(
    ("level", "unit"),
    [
        (Level.DEPARTMENT, "municipal"),
        (Level.POLICE_STATION, "police_station"),
        (Level.POLICE, "police"),
        (Level.GRID, None),
        (Level.TOWN, None),
        (None, None),
    ],
)
def test_only_departments_sign(level: Level | None, unit: str | None) -> None:
    assert unit_at(level, "municipal") == unit
