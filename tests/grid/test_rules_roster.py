"""Who covers a place at a moment, by the table of duty alone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.errors import NotThatWay
from grid.rules.roster import (
    USUAL,
    Kind,
    Line,
    moved,
    night_of,
    overlap,
    read_minutes,
    refuse_line,
    roster_at,
    spoken_minutes,
)
from kernel.clock import SHANGHAI

THURSDAY = date(2026, 3, 5)
SATURDAY = date(2026, 3, 7)
NOW = datetime(2026, 3, 5, 12, tzinfo=SHANGHAI)


def a_line(kind: Kind = Kind.NIGHT, person: int = 1, **more: object) -> Line:
    opens, closes = USUAL[kind]
    known = {
        "area": "330106001001001",
        "person_id": person,
        "kind": kind,
        "first_day": THURSDAY,
        "last_day": THURSDAY,
        "opens": opens,
        "closes": closes,
    }
    return Line(**{**known, **more})  # type: ignore[arg-type]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def on(*lines: Line, moment: datetime, off: frozenset[date] = frozenset()) -> set[int]:
    return set(roster_at(lines, moment, is_off=lambda day: day in off).on)


class TestHolds:
    @pytest.mark.parametrize(
        ("moment", "holds"),
        [
            (at(5, 21, 59), False),
            (at(5, 22), True),
            (at(6, 3), True),
            (at(6, 6, 59), True),
            (at(6, 7), False),
            (at(6, 23), False),
            (at(5, 3), False),  # that was the night before
        ],
    )
    def test_a_night_goes_past_midnight_and_belongs_to_the_day_it_begins_on(
        self, moment: datetime, *, holds: bool
    ) -> None:
        assert (on(a_line(), moment=moment) == {1}) is holds

    def test_a_whole_day_is_a_day(self) -> None:
        line = a_line(Kind.DAY, opens=0, closes=1440)

        assert [
            bool(on(line, moment=at(day, hour))) for day, hour in [(4, 23), (5, 0), (5, 23)]
        ] == [
            False,
            True,
            True,
        ]
        assert on(line, moment=at(6, 0)) == set()

    def test_the_zone_of_the_machine_does_not_matter(self) -> None:
        assert on(a_line(), moment=at(6, 3).astimezone(UTC)) == {1}

    @given(
        st.integers(0, 1439),
        st.integers(1, 1440),
        st.integers(0, 6),
        st.integers(-2 * 1440, 9 * 1440),
    )
    def test_it_holds_exactly_in_its_shifts(
        self, opens: int, closes: int, days: int, minute: int
    ) -> None:
        if opens == closes:
            return
        last = THURSDAY + timedelta(days=days)
        line = a_line(opens=opens, closes=closes, last_day=last)
        moment = at(5, 0) + timedelta(minutes=minute)

        shifts = list(line.shifts(THURSDAY - timedelta(days=9), last + timedelta(days=9)))

        assert len(shifts) == days + 1
        assert all(start < end for start, end in shifts)
        assert all(one[1] <= other[0] for one, other in pairwise(shifts))
        inside = any(start <= moment < end for start, end in shifts)
        assert line.holds(moment, is_off=lambda _day: False) is inside


class TestHolidays:
    def test_on_a_day_off_the_holidays_people_are_there_and_the_days_are_not(self) -> None:
        day = a_line(Kind.DAY, 1, last_day=SATURDAY)
        holiday = a_line(Kind.HOLIDAY, 2, last_day=SATURDAY)
        off = frozenset({SATURDAY})

        assert on(day, holiday, moment=at(6, 12), off=off) == {1}
        assert on(day, holiday, moment=at(7, 12), off=off) == {2}

    def test_a_make_up_day_is_no_holiday(self) -> None:
        assert on(a_line(Kind.HOLIDAY, 2, last_day=SATURDAY), moment=at(7, 12)) == set()

    def test_nights_are_nights_on_holidays_too(self) -> None:
        lines = [a_line(Kind.NIGHT, 1), a_line(Kind.HOLIDAY, 2, opens=0, closes=1440)]

        assert on(*lines, moment=at(5, 23), off=frozenset({THURSDAY})) == {1, 2}


class TestStandIns:
    def test_somebody_stands_in_for_whoever_is_off(self) -> None:
        lines = [a_line(person=1), a_line(Kind.STAND_IN, 2, stands_for=1)]

        assert on(*lines, moment=at(5, 23)) == {2}

    def test_only_for_so_long(self) -> None:
        stand_in = a_line(Kind.STAND_IN, 2, stands_for=1, opens=8 * 60, closes=12 * 60)
        day = a_line(Kind.DAY, 1)

        assert on(day, stand_in, moment=at(5, 9)) == {2}
        assert on(day, stand_in, moment=at(5, 12)) == {1}

    def test_who_is_off_is_off_even_where_nobody_had_put_them_in(self) -> None:
        roster = roster_at(
            [a_line(Kind.STAND_IN, 2, stands_for=1)], at(5, 9), is_off=lambda _day: False
        )

        assert (roster.on, roster.off) == (frozenset(), frozenset({1}))

    def test_the_desk_at_night_is_not_the_grids_people(self) -> None:
        roster = roster_at([a_line(Kind.DESK, 3)], at(5, 23), is_off=lambda _day: False)

        assert (roster.on, roster.desk) == (frozenset(), frozenset({3}))


class TestRefuse:
    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"last_day": THURSDAY - timedelta(days=1)}, "不能早于"),
            ({"last_day": THURSDAY + timedelta(days=400)}, "一年"),
            (
                {
                    "first_day": THURSDAY + timedelta(days=400),
                    "last_day": THURSDAY + timedelta(days=400),
                },
                "一年",
            ),
            ({"opens": 600, "closes": 600}, "同一个时间"),
            ({"opens": -1}, "8:00"),
            ({"closes": 1441}, "8:00"),
            ({"kind": Kind.STAND_IN, "stands_for": 1}, "自己替自己"),
            (
                {
                    "first_day": THURSDAY - timedelta(days=2),
                    "last_day": THURSDAY - timedelta(days=2),
                },
                "过去",
            ),
        ],
    )
    def test_what_makes_no_sense(self, more: dict[str, object], said: str) -> None:
        with pytest.raises(NotThatWay, match=said):
            refuse_line(a_line(**more), [], now=NOW)  # type: ignore[arg-type]

    def test_the_night_that_is_going_on_can_still_be_given_to_somebody(self) -> None:
        refuse_line(a_line(), [], now=at(6, 1))

        with pytest.raises(NotThatWay, match="过去"):
            refuse_line(a_line(), [], now=at(6, 7))

    def test_an_old_line_that_goes_on_may_be_changed(self) -> None:
        line = a_line(first_day=date(2026, 2, 1), last_day=THURSDAY)

        refuse_line(line, [], now=NOW, begun=True)
        with pytest.raises(NotThatWay, match="过去"):
            refuse_line(line, [], now=NOW)

    @pytest.mark.parametrize(
        ("line", "other", "said"),
        [
            (a_line(), a_line(opens=6 * 60, closes=8 * 60, first_day=date(2026, 3, 6),
                              last_day=date(2026, 3, 6)), "已经排了班"),
            (a_line(Kind.DAY), a_line(Kind.DAY, opens=17 * 60, closes=19 * 60), "已经排了班"),
            (a_line(Kind.STAND_IN, 2, stands_for=1), a_line(Kind.STAND_IN, 3, stands_for=1),
             "已经有人替"),
            (a_line(Kind.STAND_IN, 2, stands_for=1), a_line(Kind.STAND_IN, 3, stands_for=2),
             "也不在班"),
            (a_line(Kind.STAND_IN, 2, stands_for=1), a_line(Kind.STAND_IN, 1, stands_for=3),
             "也不在班"),
        ],
    )  # fmt: skip
    def test_what_overlaps(self, line: Line, other: Line, said: str) -> None:
        with pytest.raises(NotThatWay, match=said):
            refuse_line(line, [other], now=NOW)

    @pytest.mark.parametrize(
        "other",
        [
            a_line(person=2),  # two are on duty at once
            a_line(Kind.DAY, opens=18 * 60, closes=22 * 60),  # one after the other
            a_line(Kind.STAND_IN, 1, stands_for=4),  # their own night, and another's
        ],
    )
    def test_what_may_stand_beside_a_night(self, other: Line) -> None:
        refuse_line(a_line(), [other], now=NOW)

    def test_holidays_may_stand_beside_days(self) -> None:
        refuse_line(a_line(Kind.HOLIDAY), [a_line(Kind.DAY)], now=NOW)

    spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda s: s[0] != s[1])

    @given(spans, spans, st.integers(0, 4), st.integers(0, 4), st.integers(-4, 4))
    def test_overlapping_is_what_a_look_at_every_minute_finds(
        self, one: tuple[int, int], other: tuple[int, int], days: int, others: int, later: int
    ) -> None:
        first = a_line(opens=one[0], closes=one[1], last_day=THURSDAY + timedelta(days=days))
        start = THURSDAY + timedelta(days=later)
        second = a_line(
            opens=other[0],
            closes=other[1],
            first_day=start,
            last_day=start + timedelta(days=others),
        )
        both = [list(line.shifts(date(2026, 2, 1), date(2026, 4, 1))) for line in (first, second)]

        met = any(a < d and c < b for a, b in both[0] for c, d in both[1])

        assert overlap(first, second) is overlap(second, first) is met


class TestCopying:
    def test_a_week_later_and_nothing_beyond_the_week(self) -> None:
        line = a_line(first_day=date(2026, 2, 27), last_day=date(2026, 3, 20))

        copy = moved(line, first=date(2026, 3, 2), last=date(2026, 3, 8), by=timedelta(days=7))

        assert copy is not None
        assert (copy.first_day, copy.last_day) == (date(2026, 3, 9), date(2026, 3, 15))

    def test_what_lay_elsewhere_is_not_copied(self) -> None:
        week = {"first": date(2026, 4, 6), "last": date(2026, 4, 12)}

        assert moved(a_line(), **week, by=timedelta(days=7)) is None


class TestTimes:
    @given(st.integers(0, 1440))
    def test_what_is_written_is_read_again(self, minutes: int) -> None:
        assert read_minutes(spoken_minutes(minutes)) == minutes

    @pytest.mark.parametrize("typed", ["", "8", "25:00", "8:60", "24:01", "八点", "1 800", "-8:00"])
    def test_what_is_no_time_is_refused(self, typed: str) -> None:
        with pytest.raises(NotThatWay):
            read_minutes(typed)

    @pytest.mark.parametrize(
        ("typed", "minutes"), [("1800", 1080), ("8：05", 485), ("24:00", 1440)]
    )
    def test_what_people_write(self, typed: str, minutes: int) -> None:
        assert read_minutes(typed) == minutes

    def test_a_night_lasts_from_ten_to_seven(self) -> None:
        assert night_of(THURSDAY) == (at(5, 22), at(6, 7))
