"""Lines of balances from before: each fault has its sentence, and no number slips through."""

import pytest

from people.errors import BadField
from people.rules.sheets import Row
from points.rules.openings import (
    MOST_OPENING,
    KnownHome,
    check_openings,
    checked_coins,
    common_area,
)

HOMES = {
    "H-1": KnownHome(household_id=1, area_code="330106001001"),
    "H-2": KnownHome(household_id=2, area_code="330106001001", against="这一户已经注销了"),
}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "没有写"),
        ("-3", "负数"),
        ("-0", "负数"),
        ("0", "大于 0"),
        ("000", "大于 0"),
        ("1.5", "整数"),
        ("5.0", "整数"),
        ("100001", "最多"),
        ("9" * 40, "最多"),
        ("1e3", "数字"),
        ("五", "数字"),
        ("NaN", "数字"),
        ("٣", "数字"),
    ],
)
def test_what_is_no_number_of_coins_is_refused_with_a_reason(cell: str, said: str) -> None:
    with pytest.raises(BadField, match=said):
        checked_coins(cell)


@pytest.mark.parametrize(("cell", "coins"), [("１２", 12), (" 7 ", 7), ("1,200", 1200), ("+5", 5)])
def test_what_people_type_for_a_number_is_one(cell: str, coins: int) -> None:
    assert checked_coins(cell) == coins


def test_the_most_is_taken() -> None:
    assert checked_coins(str(MOST_OPENING)) == MOST_OPENING


def test_every_bad_line_is_named_and_a_household_stands_once() -> None:
    rows = [
        Row(2, {"number": "h-1", "coins": "5"}),
        Row(3, {"number": "H-1", "coins": "6"}),
        Row(4, {"number": "H-2", "coins": "0"}),
        Row(5, {"number": "H-9", "coins": "1"}),
        Row(6, {"number": "", "coins": "1"}),
        Row(7, {"number": "H-1", "coins": "1"}, "有公式，请先粘贴成数值"),
    ]

    good, problems = check_openings(rows, HOMES)

    assert [(one.line, one.household_id, one.coins) for one in good] == [(2, 1, 5)]
    assert [one.line for one in problems] == [3, 4, 5, 6, 7]
    assert str(problems[1]) == "第 4 行：绿币要大于 0，没有币的户不用写；这一户已经注销了。"


def test_a_table_lies_in_the_smallest_area_that_holds_all_of_it() -> None:
    lengths = [6, 9, 12, 15, 17]
    for codes, area in (
        (["330106001001"], "330106001001"),
        (["330106001001001", "330106001001002"], "330106001001"),
        (["330106001001001", "330106001001"], "330106001001"),
        (["330106001001", "330106002001"], "330106"),
    ):
        assert common_area(codes, lengths) == area
