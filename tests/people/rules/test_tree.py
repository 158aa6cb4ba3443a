import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.access import Hat
from kernel.grants import Role, Scope
from people.errors import NoSuchArea
from people.rules import (
    DIGITS,
    LEVEL_NAMES,
    LEVELS,
    Level,
    after,
    ancestors,
    at_level,
    level_of,
    parent_of,
    reach,
)

CODES = st.sampled_from(sorted(LEVELS)).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@pytest.mark.parametrize(("length", "level"), list(LEVELS.items()))
def test_a_code_tells_its_level(length: int, level: Level) -> None:
    assert level_of("1" * length) is level


@pytest.mark.parametrize(
    "code", ["", "33010", "33010X", "330106001 01", "3301061", "３３０１０６", "1" * 18, "\x00" * 6]
)
def test_anything_else_is_no_code(code: str) -> None:
    with pytest.raises(NoSuchArea):
        level_of(code)


def test_every_level_has_a_name() -> None:
    assert set(LEVEL_NAMES) == set(Level) == set(DIGITS)


@given(CODES)
def test_a_code_begins_with_all_that_contains_it(code: str) -> None:
    parts = ancestors(code)

    assert parts[0] == code
    assert all(code.startswith(part) for part in parts)
    assert len(parts[-1]) == DIGITS[Level.DISTRICT]
    assert [parent_of(part) for part in parts] == [*parts[1:], None]


@given(CODES, st.sampled_from(Level))
def test_the_area_of_a_level_contains_the_code_or_is_none(code: str, level: Level) -> None:
    found = at_level(code, level)

    assert (found is None) == (len(code) < DIGITS[level])
    assert found is None or found in ancestors(code)


@given(CODES, CODES)
def test_a_range_holds_exactly_what_begins_with_its_code(code: str, other: str) -> None:
    if set(code) == {"9"}:
        return  # no district is numbered so; the range would need one digit more

    inside = code <= other < after(code)

    assert inside == (other.startswith(code))


def test_the_range_of_an_area_ends_where_its_neighbour_begins() -> None:
    assert after("330106001001") == "330106001002"
    assert after("330109") == "330110"
    assert after("010999") == "011000"


def test_a_hat_worn_deeper_than_the_scope_reaches_up_to_it() -> None:
    head = Hat(Role.GRID_PART, "33010600100100101")

    assert reach(head, Scope.GRID) == "330106001001001"
    assert reach(Hat(Role.GRID_FULL, "330106001001"), Scope.GRID) == "330106001001"
