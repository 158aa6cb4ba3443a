"""Who is at work when."""

from datetime import UTC, datetime, timedelta

import pytest

from grid.rules import Level
from grid.rules.duty import ASKED, ASKED_OF_THE_POLICE, Shift, asked_from, on_duty
from kernel.grants import Role

MONDAY = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight in Shanghai


@pytest.mark.parametrize(
    ("role", "hour", "at_work"),
    [
        (Role.GRID_FULL, 7.99, False),
        (Role.GRID_FULL, 8, True),
        (Role.GRID_FULL, 17.99, True),
        (Role.GRID_FULL, 18, False),
        (Role.GRID_PART, 12, True),
        (Role.POLICE_AUX, 3, True),
        (Role.TOWN_ADMIN, 3, True),
    ],
)
def test_until_a_town_says_otherwise(role: Role, hour: float, *, at_work: bool) -> None:
    for day in range(7):
        assert on_duty(role, MONDAY + timedelta(days=day, hours=hour), None) is at_work


def test_a_weekday_without_a_shift_is_off() -> None:
    shifts = [Shift(0, 0, 720)]

    assert on_duty(Role.GRID_FULL, MONDAY, shifts)
    assert not on_duty(Role.GRID_FULL, MONDAY + timedelta(days=1), shifts)
    assert not on_duty(Role.GRID_FULL, MONDAY + timedelta(hours=12), shifts)
    assert not on_duty(Role.GRID_FULL, MONDAY, [])


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="2026"):
        on_duty(Role.GRID_FULL, datetime(2026, 3, 1), None)  # noqa: DTZ001 - that is the point


def test_who_is_asked() -> None:
    assert asked_from(None, police=False) == ASKED
    assert asked_from(Level.VILLAGE, police=False) == (Level.VILLAGE, Level.TOWN, Level.DISTRICT)
    assert asked_from(Level.POLICE_STATION, police=True) == ASKED_OF_THE_POLICE[1:]
    assert asked_from(Level.GRID, police=True) == ASKED_OF_THE_POLICE
