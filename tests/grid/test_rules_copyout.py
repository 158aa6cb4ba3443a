"""Text and rows for other systems."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.rules.copyout import FORMULA, HIDDEN, as_text, cell, folded, row, without_numbers


@pytest.mark.parametrize(
    "dangerous",
    [
        "=1+1",
        "+86",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "  =HYPERLINK(1)",
        "\n=1",
        "＝1+1",
        "|cmd",
        "%0A",
    ],
)
def test_no_cell_is_run(dangerous: str) -> None:
    assert cell(dangerous).startswith("'")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_a_row_is_read_back_as_one_row_without_formulas(values: list[str]) -> None:
    clean = [value.replace("\0", "").replace("\r", "") for value in values]

    rows = list(csv.reader(io.StringIO(row(clean), newline="")))

    assert len(rows) == 1
    assert len(rows[0]) == len(clean)
    assert not any(FORMULA.match(one) for one in rows[0])


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("打13800138000找我", f"打{HIDDEN}找我"),
        ("138 0013 8000", HIDDEN),
        ("证号330106199001011234。", f"证号{HIDDEN}。"),
        ("33010619900101123X", HIDDEN),
        ("座机0571-87654321", f"座机{HIDDEN}"),
        ("3号灯杆，2026年，95598", "3号灯杆，2026年，95598"),
    ],
)
def test_numbers_of_people_are_hidden(words: str, shown: str) -> None:
    assert without_numbers(words) == shown


def test_text_leaves_out_what_is_empty() -> None:
    assert as_text([("编号", "1"), ("原话", ""), ("地点", "路口")]) == "编号：1\n地点：路口"


def test_an_outside_number_is_found_however_it_is_written() -> None:
    assert folded("zj-2026 / 0417") == "ZJ20260417"
