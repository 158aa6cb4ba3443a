"""Lines of a table of households, each bad one named with all that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules import (
    HOUSEHOLD_COLUMNS,
    LARGE,
    HouseholdKind,
    HouseholdLine,
    HouseholdTable,
    Problem,
    checked_kind,
    is_surname,
    open_sheet,
)

GRID = "330106001001001"
HEAD = "户号,区域编码,姓名,手机,户主,地址,类型,单位名称\n"


def read(*lines: str) -> list[HouseholdLine | Problem]:
    table = HouseholdTable({GRID, f"{GRID[:14]}2"}, lambda code: code == GRID)
    content = (HEAD + "\n".join(lines)).encode()
    return [table.read(row) for row in open_sheet(content, HOUSEHOLD_COLUMNS, LARGE)]


def reason(*lines: str) -> str:
    last = read(*lines)[-1]
    assert isinstance(last, Problem)
    return last.reason


def test_the_lines_of_a_household_are_one_household() -> None:
    first, second = read(
        f"qx-1,{GRID},王秀英,138 1234 5678,是,3幢201室,,",
        "QX-1,,王小明,,,,,",
    )

    assert isinstance(first, HouseholdLine)
    assert isinstance(second, HouseholdLine)
    assert first.household == second.household
    assert first.household.number == "QX-1"
    assert first.member is not None
    assert (first.member.phone, first.member.is_head) == ("13812345678", True)


def test_a_dormitory_may_have_nobody_yet() -> None:
    (line,) = read(f"D-001,{GRID},,,,工业路8号,集体宿舍,纺织厂宿舍")

    assert isinstance(line, HouseholdLine)
    assert line.member is None
    assert line.household.kind is HouseholdKind.DORMITORY


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f",{GRID},王,,,,,", "户号要"),
        ("QX-1,,王,,,,,", "没有写区域编码"),
        ("QX-1,330106,王,,,,,", "区域编码要"),
        ("QX-1,330106001001009,王,,,,,", "没有编码为"),
        (f"QX-1,{GRID[:14]}2,王,,,,,", "不归您管"),
        (f"QX-1,{GRID},,13812345678,,,,", "姓名没有写"),
        (f"QX-1,{GRID},王,123,,,,", "手机号要"),
        (f"QX-1,{GRID},王,,也许,,,", "只能写是或否"),
        (f"QX-1,{GRID},王,,,,别墅,", "类型只能"),
        (f"QX-1,{GRID},王,,,,单位,", "要写名称"),
        (f"QX-1,{GRID},{'王' * 40},,,,,", "姓名太长"),
    ],
)
def test_what_cannot_be_used_is_said(line: str, said: str) -> None:
    assert said in reason(line)


def test_all_that_is_wrong_with_a_line_is_said_at_once() -> None:
    said = reason(f"QX-1,{GRID},王,123,也许,,别墅,")

    assert said.count("；") == 2


def test_two_of_anything_there_is_only_one_of() -> None:
    first = f"QX-1,{GRID},王秀英,13812345678,是,3幢,,"

    assert "姓名写了两次" in reason(first, "QX-1,,王秀英,,,,,")
    assert "两个户主" in reason(first, "QX-1,,王小明,,是,,,")
    assert "手机号在表里写了两次" in reason(first, f"QX-2,{GRID},李,13812345678,,,,")
    assert "写得不一样" in reason(first, "QX-1,,王小明,,,4幢,,")


def test_a_bad_line_leaves_nothing_behind() -> None:
    *_, last = read(f"QX-1,{GRID},王,123,是,,,", f"QX-1,{GRID},王,13812345678,是,,,")

    assert isinstance(last, HouseholdLine)


@given(st.lists(st.text(max_size=12), min_size=8, max_size=8))
def test_whatever_stands_in_a_line_is_read_or_refused_in_words(cells: list[str]) -> None:
    line = ",".join(cell.replace('"', "").replace(",", "") for cell in cells)
    line = "".join(letter for letter in line if letter.isprintable())

    for found in read(line):
        assert isinstance(found, HouseholdLine) or found.reason


@pytest.mark.parametrize("word", ["", "家庭", "family", " 家庭 "])
def test_a_household_is_a_family_unless_said_otherwise(word: str) -> None:
    assert checked_kind(word) is HouseholdKind.FAMILY


def test_a_surname_is_one_character_or_a_double_one() -> None:
    assert is_surname("王")
    assert is_surname("欧阳")
    assert not is_surname("王伟")
