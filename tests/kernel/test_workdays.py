from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import BadCalendar, DayKind, WorkCalendar, WorkDay

SHIPPED = WorkCalendar.shipped()
HEAD = "date,kind,name,weekday\n"
KNOWN_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
ANY_DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
COUNTS = st.integers(1, 40)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_is_what_an_independent_calendar_says(year: int) -> None:
    ours = {day: SHIPPED.is_working(day) for day in days_of(year)}

    assert ours == {day: chinese_calendar.is_workday(day) for day in days_of(year)}


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        pytest.param(date(2026, 2, 13), date(2026, 2, 25), id="before Spring Festival"),
        pytest.param(date(2026, 2, 14), date(2026, 2, 26), id="on a Saturday that is worked"),
        pytest.param(date(2026, 9, 30), date(2026, 10, 10), id="over National Day"),
        pytest.param(date(2026, 4, 30), date(2026, 5, 8), id="over Labour Day"),
        pytest.param(date(2025, 1, 24), date(2025, 2, 5), id="a Sunday worked, then the festival"),
        pytest.param(date(2025, 9, 27), date(2025, 9, 30), id="accepted on a Saturday off"),
        pytest.param(date(2024, 2, 8), date(2024, 2, 19), id="New Year's Eve was worked in 2024"),
    ],
)
def test_three_working_days_in_the_golden_cases(accepted: date, due: date) -> None:
    assert SHIPPED.after(accepted, 3) == (due, False)


def test_the_years_of_the_notices_are_covered_and_no_other() -> None:
    assert [year for year in range(2020, 2031) if SHIPPED.covers(year)] == [2024, 2025, 2026]


class TestAMissingYear:
    def test_is_weekdays_without_the_fixed_statutory_days(self) -> None:
        off = {day for day in days_of(2027) if day.weekday() < 5 and not SHIPPED.is_working(day)}

        assert off == {date(2027, 1, 1), date(2027, 10, 1)}  # the other four fall on weekends

    def test_works_on_no_weekend_since_make_up_days_are_unknown(self) -> None:
        assert not any(SHIPPED.is_working(day) for day in days_of(2027) if day.weekday() >= 5)

    def test_is_flagged_when_the_count_ends_in_it(self) -> None:
        assert SHIPPED.after(date(2026, 12, 30), 3) == (date(2027, 1, 5), True)

    def test_is_flagged_even_when_the_count_begins_on_its_last_day(self) -> None:
        assert SHIPPED.after(date(2023, 12, 31), 1) == (date(2024, 1, 2), True)

    def test_is_not_flagged_when_it_is_not_reached(self) -> None:
        assert SHIPPED.after(date(2026, 12, 28), 3) == (date(2026, 12, 31), False)

    def test_keeps_the_rows_that_are_known(self) -> None:
        worked = WorkDay(date(2027, 1, 9), DayKind.WORK, "元旦")
        calendar = WorkCalendar((*SHIPPED.days, worked))

        assert calendar.is_working(worked.date)
        assert not calendar.covers(2027)

    def test_is_no_longer_estimated_once_it_is_loaded(self) -> None:
        marks = [(1, 1), (5, 1), (10, 1)]
        loaded = [WorkDay(date(2027, *mark), DayKind.OFF, "节") for mark in marks]

        assert WorkCalendar((*SHIPPED.days, *loaded)).after(date(2026, 12, 30), 3)[1] is False

    def test_is_still_missing_when_only_half_of_it_is_loaded(self) -> None:
        half = WorkCalendar((*SHIPPED.days, WorkDay(date(2027, 1, 1), DayKind.OFF, "元旦")))

        assert not half.covers(2027)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 31), ()),
        (date(2026, 11, 1), (2027,)),
        (date(2027, 1, 1), (2027,)),
        (date(2027, 12, 31), (2027, 2028)),
    ],
)
def test_the_years_to_load_are_this_one_and_from_november_the_next(
    today: date, missing: tuple[int, ...]
) -> None:
    assert SHIPPED.missing_years(today) == missing


class TestCounting:
    @given(KNOWN_DAYS, COUNTS)
    def test_never_ends_on_a_day_off(self, day: date, count: int) -> None:
        assert SHIPPED.is_working(SHIPPED.after(day, count)[0])

    @given(ANY_DAYS, COUNTS)
    def test_one_more_day_is_always_later(self, day: date, count: int) -> None:
        assert day < SHIPPED.after(day, count)[0] < SHIPPED.after(day, count + 1)[0]

    @given(ANY_DAYS, ANY_DAYS, COUNTS)
    def test_a_later_start_never_ends_earlier(self, one: date, other: date, count: int) -> None:
        first, second = sorted([one, other])

        assert SHIPPED.after(first, count)[0] <= SHIPPED.after(second, count)[0]

    @given(ANY_DAYS, COUNTS)
    def test_between_undoes_after(self, day: date, count: int) -> None:
        assert SHIPPED.between(day, SHIPPED.after(day, count)[0]) == count

    @given(ANY_DAYS, COUNTS, COUNTS)
    def test_counting_on_is_counting_all(self, day: date, first: int, second: int) -> None:
        halfway, _ = SHIPPED.after(day, first)

        assert SHIPPED.after(halfway, second)[0] == SHIPPED.after(day, first + second)[0]

    @given(ANY_DAYS)
    def test_the_next_working_day_is_the_day_itself_if_it_is_worked(self, day: date) -> None:
        found, _ = SHIPPED.on_or_after(day)

        assert SHIPPED.is_working(found)
        assert (found == day) is SHIPPED.is_working(day)

    @given(ANY_DAYS)
    def test_no_days_lead_nowhere(self, day: date) -> None:
        assert SHIPPED.after(day, 0) == (day, not SHIPPED.covers(day.year))
        assert SHIPPED.between(day, day - timedelta(days=9)) == 0

    def test_a_negative_count_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="-1"):
            SHIPPED.after(date(2026, 1, 5), -1)


class TestReading:
    def test_takes_a_byte_order_mark_carriage_returns_and_blank_lines(self) -> None:
        calendar = WorkCalendar.parse("\ufeffdate,kind,name\r\n\r\n 2027-01-01 , off ,元旦\r\n")

        assert calendar.days == (WorkDay(date(2027, 1, 1), DayKind.OFF, "元旦"),)

    def test_takes_the_words_a_clerk_writes(self) -> None:
        table = "日期,安排,名称\n2027-01-01,放假,元旦\n2027-01-02,补班,元旦\n"

        assert WorkCalendar.parse(table).days == (
            WorkDay(date(2027, 1, 1), DayKind.OFF, "元旦"),
            WorkDay(date(2027, 1, 2), DayKind.WORK, "元旦"),
        )

    def test_does_without_the_column_of_weekdays(self) -> None:
        assert len(WorkCalendar.parse("date,kind,name\n2027-01-01,off,元旦\n").days) == 1

    @pytest.mark.parametrize(
        ("row", "complaint"),
        [
            ("2027-02-29,off,春节,一", "日期"),
            ("20270101,off,元旦,五", "日期"),
            ("2027-W01-1,off,元旦,一", "日期"),
            (",off,元旦,五", "日期"),
            ("2027-01-01,rest,元旦,五", "安排"),
            ("2027-01-01,OFF,元旦,五", "安排"),
            ("2027-01-01,off,,五", "什么节"),
            ("2027-01-01", "安排"),
            ("2027-01-01,off,元旦,五,多", "列多了"),
            ("2027-01-01,off,元旦,六", "星期五"),
            ("2027-01-04,work,元旦,一", "补班"),
            ("2027-01-0\0,off,元旦,五", "日期"),
        ],
    )
    def test_names_what_is_wrong_with_a_row(self, row: str, complaint: str) -> None:
        with pytest.raises(BadCalendar, match=f"第 2 行.*{complaint}"):
            WorkCalendar.parse(HEAD + row)

    def test_names_every_bad_row_by_its_line(self) -> None:
        text = HEAD + "x,off,元旦,五\n2027-01-01,off,元旦,五\n\n2027-01-02,?,元旦,六\n"

        with pytest.raises(BadCalendar) as refusal:
            WorkCalendar.parse(text)

        lines = str(refusal.value).splitlines()
        assert [line.partition("：")[0] for line in lines] == ["第 2 行", "第 5 行"]

    def test_refuses_a_day_that_stands_twice(self) -> None:
        with pytest.raises(BadCalendar, match="两次"):
            WorkCalendar.parse(HEAD + "2027-01-01,off,元旦,五\n2027-01-01,off,元旦,五\n")

    @pytest.mark.parametrize("text", ["", "\ufeff", "日期,类型\n", "date;kind;name\n"])
    def test_refuses_a_table_without_its_columns(self, text: str) -> None:
        with pytest.raises(BadCalendar, match="表头"):
            WorkCalendar.parse(text)

    def test_refuses_a_table_without_rows(self) -> None:
        with pytest.raises(BadCalendar, match="一行"):
            WorkCalendar.parse(HEAD)

    def test_refuses_a_cell_larger_than_any_table_has(self) -> None:
        with pytest.raises(BadCalendar, match="CSV"):
            WorkCalendar.parse(HEAD + "2027-01-01,off," + "元" * 600_000)

    @given(st.text())
    def test_takes_no_nonsense(self, text: str) -> None:
        with pytest.raises(BadCalendar):
            WorkCalendar.parse(HEAD + "x" + text)
