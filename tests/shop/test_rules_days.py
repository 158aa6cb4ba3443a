"""When the shop opens, and what may be spent: against the calendar, and by property."""

from datetime import date, timedelta
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import WorkCalendar
from shop.rules.days import (
    OPEN_DAY,
    IfHoliday,
    Limit,
    OpenDay,
    next_open_day,
    open_day,
    spendable,
)

CALENDAR = WorkCalendar.shipped()
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
COINS = st.integers(0, 5000)


@pytest.mark.parametrize(
    ("month", "moved"),
    [
        (date(2026, 2, 1), date(2026, 2, 25)),  # a Wednesday, the holidays are over
        (date(2026, 1, 1), date(2026, 1, 26)),  # a Sunday
        (date(2026, 4, 1), date(2026, 4, 27)),  # a Saturday
        (date(2025, 1, 1), date(2025, 1, 26)),  # a Saturday; the Sunday is worked
        (date(2024, 2, 1), date(2024, 2, 26)),  # a Sunday
        (date(2026, 9, 1), date(2026, 9, 28)),  # Mid-Autumn begins on it
    ],
)
def test_the_25th_is_kept_unless_a_village_moves_it(month: date, moved: date) -> None:
    due = month.replace(day=25)

    kept = open_day(month.year, month.month, IfHoliday.KEEP, CALENDAR)
    shifted = open_day(month.year, month.month, IfHoliday.NEXT_WORKDAY, CALENDAR)

    assert kept == OpenDay(due, due)
    assert (shifted.day, shifted.is_moved) == (moved, moved != due)


def test_a_year_without_a_calendar_is_said_to_be_a_guess() -> None:
    assert open_day(2031, 5, IfHoliday.NEXT_WORKDAY, CALENDAR).is_estimated
    assert not open_day(2031, 5, IfHoliday.KEEP, CALENDAR).is_estimated


@given(DAYS, st.sampled_from(IfHoliday))
def test_the_next_day_is_the_first_there_is(today: date, how: IfHoliday) -> None:
    found = next_open_day(today, how, CALENDAR)

    assert found.day >= today
    assert found.day - today <= timedelta(days=45)
    assert how is IfHoliday.KEEP or CALENDAR.is_working(found.day)
    assert found.due.day == OPEN_DAY
    between = (today + timedelta(days=n) for n in range((found.day - today).days))
    months = {(found.due.year, found.due.month), (today.year, today.month)}
    others = {open_day(*month, how, CALENDAR).day for month in months}
    assert not others & set(between)


def test_a_day_moved_past_the_end_of_its_month_is_still_to_come() -> None:
    # Were the week from the 25th on off, as at a Spring Festival at the end of January.
    rows = "date,kind,name\n" + "".join(f"2023-01-{day},off,春节\n" for day in range(25, 32))
    rows += "2023-01-01,off,元旦\n2023-05-01,off,劳动节\n2023-10-01,off,国庆节\n"
    calendar = WorkCalendar.parse(rows)

    found = next_open_day(date(2023, 2, 1), IfHoliday.NEXT_WORKDAY, calendar)

    assert (found.day, found.due) == (date(2023, 2, 1), date(2023, 1, 25))


@given(COINS, COINS, COINS)
def test_nobody_spends_more_than_is_free_nor_what_came_after_the_closing(
    free: int, closing: int, spent: int
) -> None:
    found = spendable(Limit.CLOSING, free=free, closing=closing, spent_since=spent)

    assert 0 <= found <= free
    assert found + spent <= max(closing, spent)
    assert spendable(Limit.FREE, free=free, closing=closing, spent_since=spent) == free


def test_the_figures_are_those_of_the_rules() -> None:
    text = files("points").joinpath("data/coin_rules.yaml").read_text(encoding="utf-8")
    exchange = yaml.safe_load(text)["exchange"]

    assert exchange["open_day"] == OPEN_DAY
    assert exchange["if_holiday"] == IfHoliday.KEEP
    assert set(exchange["if_holiday_choices"]) == set(IfHoliday)
