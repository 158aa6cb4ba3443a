import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.sheets import BOM, as_csv, safe


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "－1"),
        '=HYPERLINK("http://x","点这里")',
    ],
)
def test_nothing_a_stranger_wrote_is_taken_for_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "said"),
    [(None, ""), (-5, "-5"), (1.5, "1.5"), ("路灯不亮", "路灯不亮"), ("a=b", "a=b")],
)
def test_what_is_harmless_stays_what_it_is(cell: object, said: str) -> None:
    assert safe(cell) == said


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_every_cell_comes_out_as_it_went_in_but_for_the_apostrophe(
    rows: list[tuple[str, str]],
) -> None:
    rows = [(a.replace("\0", ""), b.replace("\0", "")) for a, b in rows]
    text = "".join(as_csv(["甲", "乙"], rows))

    assert text.startswith(BOM)
    found = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert found == [["甲", "乙"], *([safe(a), safe(b)] for a, b in rows)]
