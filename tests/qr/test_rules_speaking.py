"""A spot's number is understood however it is typed or said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.rules import read_spot_number


@pytest.mark.parametrize(
    "typed",
    [
        "1023",
        " 10 23 ",
        "1 0 2 3",
        "10-23",
        "１０２３",
        "一零二三",
        "幺〇二三",
        "点位号 1023 号",
        "No. 1023",
    ],
)
def test_in_any_groups(typed: str) -> None:
    assert read_spot_number(typed) == 1023


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "102",
        "1203室",
        "桥头",
        "3号楼",
        "1023 4567 8901",
        "0000",
        "²³¹¹x",
        "-",
        "1023😀",
        "١٠٢٣",
    ],
)
def test_what_is_none_stays_a_place_in_words(typed: str) -> None:
    assert read_spot_number(typed) is None


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_it(typed: str) -> None:
    found = read_spot_number(typed)

    assert found is None or 0 < found < 10**9


@given(st.integers(1000, 999_999_999), st.sampled_from([" ", "-", "", " - ", "."]))
def test_every_number_comes_back_out_of_its_digits(number: int, between: str) -> None:
    assert read_spot_number(between.join(str(number))) == number
