"""Who answers what, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.errors import TooLong, Unsaid
from complaints.rules import (
    HIDDEN,
    ONE_UP,
    About,
    Desk,
    checked_answer,
    checked_words,
    desks_from,
    due_by,
    first_desk,
    shown_count,
)
from kernel.clock import SHANGHAI
from kernel.workdays import WorkCalendar
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE

CALENDAR = WorkCalendar.shipped()


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("about", "area", "desk"),
    [
        (About.WORKER, GRID, Desk.TOWN),
        (About.WORKER, VILLAGE, Desk.TOWN),
        (About.VILLAGE, VILLAGE, Desk.TOWN),
        (About.VILLAGE, TOWN, Desk.TOWN),
        (About.WORKER, DISTRICT, Desk.DISTRICT),
        (About.TOWN, VILLAGE, Desk.DISTRICT),
        (About.DISTRICT, VILLAGE, Desk.AUDIT),
        (About.DISTRICT, DISTRICT, Desk.AUDIT),
        (About.APP, VILLAGE, Desk.DISTRICT),
        (About.SUGGESTION, VILLAGE, Desk.DISTRICT),
    ],
)
def test_one_level_above_what_is_complained_of_answers(about: About, area: str, desk: Desk) -> None:
    assert first_desk(about, area) is desk


def test_every_desk_leads_up_to_the_auditor_and_no_further() -> None:
    assert desks_from(Desk.TOWN) == (Desk.TOWN, Desk.DISTRICT, Desk.AUDIT)
    assert ONE_UP.get(Desk.AUDIT) is None


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2026-03-02 20:00", "2026-03-09 17:30"),
        ("2026-09-24 09:00", "2026-10-09 17:30"),
        ("2026-02-13 16:00", "2026-02-27 17:30"),
    ],
)
def test_five_working_days_over_weekends_and_holidays(filed: str, due: str) -> None:
    found, estimated = due_by(CALENDAR, at=shanghai(filed))

    assert found.astimezone(SHANGHAI) == shanghai(due)
    assert not estimated


@given(
    at=st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2026, 12, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.just(UTC),
    )
)
def test_the_last_moment_is_always_the_close_of_the_fifth_working_day(at: datetime) -> None:
    due, _ = due_by(CALENDAR, at=at)

    here = due.astimezone(SHANGHAI)
    assert CALENDAR.is_working(here.date())
    assert (here.hour, here.minute) == (17, 30)
    assert CALENDAR.between(at.astimezone(SHANGHAI).date(), here.date()) == 5
    assert due - at > timedelta(days=4)


@pytest.mark.parametrize("words", ["", "长" * 2001])
def test_nothing_or_too_much_is_refused(words: str) -> None:
    with pytest.raises((Unsaid, TooLong)):
        checked_words(words, files=0)


def test_a_voice_note_needs_no_words() -> None:
    assert checked_words("", files=1) == ""


@pytest.mark.parametrize("words", ["", "。。。", " \n"])
def test_an_answer_says_something(words: str) -> None:
    with pytest.raises(Unsaid):
        checked_answer(words)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (1, HIDDEN), (2, HIDDEN), (3, "3"), (40, "40")]
)
def test_a_small_count_is_not_shown(number: int, shown: str) -> None:
    assert shown_count(number) == shown
